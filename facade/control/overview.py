"""The running sidecar as an operator is shown it: rows of routes, silos and externals with what each side answered.

The rows of 1,000 routes take about as long as one answer may hold the event loop, so they are made in pieces.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from facade.control.answers import Pause
from facade.control.because import Because
from facade.control.describe import keys_of, kind_of, match_of, name_of, share_of
from facade.control.guards import Guards
from facade.control.overrides.override import subject_of
from facade.control.reload import Reloader
from facade.control.view import Calls, ConfigView, RouteRow, SiloRow, StatusView, is_overdue
from facade.routing.known import NOTHING_KNOWN, Fullness
from facade.routing.route import Keys, Route
from facade.routing.stage import Side
from facade.targets.definition import Silo
from facade.targets.protect.protection import Protection
from facade.telemetry.metrics import Metrics

ROUTES_A_PIECE: Final = 100
"""Rows made in one go: about half a millisecond of work."""


class Overview:
    """Takes views of what runs.

    `protection` is what stands before a silo or an external; `clock` tells the time, aware, in UTC.
    """

    def __init__(
        self,
        version: str,
        reloader: Reloader,
        metrics: Metrics,
        protection: Callable[[str], Protection | None],
        guards: Guards,
        clock: Callable[[], datetime.datetime],
        pause: Pause,
    ) -> None:
        self.version = version
        self._reloader = reloader
        self._metrics = metrics
        self._protection = protection
        self._guards = guards
        self._clock = clock
        self._pause = pause

    @property
    def config(self) -> ConfigView:
        return self._reloader.view

    @property
    def now(self) -> datetime.datetime:
        """The time of day, aware, in UTC."""
        return self._clock()

    @property
    def revision(self) -> str:
        """That of what runs."""
        return self._reloader.configuration.revision

    async def status(self) -> StatusView:
        """All of it. The routes are those of one configuration, whatever reloads happen meanwhile."""
        configuration = self._reloader.configuration
        config = self._reloader.view
        differs = self._differs()
        routes = []
        for number, route in enumerate(configuration.routes, start=1):
            routes.append(self._route(route, differs))
            if number % ROUTES_A_PIECE == 0:
                await self._pause()
        now = self._clock()
        today = now.astimezone(ZoneInfo(configuration.settings.timezone)).date()
        silos, externals = (
            tuple(self._silos(each.values(), today)) for each in (configuration.silos, configuration.externals)
        )
        return StatusView(self.version, now, config, tuple(routes), silos, externals)

    def route(self, name: str) -> RouteRow | None:
        """The route of this name, None if there is none."""
        found = next((route for route in self._reloader.configuration.routes if route.name == name), None)
        return None if found is None else self._route(found, self._differs())

    def _differs(self) -> Mapping[str, str]:
        return {each.subject: why_of(each.because) for each in self._reloader.overrides.now}

    def _route(self, route: Route, differs: Mapping[str, str]) -> RouteRow:
        fullness = self._reloader.known.fullness(subject_of(route))
        row = route_row(route, self._calls(route.name), fullness)
        return judged(row, self._guards, route.notice.switched_off or differs.get(subject_of(route)))

    def _silos(self, silos: Iterable[Silo], today: datetime.date) -> Iterator[SiloRow]:
        asked, answering = self._metrics.asked(), self._metrics.answering()
        dated = self._reloader.endings.silos(self._reloader.configuration)
        for silo in silos:
            row = protected(silo_row(silo, asked, today), silo, answering, self._protection(silo.name))
            ending = dated.get(silo.name)
            if ending is not None and (ending.refuses or ending.is_past):
                row = replace(row, ending=ending.sentence)
            yield row

    def _calls(self, route: str) -> Calls:
        counts = self._metrics.counts(route)
        return Calls(counts[Side.LEGACY], counts[Side.PLATFORM], counts[Side.OWN])


def route_row(route: Route, calls: Calls, fullness: Fullness = NOTHING_KNOWN) -> RouteRow:
    """A route as it is shown; `fullness` is of the keys that are remembered of it."""
    keys = keys_of(route)
    return RouteRow(
        name=route.name,
        match=match_of(route.match),
        stage=route.stage,
        share=share_of(route),
        calls=calls,
        group=route.group,
        place=str(route.place),
        legacy=name_of(route.legacy),
        platform=name_of(route.platform),
        keys=keys,
        lets_through=fullness.warning if keys == Keys.HOLD else None,
    )


def judged(row: RouteRow, guards: Guards, differs: str | None) -> RouteRow:
    """The row with what its guard says, and why it stands elsewhere than its file says."""
    verdict = guards.verdict(row.name)
    if verdict is None:
        return replace(row, differs=differs) if differs else row
    bars = guards.bars(row.name)
    return replace(row, verdict=verdict.kind, evidence=verdict.sentence, bars=bars, differs=differs)


def why_of(because: Because) -> str:
    """Why something stands elsewhere than its file says: never nothing, though a person may give no reason."""
    told = (because.why, f"by {because.by}" if because.by else "")
    return ", ".join(each for each in told if each) or f"by {because.cause}"


def silo_row(silo: Silo, asked: Mapping[str, int], today: datetime.date) -> SiloRow:
    """A silo or an external as shown. `asked` counts the calls of every target, those that no route covers too."""
    every = sum(asked.values())
    return SiloRow(
        name=silo.name,
        kind=kind_of(silo),
        owner=silo.owner,
        switch_off=silo.switch_off,
        overdue=is_overdue(silo.switch_off, today),
        calls=asked.get(silo.name, 0),
        share=asked.get(silo.name, 0) / every if every else None,
    )


def protected(row: SiloRow, silo: Silo, answering: Mapping[str, int], protection: Protection | None) -> SiloRow:
    """The row with what keeps it from being overrun. `answering` counts the calls in flight of every target."""
    row = replace(row, in_flight=answering.get(silo.name, 0))
    if protection is None:
        return row
    rules, breaker = protection.rules, protection.breaker
    return replace(
        row,
        concurrency=rules.concurrency,
        waiting=protection.budget.waiting,
        queue=None if rules.concurrency is None else rules.queue,
        breaker=None if breaker is None else breaker.state,
        hours=None if rules.hours is None else str(rules.hours),
        opens=protection.opens,
    )


async def breathe() -> None:
    """Give the event loop back once."""
    await asyncio.sleep(0)
