"""`facade differences ROUTE`: what differs between its two sides, by field and kind, and how sure its parity is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import quote

from facade.cli.answer import Failed, say
from facade.cli.files import find_sidecar
from facade.cli.options import add_admin, add_config, add_json
from facade.cli.sidecar import Unreachable
from facade.cli.table import table

FIELDS: Final = ("FIELD", "DIFFERS BY", "IN", "PARITY", "AT LEAST", "NOISE", "DISTINCT", "LAST")
NUMBERS: Final = frozenset({"IN", "PARITY", "AT LEAST", "NOISE", "DISTINCT"})


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("route", metavar="ROUTE", help="the route's name")
    add_config(parser)
    add_admin(parser)
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Ask the sidecar, and show it."""
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        names = [row["name"] for row in sidecar.ask("/api/routes")["routes"]]
        if arguments.route not in names:
            raise Failed(f"{arguments.route}: no route of this name runs; {_perhaps(arguments.route, names)}")
        found = sidecar.ask(f"/api/differences?route={quote(arguments.route, safe='')}")
    except Unreachable as unreachable:
        raise Failed(str(unreachable)) from unreachable
    say(found, lines(found), as_json=arguments.json)
    return 0


def _perhaps(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"write {near[0]}, or see facade status" if near else "see facade status"


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What `/api/differences` answered, in plain words."""
    if found["since"] is None:
        yield f"{found['route']}: nothing was compared since its last change"
        return
    yield (
        f"{found['route']}: {found['compared']:,} comparisons since {found['since'][:19].replace('T', ' ')} UTC, "
        f"{found['failed']:,} more came to nothing; legacy was asked twice {found['asked_twice']:,} times"
    )
    if found["compared"]:
        yield f"parity {_percent(found['parity'])}, at least {_percent(found['parity_at_least'])} with 95 % confidence"
    if found["fields"]:
        yield ""
        yield from table(FIELDS, [_field(field) for field in found["fields"]], NUMBERS)


def _field(field: Mapping[str, Any]) -> tuple[str, ...]:
    noise = f"{field['noise']:,} of {field['asked_twice']:,}" if field["asked_twice"] else "-"
    return (
        field["path"],
        field["kind"] if field["counts"] else f"{field['kind']} (noise)",
        f"{field['differs']:,}",
        _percent(field["parity"]),
        _percent(field["parity_at_least"]),
        noise,
        str(field["distinct"]),
        field["last"][:19].replace("T", " "),
    )


def _percent(part: float) -> str:
    """Cut, not rounded: what is not 100 % is not shown as 100 %."""
    return f"{int(part * 10_000) / 100:.2f}%"
