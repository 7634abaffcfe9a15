"""Commands that ask a running sidecar one question, and say in words what it answered."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from facade.cli.answer import Failed, say
from facade.cli.files import find_sidecar
from facade.cli.options import add_admin, add_config, add_json
from facade.cli.sidecar import Sidecar, Unreachable

Lines: TypeAlias = Callable[[Mapping[str, Any], Sidecar], Iterable[str]]
"""Says an answer in plain words, and on which sidecar that is so."""


def configure_asking(parser: ArgumentParser) -> None:
    """Name the options that each of them has."""
    add_config(parser)
    add_admin(parser)
    add_json(parser)


def ask(arguments: Namespace, path: str, lines: Lines) -> int:
    """Ask for the document at `path`, and say it. Raises `Failed`."""
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        found = sidecar.ask(path)
    except Unreachable as unreachable:
        raise Failed(str(unreachable)) from unreachable
    say(found, lines(found, sidecar), as_json=arguments.json)
    return 0
