"""The guards: what becomes of the calls of each guarded route is judged as it comes, and a route that fails goes back.

The law of this file: a guard may only ever move traffic towards legacy. Evidence begins with a route's last change and
never slides; whatever changes a route, its guard's own verdict included, begins it anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

import structlog

from facade.compare.parity import Agreement
from facade.comparisons import Comparisons, evidence_of
from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.judge.call import JudgedCall
from facade.control.judge.evidence import Evidence
from facade.control.judge.judging import bars, judge
from facade.control.judge.verdict import Ruling, Verdict
from facade.control.overrides.override import subject_of
from facade.control.overrides.overrides import LEGACY
from facade.outcomes import Outcome, Outcomes
from facade.routing.guard import Guard
from facade.routing.route import Route
from facade.routing.stage import Side, Stage
from facade.telemetry.information import VerdictInfo
from facade.wire import refusals

LOOK: Final = 0.1
"""Seconds between two looks at what has come: a route that fails is back within a second of the call that decided."""

AT_ONCE: Final = 200
"""Calls that are taken in until the event loop is given back: about a millisecond."""

GUARDED: Final = frozenset({Stage.SHADOW, Stage.CANARY, Stage.PLATFORM})
"""Stages in which there is a platform's answer to judge, and a way back."""

SendBack = Callable[[Mapping[str, Standing], Because], Awaitable[object]]
"""Lets routes, and whatever moves with them, stand elsewhere, and says why."""

_OURS: Final = frozenset(problem.reason for problem in refusals.OURS)

_HARMS: Final = frozenset({Stage.CANARY, Stage.PLATFORM})
"""Stages in which callers get the platform's answers."""

_log = structlog.get_logger("facade.control.guards")


class Watched:
    """One guarded route as it is now, its evidence, and what was last made of it."""

    __slots__ = ("evidence", "guard", "route", "verdict")

    def __init__(self, route: Route, guard: Guard) -> None:
        self.route = route
        self.guard = guard
        self.evidence = Evidence(guard)
        self.verdict = judge(self.evidence, Agreement(), route.stage)


class Guards:
    """The guards of all routes. `configuration` is asked for what runs."""

    def __init__(
        self,
        outcomes: Outcomes,
        comparisons: Comparisons,
        configuration: Callable[[], Configuration],
        send_back: SendBack,
    ) -> None:
        self._outcomes = outcomes
        self._comparisons = comparisons
        self._configuration = configuration
        self._send_back = send_back
        self._watched: dict[str, Watched] = {}
        self._seen: Configuration | None = None

    def __repr__(self) -> str:
        return f"<Guards {len(self._watched)} routes>"

    async def watch(self) -> None:
        """Judge what comes, for ever."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a defect in one look must not end all guards
                _log.error("guards failed by a defect", exc_info=error)

    async def look(self) -> None:
        """Take in what has come, and send back what fails."""
        self._follow(self._configuration())
        judged = await self._take_in()
        judged |= self._take_in_comparisons()
        for name in sorted(judged):
            watched = self._watched.get(name)
            if watched is None:
                continue  # it moved with another one that failed
            watched.verdict = self._judged(watched)
            if watched.verdict.kind is Ruling.FAIL and watched.route.stage in _HARMS:
                why = watched.verdict.went_back(name)
                because = Because("guard", why, evidence={name: watched.verdict.sentence})
                await self._send_back({subject_of(watched.route): LEGACY}, because)
                self._follow(self._configuration())

    def verdict(self, route: str) -> Verdict | None:
        """What is said of a route, None of one without a guard or without a platform to judge."""
        self._follow(self._configuration())
        watched = self._watched.get(route)
        return None if watched is None else watched.verdict

    def bars(self, route: str) -> str | None:
        """What keeps a route from moving forward, in a sentence; None of one that nothing keeps."""
        self._follow(self._configuration())
        watched = self._watched.get(route)
        return None if watched is None else bars(watched.verdict, watched.route.stage)

    def information(self) -> Iterator[VerdictInfo]:
        """What the metrics state of them."""
        for name, watched in self._watched.items():
            checks = tuple((each.name, each.measured, each.limit) for each in watched.verdict.checks)
            yield VerdictInfo(name, watched.verdict.kind, checks)

    def _follow(self, configuration: Configuration) -> None:
        """Watch the routes that are guarded now; those that are what they were keep their evidence."""
        if configuration is self._seen:
            return
        self._seen = configuration
        before, self._watched = self._watched, {}
        for route in configuration.routes:
            if route.guard is None or route.stage not in GUARDED:
                continue
            if route.stage is Stage.SHADOW and route.guard.parity is None:
                continue  # nothing of it is judged yet
            known = before.get(route.name)
            same = known is not None and known.guard == route.guard and evidence_of(known.route) == evidence_of(route)
            watched = known if known is not None and same else Watched(route, route.guard)
            watched.route = route
            self._watched[route.name] = watched

    async def _take_in(self) -> set[str]:
        """The calls; returns whose they were."""
        taken: set[str] = set()
        for number, outcome in enumerate(self._outcomes.take(), start=1):
            watched = self._watched.get(outcome.route or "")
            if watched is not None and outcome.stage is watched.route.stage:
                taken.add(watched.route.name)
                for call in calls_of(outcome):
                    watched.evidence.add(call)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return taken

    def _take_in_comparisons(self) -> set[str]:
        taken: set[str] = set()
        for name, watched in self._watched.items():
            compared = self._comparisons.get(name)
            for differs in () if compared is None else compared.unjudged():
                taken.add(name)
                watched.evidence.compared(differs=differs)
        return taken

    def _judged(self, watched: Watched) -> Verdict:
        compared = self._comparisons.get(watched.route.name)
        agreement = Agreement() if compared is None else compared.tally.agreement()
        return judge(watched.evidence, agreement, watched.route.stage)


def calls_of(outcome: Outcome) -> Iterator[JudgedCall]:
    """What a call says of the sides: two things, where legacy answered what the platform had failed.

    Nothing, where the facade had no room for it.
    """
    if outcome.error in _OURS:
        return
    if outcome.failed_after is not None:
        yield JudgedCall(Side.PLATFORM, None, outcome.failed_after)
    whole = outcome.complete or outcome.left
    yield JudgedCall(outcome.side, outcome.status, outcome.side_seconds, whole=whole, caller_left=outcome.left)
