"""One route as a person looks at it: where it stands, its evidence, its latency, its past, and what is next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from facade.comparisons import Comparisons
from facade.control.differences import DifferencesView, differences
from facade.control.guards import Guards
from facade.control.judge.verdict import Verdict
from facade.control.ledger.recent import Recent, recent
from facade.control.outlook import Outlook, Outlooks
from facade.control.overview import Overview
from facade.control.view import RouteRow
from facade.telemetry.metrics import Metrics

ENTRIES: Final = 30
"""Changes of a route that are told: what led to where it stands."""

_log = structlog.get_logger("facade.control.detail")


@dataclass(frozen=True, slots=True)
class RouteDetail:
    """All that is told of a route. `verdict` is its guard's, None where nothing is judged.

    `latencies` are counts by side for each of `BOUNDS` and beyond, since the start. `history` is None where the ledger
    cannot be read. `revision` is what ran when this was taken.
    """

    row: RouteRow
    verdict: Verdict | None
    differences: DifferencesView
    latencies: Mapping[str, Sequence[int]]
    outlook: Outlook
    history: Recent | None
    revision: str


class Details:
    """Takes what is told of single routes and silos. `state` is the folder of the ledger."""

    def __init__(
        self,
        overview: Overview,
        guards: Guards,
        comparisons: Comparisons,
        metrics: Metrics,
        outlooks: Outlooks,
        state: Path,
    ) -> None:
        self._overview = overview
        self._guards = guards
        self._comparisons = comparisons
        self._metrics = metrics
        self._outlooks = outlooks
        self._state = state

    async def route(self, name: str) -> RouteDetail | None:
        """That of the route of this name; None if there is none."""
        row = self._overview.route(name)
        if row is None:
            return None
        return RouteDetail(
            row=row,
            verdict=self._guards.verdict(name),
            differences=differences(self._comparisons, name),
            latencies=self._metrics.latencies(name),
            outlook=await self._outlooks.of(name),
            history=await self.history(name, f"dates {name}"),
            revision=self._overview.revision,
        )

    async def history(self, *what: str) -> Recent | None:
        """The latest changes of these; None where they cannot be read."""
        try:
            return await asyncio.to_thread(recent, self._state, frozenset(what), ENTRIES)
        except OSError as error:
            _log.error("ledger not read", problem=f"{self._state}: {error.strerror}; mend `state`")
            return None
