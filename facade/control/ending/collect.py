"""Collects what is known of the ends of silos and works it out in a thread: schedule, burn-down, evidence, orphans.

Nothing here holds the event loop for longer than a slice of the comparisons takes, which are the data plane's own and
may only be looked at there.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from facade.comparisons import Comparisons
from facade.config.settings import Configuration
from facade.control.answers import Pause
from facade.control.ending.named import answered, ending_silos
from facade.control.ending.past import Counting, Past, PastCalls
from facade.control.ending.verified import VerifiedLedger
from facade.control.ending.views import Orphans, Schedule
from facade.control.reload import Reloader
from facade.ending.burndown import BurnDown
from facade.ending.calendar import events
from facade.ending.candidates import candidates
from facade.ending.commonality import Commonality, commonality
from facade.ending.counts import CallerCalls
from facade.ending.evidence import DAYS, Evidence, Found, OpenDifference, Unresolved, evidence
from facade.ending.schedule import SiloSchedule, schedule
from facade.ending.silo import EndingSilo

ORPHANS: Final = 20
"""Shapes that the evidence of a silo lists: `facade orphans` has them all."""

_ROUTES_A_PIECE: Final = 10
"""Routes whose comparisons are looked at in one go: of each a few hundred numbers are added up."""


class Collector:
    """Collects it of one sidecar. `clock` tells the time, aware, in UTC; `monotonic` is in seconds."""

    def __init__(
        self,
        reloader: Reloader,
        counting: Counting,
        comparisons: Comparisons,
        state: Path,
        clock: Callable[[], datetime.datetime],
        monotonic: Callable[[], float],
        pause: Pause,
    ) -> None:
        self._reloader = reloader
        self._comparisons = comparisons
        self._past = PastCalls(counting, lambda: frozenset(reloader.configuration.silos), monotonic)
        self._ledger = VerifiedLedger(state)
        self._clock = clock
        self._pause = pause
        self._known: tuple[Configuration, Past, Schedule] | None = None

    def __repr__(self) -> str:
        return f"<Collector {self._past!r}>"

    async def schedule(self) -> Schedule:
        """Every silo by its date: worked out once for what runs and what is known of calls."""
        running, past = self._reloader.configuration, await self._past.read()
        if self._known is not None and self._known[0] is running and self._known[1] is past:
            return self._known[2]
        found = await asyncio.to_thread(_schedule, running, past, self._clock())
        self._known = running, past, found
        return found

    async def schedules(self) -> Mapping[str, SiloSchedule]:
        """Every silo's by its name."""
        return {each.silo: each for each in (await self.schedule()).silos}

    async def burn_down(self, silo: str) -> BurnDown:
        """That of the silo of this name; without any day where there is none."""
        return (await self._past.read()).burn_downs.get(silo) or BurnDown(silo)

    async def callers(self) -> tuple[CallerCalls, ...]:
        """Who called what in the last `CALLERS` days, of every target."""
        return (await self._past.read()).callers

    async def orphans(self) -> Orphans:
        """The calls that no route covers, as far as they are kept."""
        past = await self._past.read()
        found = await asyncio.to_thread(candidates, past.counts.orphans)
        return Orphans(self._reloader.configuration.settings.unmatched, found, past.problem)

    async def commonality(self) -> Commonality:
        """What several silos answer with."""
        running = self._reloader.configuration
        return await asyncio.to_thread(lambda: commonality(running.silos, answered(running)))

    async def evidence(self, silo: str, days: int = DAYS) -> Evidence:
        """That of the silo of this name, for so many days without a call. Raises KeyError where there is none."""
        running = self._reloader.configuration
        ending = (await asyncio.to_thread(ending_silos, running))[silo]
        past = await self._past.read()
        callers = await self._past.callers(days)
        confirmation = self._reloader.endings.confirmations.get(silo)
        found = Found(
            silo=ending,
            at=self._clock(),
            today=past.today,
            burn_down=past.burn_downs.get(silo) or BurnDown(silo),
            callers=tuple(each for each in callers if each.target == silo),
            differences=await self._differences(ending),
            unresolved=_unresolved(ending, past, days),
            ledger=await asyncio.to_thread(self._ledger.look),
            confirmations=() if confirmation is None else (confirmation,),
            problem=past.problem,
        )
        return await asyncio.to_thread(evidence, found, days)

    async def _differences(self, silo: EndingSilo) -> tuple[OpenDifference, ...]:
        """The routes whose two sides are known to differ, most first."""
        found = []
        for number, (name, _) in enumerate(silo.routes, start=1):
            known = self._comparisons.get(name)
            agreement = known.tally.agreement() if known is not None else None
            if agreement is not None and agreement.equal < agreement.compared:
                found.append(OpenDifference(name, agreement.compared, agreement.compared - agreement.equal))
            if number % _ROUTES_A_PIECE == 0:
                await self._pause()
        return tuple(sorted(found, key=lambda each: (-each.differing, each.route)))


def _schedule(running: Configuration, past: Past, at: datetime.datetime) -> Schedule:
    silos = schedule(ending_silos(running).values(), past.burn_downs, past.callers, past.today)
    found = events(silos, running.routes, ZoneInfo(running.settings.timezone))
    return Schedule(at, silos, found, past.problem)


def _unresolved(silo: EndingSilo, past: Past, days: int) -> Unresolved:
    if not silo.takes_unmatched:
        return Unresolved(takes_unmatched=False)
    since = past.today - datetime.timedelta(days)
    found = candidates(each for each in past.counts.orphans if each.last >= since)
    return Unresolved(True, found[:ORPHANS], max(0, len(found) - ORPHANS))
