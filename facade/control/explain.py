"""What would become of a call, and why: by the data plane's own table, path form and decision, without any network.

Pure. An explanation names what the operator wrote (route, rule, place in a file) and nothing of the call itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from facade.config.settings import Configuration
from facade.control.asked import Asked, AskedFacts, Call
from facade.control.build import unmatched_as_sent
from facade.control.describe import name_of, share_of
from facade.problem import Problem
from facade.routing.decide import decide
from facade.routing.route import Route
from facade.routing.stage import Side, Stage
from facade.routing.table import Found, RouteTable, WrongMethod
from facade.wire import refusals

NOT_COMPARED: Final = "stage shadow answers like legacy: comparison is not built yet"

REFUSED_METHODS: Final = frozenset({"CONNECT", "TRACE"})
"""What the data plane passes on to nobody."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Who would answer, and why. `answered_by` says it in one sentence.

    `status` is that of an answer of the facade's own, None where a side is asked. `share` is the platform's part, 0 to
    1. `place` is `file:line`. `notes` say what else the stage does.
    """

    answered_by: str
    side: str
    reason: str
    status: int | None = None
    route: str | None = None
    stage: str | None = None
    group: str | None = None
    share: float | None = None
    legacy: str | None = None
    platform: str | None = None
    place: str | None = None
    notes: tuple[str, ...] = ()


def explain(configuration: Configuration, table: RouteTable, asked: Asked) -> Explanation:
    """Say what `configuration`, compiled as `table`, does with a call."""
    if asked.method in REFUSED_METHODS:
        return _own(refusals.METHOD_NOT_ALLOWED, f"{asked.method} is never passed on")
    call = Call(asked)
    if call.path is None:
        return _as_sent(configuration, table, call)
    found = table.find(call.host, call.method, call.path, call.header)
    if isinstance(found, Found):
        return _matched(found, call)
    return _not_matched(configuration, found)


def _as_sent(configuration: Configuration, table: RouteTable, call: Call) -> Explanation:
    """A path that has several readings: it goes where all of them lead, if paths are taken as sent there."""
    found = table.find_as_sent(call.host, call.method, call.raw, call.header)
    if isinstance(found, Found):
        return _matched(found, call)
    if found is None and unmatched_as_sent(configuration):
        return _not_matched(configuration, None)
    return _own(refusals.BAD_TARGET, "its path is none, or could be read as another: dots, doubled slashes, #")


def _matched(found: Found, call: Call) -> Explanation:
    route = found.route
    decision = decide(route, AskedFacts(call, found.parameters))
    status = None if decision.side is not Side.OWN else (410 if route.successor is None else 308)
    return Explanation(
        answered_by=_sentence(route, decision.side),
        side=decision.side,
        reason=decision.reason,
        status=status,
        route=route.name,
        stage=route.stage,
        group=route.group,
        share=share_of(route),
        legacy=name_of(route.legacy),
        platform=name_of(route.platform),
        place=str(route.place),
        notes=(NOT_COMPARED,) if route.stage is Stage.SHADOW else (),
    )


def _sentence(route: Route, side: Side) -> str:
    if side is Side.LEGACY:
        return f"legacy, {name_of(route.legacy)}"
    if side is Side.PLATFORM:
        return f"the platform, {name_of(route.platform)}"
    if route.successor is None:
        return "the facade: 410, the route is gone"
    return f"the facade: 308 to {route.successor}, the route is gone"


def _not_matched(configuration: Configuration, found: WrongMethod | None) -> Explanation:
    if found is not None:
        return _own(refusals.METHOD_NOT_ALLOWED, f"the path is known with other methods: {', '.join(found.allow)}")
    unmatched = configuration.settings.unmatched
    if unmatched is None:
        return _own(refusals.NO_ROUTE, "no route covers it, and facade.yaml names no silo as unmatched")
    return Explanation(
        answered_by=f"legacy, {unmatched}: the silo that takes what no route covers",
        side=Side.LEGACY,
        reason="unmatched",
        legacy=unmatched,
    )


def _own(problem: Problem, why: str) -> Explanation:
    return Explanation(
        answered_by=f"the facade: {problem.status}, {why}",
        side=Side.OWN,
        reason=problem.reason,
        status=problem.status,
    )
