"""A reloader with a real catalog and real files. Nothing in it is asked, so nothing opens a socket."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from facade.comparisons import Comparisons
from facade.control.begin import begin
from facade.control.build import nothing
from facade.control.reload import Reloader
from facade.control.source import Source
from facade.port import Services
from facade.routing.known import KnownKeys
from facade.snapshot import Snapshots
from facade.targets.catalog import Catalog
from facade.targets.definition import Adapted, Silo
from facade.targets.protect.protections import Protections
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics
from facade.wire.deadlines import Deadlines

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
"""A Monday."""


@dataclass
class House:
    """What a reload changes, and the `files` that it reads."""

    files: Any
    snapshots: Snapshots
    metrics: Metrics
    catalog: Catalog
    comparisons: Comparisons
    known: KnownKeys
    reloader: Reloader

    def again(self, source: Source) -> Reloader:
        """The same after a restart that reads the files from `source`; not started yet."""
        parts = self.catalog, self.snapshots, self.metrics, self.comparisons, self.known
        return Reloader(source, begin(source, NOW), *parts, lambda: NOW)

    def figure(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    def stage(self, route: str) -> str:
        return self.snapshots.current.served[route].route.stage

    def move(self, stage: str) -> None:
        self.files.change("routes/property.yaml", "stage: legacy\n    canary", f"stage: {stage}\n    canary")

    def spoil(self) -> None:
        self.files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: lgeacy\n    canary")


def _services(silo: Silo) -> Services:
    assert isinstance(silo.reach, Adapted)
    return Services(time.monotonic, spawn, silo.reach.folder / "state", silo.reach.folder, silo.reach.files)


async def inhabited(files: Any) -> AsyncIterator[House]:
    """A house of which `titles.read` saw a call, for its metrics are of routes that did; torn down after it."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop)
    metrics = Metrics("0", ())
    protections = Protections(deadlines, loop.time, lambda: 0.0)
    catalog = Catalog(deadlines, metrics, _services, loop.time, lambda: 1.0, protections)
    snapshots, comparisons, known = Snapshots(nothing()), Comparisons(lambda: 0.0, bytes(32)), KnownKeys()
    source = files.source()
    reloader = Reloader(source, begin(source, NOW), catalog, snapshots, metrics, comparisons, known, lambda: NOW)
    await reloader.start()
    await reloader.keep()
    metrics.request("titles.read", "legacy", "legacy", "2xx", 0.1)
    yield House(files, snapshots, metrics, catalog, comparisons, known, reloader)
    await catalog.close()
    deadlines.stop()
