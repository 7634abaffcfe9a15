"""What would become of a call, and why: by the data plane's own reader, table and decision, without any network.

Pure. An explanation names what the operator wrote (route, rule, place in a file) and nothing of the call itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from facade.callers.callers import Callers
from facade.config.settings import Configuration
from facade.control.asked import Asked, Call, received
from facade.control.build import takes_as_sent, unmatched_as_sent
from facade.control.describe import name_of, percent, share_of
from facade.control.ending.dated import told_of
from facade.problem import Problem, Refusal
from facade.routing.arrival import ends_here
from facade.routing.decide import decide
from facade.routing.facts import RequestFacts
from facade.routing.known import UNNOTED, Known, Unnoted
from facade.routing.route import Key, KeyKind, Route
from facade.routing.stage import Side, Stage
from facade.routing.table import Found, RouteTable, WrongMethod
from facade.targets.served import ASKS_PLATFORM, COMPARES
from facade.wire import refusals


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


def explain(
    configuration: Configuration, table: RouteTable, asked: Asked, callers: Callers, known: Known = UNNOTED
) -> Explanation:
    """Say what `configuration`, compiled as `table`, does with a call. Raises `Unsendable` for what is none.

    `callers` are those of the configuration. `known` are the keys that the platform has answered, as a running sidecar
    knows them.
    """
    settings = configuration.settings
    try:
        call = received(asked, settings.limits, settings.forwarded, as_sent=takes_as_sent(configuration))
        if call.head.method == b"OPTIONS" and ends_here(call.head):
            return Explanation("the facade: 200, OPTIONS end here", side=Side.OWN, reason="options", status=200)
        return _routed(configuration, table, call, RequestFacts(call, callers), known)
    except Refusal as refusal:
        return _own(refusal.problem, _worded(refusal.problem, asked.method))


def _routed(
    configuration: Configuration, table: RouteTable, call: Call, facts: RequestFacts, known: Known
) -> Explanation:
    if not call.path:
        return _as_sent(configuration, table, call, facts, known)
    found = table.find(call.host, call.method, call.path, facts.header)
    if isinstance(found, Found):
        return _matched(found, call, facts, known)
    return _not_matched(configuration, found)


def _as_sent(
    configuration: Configuration, table: RouteTable, call: Call, facts: RequestFacts, known: Known
) -> Explanation:
    """A path that has several readings: it goes where all of them lead, if paths are taken as sent there."""
    found = table.find_as_sent(call.host, call.method, call.raw, facts.header)
    if isinstance(found, Found):
        return _matched(found, call, facts, known)
    if found is None and unmatched_as_sent(configuration):
        return _not_matched(configuration, None)
    raise Refusal(refusals.BAD_TARGET)


def _worded(problem: Problem, method: str) -> str:
    """Why a call is refused before any route is asked, in the middle of a sentence."""
    if problem.status == refusals.METHOD_NOT_ALLOWED.status:
        return f"{method} is never passed on"
    return problem.detail[:1].lower() + problem.detail[1:].rstrip(".")


def _matched(found: Found, call: Call, facts: RequestFacts, known: Known) -> Explanation:
    route, call.parameters = found
    decision = decide(route, facts, Unnoted(known))
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
        notes=(*_sender(route, facts), *_compared(route), *_announced(route)),
    )


def _sender(route: Route, facts: RequestFacts) -> Iterator[str]:
    """Who calls, where the canary asks for it: a configured name, or why a token says nothing. Never what it says."""
    canary = route.canary if route.stage is Stage.CANARY else None
    asked = {key.kind for key in canary.keys_asked()} if canary is not None else set()
    caller = facts.key(Key(KeyKind.CALLER)) if KeyKind.CALLER in asked else None
    if caller is not None:
        yield f"the caller is {caller.decode()}"
    if asked & {KeyKind.CALLER, KeyKind.CLAIM}:
        why = facts.disbelief()
        if why is not None:
            yield f"its token is not believed: {why}"


def _compared(route: Route) -> tuple[str, ...]:
    """What else happens to some of the calls, or never does."""
    if route.goes_to_external and route.stage in ASKS_PLATFORM:
        return (f"{name_of(route.platform)} is an external: it is asked once, and nothing is compared",)
    shadow = route.shadow
    if shadow is None or route.stage not in COMPARES or not shadow.sample:
        return ()
    return (f"{percent(float(shadow.sample))} of the safe calls are asked of the other side too, and compared",)


def _announced(route: Route) -> tuple[str, ...]:
    """What its callers are told of its end."""
    told = ", ".join(told_of(route.notice))
    return (f"its end is announced: {told}",) if told else ()


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
