"""The running sidecar as an operator is shown it: rows of routes and silos with what each side answered.

The rows of 1,000 routes take about as long as one answer may hold the event loop, so they are made in pieces.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from facade.config.settings import Configuration
from facade.control.answers import Pause
from facade.control.describe import kind_of, match_of, name_of, share_of
from facade.control.reload import Reloader
from facade.control.view import Calls, ConfigView, RouteRow, SiloRow, StatusView, is_overdue
from facade.routing.route import Route
from facade.routing.stage import Side
from facade.telemetry.metrics import Metrics

ROUTES_A_PIECE: Final = 100
"""Rows made in one go: about half a millisecond of work."""


class Overview:
    """Takes views of what runs. `clock` tells the time of day, aware, in UTC."""

    def __init__(
        self,
        version: str,
        reloader: Reloader,
        metrics: Metrics,
        clock: Callable[[], datetime.datetime],
        pause: Pause,
    ) -> None:
        self._version = version
        self._reloader = reloader
        self._metrics = metrics
        self._clock = clock
        self._pause = pause

    @property
    def config(self) -> ConfigView:
        return self._reloader.view

    async def status(self) -> StatusView:
        """All of it. The routes are those of one configuration, whatever reloads happen meanwhile."""
        configuration = self._reloader.configuration
        config = self._reloader.view
        routes = []
        for number, route in enumerate(configuration.routes, start=1):
            routes.append(route_row(route, self._calls(route.name)))
            if number % ROUTES_A_PIECE == 0:
                await self._pause()
        now = self._clock()
        today = now.astimezone(ZoneInfo(configuration.settings.timezone)).date()
        silos = silo_rows(configuration, self._metrics.asked(), today)
        return StatusView(self._version, now, config, tuple(routes), silos)

    def _calls(self, route: str) -> Calls:
        counts = self._metrics.counts(route)
        return Calls(counts[Side.LEGACY], counts[Side.PLATFORM], counts[Side.OWN])


def route_row(route: Route, calls: Calls) -> RouteRow:
    """A route as it is shown."""
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
    )


def silo_rows(configuration: Configuration, asked: Mapping[str, int], today: datetime.date) -> tuple[SiloRow, ...]:
    """The silos as they are shown. `asked` counts the calls of every target, those that no route covers too."""
    every = sum(asked.values())
    return tuple(
        SiloRow(
            name=silo.name,
            kind=kind_of(silo),
            owner=silo.owner,
            switch_off=silo.switch_off,
            overdue=is_overdue(silo.switch_off, today),
            calls=asked.get(silo.name, 0),
            share=asked.get(silo.name, 0) / every if every else None,
        )
        for silo in configuration.silos.values()
    )


async def breathe() -> None:
    """Give the event loop back once."""
    await asyncio.sleep(0)
