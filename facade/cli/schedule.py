"""`facade schedule`: every silo by its date, what is left of it, and when its calls end if they go on as they do."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from facade.cli.asking import ask, configure_asking
from facade.cli.sidecar import Sidecar
from facade.cli.table import table
from facade.control.describe import percent
from facade.control.ending.views import Schedule
from facade.ending.calendar import calendar

SILOS: Final = ("SILO", "SWITCH-OFF", "DAYS", "ROUTES LEFT", "OF ALL", "CALLERS", "FORECAST", "OWNER")
NUMBERS: Final = frozenset({"DAYS", "OF ALL", "CALLERS"})


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("--ical", action="store_true", help="as a calendar, with the dates of routes too (RFC 5545)")
    configure_asking(parser)
    parser.set_defaults(misused=parser.error)


def run(arguments: Namespace) -> int:
    """Ask the sidecar, and show it."""
    if arguments.ical and arguments.json:
        arguments.misused("--ical and --json are two answers: leave one of them out")
    return ask(arguments, "/api/schedule", ical if arguments.ical else lines)


def ical(found: Mapping[str, Any], _: Sidecar) -> Iterator[str]:
    """The lines of the calendar, each with the CR that stands before its end (RFC 5545 section 3.1)."""
    schedule = msgspec.convert(found, Schedule)
    yield from calendar(schedule.events, schedule.at).decode().removesuffix("\n").split("\n")


def lines(found: Mapping[str, Any], sidecar: Sidecar) -> Iterator[str]:
    """What `/api/schedule` answered, in plain words."""
    if not found["silos"]:
        yield f"{sidecar}: no silo is configured"
        return
    yield from table(SILOS, [_silo(row) for row in found["silos"]], NUMBERS)
    yield ""
    yield from (row["sentence"] for row in found["silos"])
    if found["problem"]:
        yield f"the calls of past days are not known: {found['problem']}"
    yield f"by what {sidecar} runs and has counted"


def _silo(row: Mapping[str, Any]) -> tuple[str, ...]:
    expected = row["forecast"]
    return (
        row["silo"],
        f"{row['switch_off'] or '-'}{' overdue' if row['overdue'] else ''}",
        "-" if row["days_left"] is None else str(row["days_left"]),
        ", ".join(f"{count} {stage}" for stage, count in row["routes_left"]) or "none",
        percent(None if row["share"] is None else round(row["share"], 4)),
        str(len(row["callers"])),
        expected["day"] or expected["kind"],
        row["owner"] or "-",
    )
