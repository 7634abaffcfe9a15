"""Options that several commands have, with one default and one wording each."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from fractions import Fraction
from ipaddress import ip_address
from pathlib import Path
from typing import Final, TypeVar

FOLDER: Final = "config"
"""Where the configuration is looked for when nothing says where."""

LONGEST_TOLD: Final = 500
"""Characters of a reason or a name: a few sentences, and still one line of a log."""

Value = TypeVar("Value")


def add_config(parser: ArgumentParser) -> None:
    """`--config DIR`."""
    parser.add_argument(
        "--config",
        metavar="DIR",
        type=folder,
        default=default_folder(),
        help="the configuration's folder (default: FACADE_CONFIG, else ./config)",
    )


def add_folder(parser: ArgumentParser, what: str) -> None:
    """`DIR`, in the place of a word."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=folder,
        default=default_folder(),
        help=f"{what} (default: FACADE_CONFIG, else ./config)",
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
        type=admin,
        help="the running sidecar's admin listener, HOST:PORT (default: FACADE_ADMIN, else admin of the configuration)",
    )


def add_reason(parser: ArgumentParser, *, required: bool = False) -> None:
    """`--reason TEXT`."""
    parser.add_argument("--reason", metavar="TEXT", type=told, required=required, help="why, for whoever asks later")


def add_change(parser: ArgumentParser) -> None:
    """What every command has that changes what a sidecar runs."""
    parser.add_argument("--by", metavar="NAME", type=told, help="who moves it (default: the name of the user)")
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


def address(text: str) -> str:
    """An address to listen at, as it was typed."""
    from facade.config.network import parse_address

    _parsed(parse_address, text)
    return text


def folder(text: str) -> Path:
    """A folder's path."""
    if not text:
        raise ArgumentTypeError("is empty; name a folder")
    return Path(text)


def told(text: str) -> str:
    """A word of whoever moves a route, which others will read in logs and lists: one line of bounded length."""
    text = text.strip()
    if not text:
        raise ArgumentTypeError("is empty; say it in a few words")
    if len(text) > LONGEST_TOLD:
        raise ArgumentTypeError(f"is longer than {LONGEST_TOLD} characters; say it in fewer")
    if not text.isprintable():
        raise ArgumentTypeError("holds a line's end or another control character; write one line of plain text")
    return text


def admin(text: str) -> object:
    """Where a running sidecar's admin listener is."""
    from facade.cli.sidecar import parse_admin

    return _parsed(parse_admin, text)


def line(text: str) -> str:
    """What can stand in one line of a request."""
    from facade.control.asked import one_line

    return _parsed(one_line, text)


def ip(text: str) -> str:
    """An IP address."""
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no IP address; write one such as 192.0.2.1 or ::1") from error


def header(text: str) -> tuple[str, str]:
    """A header field as it stands in a request, `Name: value`."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ArgumentTypeError(f"{text!r} is no header field; write 'Name: value'")
    return line(name), line(value.strip(" \t"))


def _parsed(parse: Callable[[str], Value], text: str) -> Value:
    try:
        return parse(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} {error}") from error
