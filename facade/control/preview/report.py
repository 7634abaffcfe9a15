"""The preview itself: what files would move, what that would have done to a day's calls, and what is to be refused.

Pure. What stands elsewhere than its file says goes on doing so as long as its file says the same, so it is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from facade.config.settings import Configuration
from facade.control.overrides.override import members, subject_of, written
from facade.control.preview.count import Count, counts
from facade.control.preview.definitions import RULES, Definitions, changed
from facade.control.preview.differing import Change, differing
from facade.control.preview.refusals import losses, steps
from facade.control.preview.shown import Shown, shown
from facade.control.preview.view import PreviewView, frozen
from facade.routing.route import Keys
from facade.routing.stage import Side, Stage


@dataclass(frozen=True, slots=True)
class Moving:
    """Calls or keys of one route: `all` of them, and those that change side, by where they go."""

    all: int
    to: Mapping[Side, int]


@dataclass(frozen=True, slots=True)
class RouteReport:
    """One route that differs. `kinds` say how; `calls` and `keys` are None where nothing was counted of it.

    `notes` say what the numbers do not know. `meets` says who answers the calls of a route that only one of the two
    tables has.
    """

    route: str
    kinds: tuple[str, ...]
    calls: Moving | None = None
    keys: Moving | None = None
    notes: tuple[str, ...] = ()
    meets: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who answers calls for which one of the two tables has no route, in a sentence; the `side`, if that is to come."""

    told: str
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole preview. `refused` are sentences; a pipeline is to refuse the files for each of them."""

    routes: tuple[RouteReport, ...]
    refused: tuple[str, ...]

    @property
    def calls_that_move(self) -> int:
        return sum(sum(route.calls.to.values()) for route in self.routes if route.calls is not None)


def changes_of(running: PreviewView, files: Configuration) -> tuple[Change, ...]:
    """The routes that would differ."""
    return differing(running.routes, list(_as_they_would_run(running, files)))


def report(
    running: PreviewView,
    files: Configuration,
    changes: tuple[Change, ...],
    meets: Mapping[str, Meeting],
    *,
    allow_loss: bool,
) -> Report:
    """The preview of `changes`; `meets` says of routes that are new or removed who answers their calls otherwise."""
    (told,) = running.told
    instead = {name: meeting.side for name, meeting in meets.items() if meeting.side is not None}
    counted = counts(changes, running.bases, running.bands, instead)
    still = told.frozen or frozen(files.settings.freeze, files.settings.timezone, told.at)
    refused = [*steps(changes, still), *(() if allow_loss else losses(running.routes, changes))]
    routes = (_route(change, counted.get(change.name), meets.get(change.name)) for change in changes)
    return Report(tuple(routes), tuple(refused))


def _as_they_would_run(running: PreviewView, files: Configuration) -> Iterator[Shown]:
    held = {each.subject: each.written for each in running.held}
    known = {route.name: route for route in running.routes}
    stays = {subject for subject, routes in members(files).items() if held.get(subject) == written(routes)}
    definitions = Definitions(files)
    for route in files.routes:
        will, now = shown(route, definitions), known.get(route.name)
        if now is not None and subject_of(route) in stays:
            will = replace(now, stands_on=will.stands_on)
        yield will


def _route(change: Change, count: Count | None, meeting: Meeting | None) -> RouteReport:
    kinds, meets = tuple(change.kinds()), None if meeting is None else meeting.told
    if count is None or not count.all_calls:
        return RouteReport(change.name, kinds, meets=meets)
    calls = Moving(round(count.all_calls), _rounded(count.calls_to))
    keys = Moving(round(count.keys), _rounded(count.keys_to)) if count.keys else None
    return RouteReport(change.name, kinds, calls, keys, tuple(_notes(change, count)), meets)


def _notes(change: Change, count: Count) -> Iterator[str]:
    was, will = change.was, change.will
    if count.is_expected:
        yield "its keys are read otherwise or get new places: this is what is to be expected, not what was counted"
    if was is None or will is None:
        return
    if was.match != will.match:
        yield "which of these calls it still matches was not kept: counted as if it matched all of them"
    if set(_rules(will)) - set(_rules(was)):
        yield "who meets its new rules was not looked for: counted as if nobody did"
    if any(each.startswith(RULES) for each in changed(was.stands_on, will.stands_on)):
        yield "whom its rules mean now was not looked for: counted as if they meant the same calls"
    if will.stage is Stage.CANARY and will.division is not None and will.division.keys is Keys.HOLD:
        yield "keys are held: counted as if the platform had answered each of them before"


def _rules(route: Shown) -> tuple[str, ...]:
    return () if route.division is None else route.division.legacy_for + route.division.platform_for


def _rounded(to: Mapping[Side, float]) -> dict[Side, int]:
    return {side: round(number) for side, number in to.items() if round(number)}
