"""`facade orphans`: the calls that no route covers, by the shape of their paths, as routes that could cover them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any, Final

from facade.cli.asking import ask, configure_asking
from facade.cli.sidecar import Sidecar
from facade.cli.table import table

SHAPES: Final = ("MATCH", "CALLS", "FIRST", "LAST", "ANSWERS")
NUMBERS: Final = frozenset({"CALLS"})


configure = configure_asking


def run(arguments: Namespace) -> int:
    """Ask the sidecar, and show it."""
    return ask(arguments, "/api/orphans", lines)


def lines(found: Mapping[str, Any], sidecar: Sidecar) -> Iterator[str]:
    """What `/api/orphans` answered, in plain words."""
    if found["problem"]:
        yield f"calls that no route covers are not known: {found['problem']}"
        return
    where = f"go to {found['unmatched']} (unmatched)" if found["unmatched"] else "go nowhere: they are answered 404"
    yield f"calls that no route covers {where}, on {sidecar}"
    if not found["orphans"]:
        yield "none was counted"
        return
    yield ""
    yield from table(SHAPES, [_shape(each) for each in found["orphans"]], NUMBERS)
    yield ""
    yield "write what stands under MATCH as a route's match, and give its segments names"


def _shape(each: Mapping[str, Any]) -> tuple[str, ...]:
    answers = ", ".join(f"{calls:,} {status}" for status, calls in each["status"])
    return each["match"], f"{each['calls']:,}", each["first"], each["last"], answers or "-"
