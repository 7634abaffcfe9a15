"""`facade preview`: what changed files would move, against the running sidecar and a day of its calls."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from facade.callers.callers import NOBODY
from facade.cli.answer import Failed, say
from facade.cli.files import find_sidecar, good, source
from facade.cli.options import add_admin, add_folder, add_json
from facade.cli.sidecar import Sidecar, Unreachable
from facade.config.mistake import printable
from facade.config.settings import Configuration
from facade.control.asked import Asked, Unsendable
from facade.control.explain import explain
from facade.control.preview.differing import Change
from facade.control.preview.report import Meeting, Moving, Report, RouteReport, changes_of, report
from facade.control.preview.shown import Shown
from facade.control.preview.view import PreviewView, Told
from facade.routing.stage import Side
from facade.routing.table import RouteTable

ASKED: Final = 50
"""New routes of which the sidecar is asked who answers their calls now: more than a person reviews at once."""

_SIDES: Final[Mapping[Side, str]] = {Side.LEGACY: "to legacy", Side.PLATFORM: "to the platform", Side.OWN: "to nobody"}


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    add_folder(parser, "the folder of the changed configuration")
    parser.add_argument(
        "--allow-loss",
        action="store_true",
        help="more than a fifth of the routes, or all of a silo's, are meant to go",
    )
    add_admin(parser)
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Compare; exit status 1 where a pipeline is to refuse the files."""
    files = good(source(arguments.folder, "facade preview DIR").load())
    try:
        sidecar = find_sidecar(arguments.admin, arguments.folder)
        running = _running(sidecar)
        changes = changes_of(running, files)
        meets = dict([*_meets_now(sidecar, changes), *_meets_then(files, changes)])
    except Unreachable as unreachable:
        raise Failed(str(unreachable)) from unreachable
    found = report(running, files, changes, meets, allow_loss=arguments.allow_loss)
    document = {
        "sidecar": str(sidecar),
        "running": msgspec.to_builtins(running.told[0]),
        "revision": files.revision,
        **asdict(found),
    }
    say(document, _lines(found, running.told[0], files, arguments.folder, sidecar), as_json=arguments.json)
    return 1 if found.refused else 0


def _running(sidecar: Sidecar) -> PreviewView:
    document: Any = sidecar.ask("/api/preview")
    try:
        return msgspec.convert(document, PreviewView, strict=False)
    except msgspec.ValidationError as error:
        what = "answers a preview in another way than this version reads"
        raise Unreachable(f"{sidecar}: {what}; use the facade command of the version that runs") from error


def _meets_now(sidecar: Sidecar, changes: Iterable[Change]) -> Iterator[tuple[str, Meeting]]:
    """Who answers now what new routes would take."""
    added = [change.will for change in changes if change.was is None and change.will is not None]
    for route in added[:ASKED]:
        asked = _example(route)
        query = [("method", asked.method), ("url", asked.url), *(("header", f"{n}: {v}") for n, v in asked.headers)]
        now = sidecar.ask(f"/api/explain?{urlencode(query)}")
        yield route.name, Meeting(f"{asked.method} {asked.url} is answered by {now.get('answered_by')} now")


def _meets_then(files: Configuration, changes: Iterable[Change]) -> Iterator[tuple[str, Meeting]]:
    """Who would answer what routes took that are removed."""
    removed = [change.was for change in changes if change.will is None and change.was is not None]
    table = RouteTable.compile(files.routes) if removed else None
    for route in removed:
        assert table is not None
        asked = _example(route)
        try:
            then = explain(files, table, asked, NOBODY)
        except Unsendable as unsendable:
            raise Unreachable(f"the sidecar's route {printable(route.name)} {unsendable}") from unsendable
        told = f"{asked.method} {asked.url} would be answered by {then.answered_by}"
        yield route.name, Meeting(told, Side(then.side))


def _example(route: Shown) -> Asked:
    host = (("Host", route.host),) if route.host is not None else ()
    return Asked(route.method or "GET", route.example, (*host, *route.headers))


def _lines(found: Report, told: Told, files: Configuration, folder: Path, sidecar: Sidecar) -> Iterator[str]:
    yield f"{sidecar} runs {told.revision}; {folder} is {files.revision}"
    yield _counted(told)
    if not found.routes:
        yield "no route would move or be served otherwise"
    for route in found.routes:
        yield f"{route.route}: {'; '.join(route.kinds)}"
        yield from (f"  {line}" for line in _told(route))
    if found.routes and told.calls:
        yield f"in all {found.calls_that_move:,} of {told.calls:,} calls would have been answered by another side"
    yield from (f"refused: {sentence}" for sentence in found.refused)


def _counted(told: Told) -> str:
    if told.day is None:
        return "no calls were kept yet, so how many would change side is not known"
    day = str(told.day) if told.is_over else f"{told.day} so far"
    return f"by the {told.calls:,} calls of {day}, of which a sample of {told.sampled:,} was kept"


def _told(route: RouteReport) -> Iterator[str]:
    if route.meets is not None:
        yield route.meets
    if route.calls is None:
        return
    yield _moving(route.calls, "calls")
    if route.keys is not None:
        yield _moving(route.keys, "keys in the sample")
    yield from route.notes


def _moving(moving: Moving, name: str) -> str:
    to = ", ".join(f"{number:,} {_SIDES[side]}" for side, number in moving.to.items())
    return f"of {moving.all:,} {name}: {to or 'none changes side'}"
