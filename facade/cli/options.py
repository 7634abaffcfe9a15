"""Options that several commands have, with one default and one wording each."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar

FOLDER: Final = "config"
"""Where the configuration is looked for when nothing says where."""

Value = TypeVar("Value")


def add_config(parser: ArgumentParser) -> None:
    """`--config DIR`."""
    parser.add_argument(
        "--config",
        metavar="DIR",
        type=Path,
        default=default_folder(),
        help="the configuration's folder (default: FACADE_CONFIG, else ./config)",
    )


def default_folder() -> Path:
    """FACADE_CONFIG, else `config` in the current folder."""
    return Path(os.environ.get("FACADE_CONFIG") or FOLDER)


def add_json(parser: ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help="answer as one JSON document")


def add_admin(parser: ArgumentParser) -> None:
    """`--admin ADDRESS`, of a running sidecar."""
    parser.add_argument(
        "--admin",
        metavar="ADDRESS",
        help="the running sidecar's admin listener, HOST:PORT (default: FACADE_ADMIN, else admin of the configuration)",
    )


def add_change(parser: ArgumentParser) -> None:
    """What every command has that changes the files of a running sidecar."""
    parser.add_argument("--by", metavar="NAME", help="who moves it (default: the name of the user)")
    parser.add_argument(
        "--wait",
        metavar="DURATION",
        type=duration,
        default=10.0,
        help="how long to wait until the sidecar runs it (default: 10s; 0s does not wait)",
    )
    add_config(parser)
    add_admin(parser)
    add_json(parser)


def share(text: str) -> Fraction:
    """A share as an operator writes it, `25%`."""
    from facade.config.types import parse_share

    return _parsed(parse_share, text)


def duration(text: str) -> float:
    """A duration as an operator writes it, `10s`, in seconds."""
    from facade.config.types import parse_duration

    return _parsed(parse_duration, text)


def header(text: str) -> tuple[str, str]:
    """A header field as it stands in a request, `Name: value`."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ArgumentTypeError(f"{text!r} is no header field; write 'Name: value'")
    return name.strip(), value.strip()


def _parsed(parse: Callable[[str], Value], text: str) -> Value:
    try:
        return parse(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} {error}") from error
