"""`facade status`: where every route of a running sidecar stands, who answered, and which silo is to go when."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from facade.cli.answer import Failed, say
from facade.cli.clock import sleep
from facade.cli.files import find_sidecar
from facade.cli.options import add_admin, add_config, add_json
from facade.cli.sidecar import Sidecar, Unreachable
from facade.cli.table import table
from facade.config.standing import KEYS
from facade.control.describe import percent

EVERY: Final = 2.0
"""Seconds between two looks of `--watch`."""

CLEAR: Final = "\x1b[H\x1b[2J"
"""Clears a terminal and goes to its first line (ECMA-48)."""

ROUTES: Final = ("ROUTE", "STAGE", "SHARE", "LEGACY", "PLATFORM", "OWN", "GROUP", "MATCH")
SILOS: Final = ("SILO", "KIND", "CALLS", "OF ALL", "SWITCH-OFF", "OWNER")
EXTERNALS: Final = ("EXTERNAL", "KIND", "CALLS", "OF ALL", "OWNER")
NUMBERS: Final = frozenset({"SHARE", "LEGACY", "PLATFORM", "OWN", "CALLS", "OF ALL"})


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("--watch", action="store_true", help=f"again every {EVERY:g} s, until Ctrl-C")
    add_config(parser)
    add_admin(parser)
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Show it once, or again and again."""
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        _show(sidecar, as_json=arguments.json)
        while arguments.watch:
            sleep(EVERY)
            if not arguments.json and sys.stdout.isatty():
                print(CLEAR, end="")
            _show(sidecar, as_json=arguments.json)
    except Unreachable as unreachable:
        raise Failed(str(unreachable)) from unreachable
    return 0


def _show(sidecar: Sidecar, *, as_json: bool) -> None:
    config, running = sidecar.ask("/api/config"), sidecar.ask("/api/routes")
    say({"config": config, **running}, lines(config, running), as_json=as_json)


def lines(config: Mapping[str, Any], running: Mapping[str, Any]) -> Iterator[str]:
    """What `/api/config` and `/api/routes` answered, in plain words."""
    yield from _configuration(config)
    yield ""
    yield from table(ROUTES, [_route(row) for row in running["routes"]], NUMBERS)
    yield from _told(running["routes"])
    yield ""
    yield from table(SILOS, [_silo(row) for row in running["silos"]], NUMBERS)
    endings = [row["ending"] for row in running["silos"] if row.get("ending")]
    if endings:
        yield ""
        yield from endings
    if running.get("externals"):
        yield ""
        yield from table(EXTERNALS, [_external(row) for row in running["externals"]], NUMBERS)


def _told(routes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is to be said of routes in words: those that stand elsewhere than their files say, and guards' verdicts."""
    told = [f"{row['name']} is not where its file says: {row['differs']}" for row in routes if row.get("differs")]
    told += [f"{row['name']}: {row['lets_through']}" for row in routes if row.get("lets_through")]
    told += [f"{row['name']}{_guard(row)}" for row in routes if row.get("verdict")]
    if told:
        yield ""
        yield from told


def _guard(row: Mapping[str, Any]) -> str:
    """What the guard says: why a route may not move forward, which tells its verdict too, or the verdict alone."""
    if row.get("bars"):
        return f" may not move forward: {row['bars']}"
    return f", guard {row['verdict'].replace('_', ' ')}: {row['evidence']}"


def _configuration(config: Mapping[str, Any]) -> Iterator[str]:
    yield f"running {config['running']['revision']} since {_moment(config['running']['at'])}"
    if config["from_state"]:
        yield "the files were mistaken at start: this is the last accepted configuration"
    rejected = config["rejected"]
    if rejected is not None:
        yield f"rejected {rejected['revision']} since {_moment(rejected['at'])}:"
        yield from (f"  {reason}" for reason in rejected["reasons"])


def _route(row: Mapping[str, Any]) -> tuple[str, ...]:
    calls = (str(row["calls"][side]) for side in ("legacy", "platform", "own"))
    stage = f"{row['stage']}, {KEYS[row['keys']]}" if row.get("keys") else row["stage"]
    return row["name"], stage, percent(row["share"]), *calls, row["group"] or "-", row["match"]


def _silo(row: Mapping[str, Any]) -> tuple[str, ...]:
    *asked, owner = _external(row)
    switch_off = f"{row['switch_off'] or '-'}{' overdue' if row['overdue'] else ''}"
    return *asked, switch_off, owner


def _external(row: Mapping[str, Any]) -> tuple[str, ...]:
    share = "-" if row["share"] is None else f"{row['share']:.1%}"
    return row["name"], row["kind"], str(row["calls"]), share, row["owner"] or "-"


def _moment(at: str) -> str:
    return at[:19].replace("T", " ") + " UTC"
