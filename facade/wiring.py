"""What a sidecar is made of: both planes, and the values they share. Clock and chance come in here and nowhere else.

Read top to bottom: each part is made from those above it.
"""

from __future__ import annotations

import asyncio
import datetime
import random
import secrets
import time
from importlib.metadata import version
from typing import Final

from facade.calls import Calls
from facade.comparisons import Comparisons
from facade.control import admin, observe
from facade.control.actions import actions
from facade.control.begin import Beginning
from facade.control.build import nothing
from facade.control.detail import Details
from facade.control.ending import orders
from facade.control.ending import pages as ending
from facade.control.ending.collect import Collector
from facade.control.ending.confirming import Confirming
from facade.control.ending.due import Due
from facade.control.guards import Guards
from facade.control.mover import Mover
from facade.control.outlook import Outlooks
from facade.control.overview import Overview, breathe
from facade.control.preview import page as preview
from facade.control.reload import Reloader
from facade.control.site import Site
from facade.control.source import Source
from facade.control.turns import Turns
from facade.control.usage.book import UsageBook
from facade.control.usage.counted import CountsKeeper
from facade.control.usage.counts_book import CountsBook
from facade.control.usage.keep import UsageKeeper
from facade.control.watchers import Watchers
from facade.outcomes import Outcomes
from facade.page.live import Live
from facade.page.pages import forms
from facade.page.pages import pages as shown
from facade.page.sources import Ending, Sources
from facade.port import Services
from facade.proxy.handler import Handler
from facade.proxy.record import Recorder
from facade.proxy.shadow.mirror import Mirror
from facade.proxy.tunnels import Tunnels
from facade.routing.known import KnownKeys
from facade.snapshot import Snapshots
from facade.targets.catalog import Catalog
from facade.targets.definition import Adapted, Silo
from facade.targets.protect.protections import Protections
from facade.tasks import spawn
from facade.telemetry import exposition, tracing
from facade.telemetry.metrics import Metrics
from facade.telemetry.request_ids import mint
from facade.usage import Usage
from facade.wire import refusals
from facade.wire.deadlines import Deadlines
from facade.wire.server import Server

VERSION: Final = version("strangler-facade")

_KEY: Final = 32
"""Bytes of the key by which differences are known again. It lasts as long as the process, as they do."""


class Parts:
    """The parts of one sidecar, made and not yet started."""

    def __init__(self, source: Source, beginning: Beginning) -> None:
        loop = asyncio.get_running_loop()
        chance = random.Random()  # noqa: S311 - names for calls and samples of them, no secrets
        self.source = source
        self.settings = beginning.configuration.settings
        self.health = observe.Health()
        self.metrics = Metrics(VERSION, refusals.REASONS)
        self.spans = tracing.begin(VERSION, source.environment, time.time_ns)
        self.deadlines = Deadlines(loop)
        self.snapshots = Snapshots(nothing())
        self.protections = Protections(self.deadlines, loop.time, time.time)
        self.metrics.protected_by(self.protections.information)
        self.catalog = Catalog(self.deadlines, self.metrics, self._services, loop.time, chance.random, self.protections)
        self.comparisons = Comparisons(time.time, secrets.token_bytes(_KEY))
        self.metrics.compared_by(self.comparisons.information)
        self.known = KnownKeys()
        self.reloader = Reloader(
            source, beginning, self.catalog, self.snapshots, self.metrics, self.comparisons, self.known, now
        )
        self.outcomes = Outcomes()
        self.guards = Guards(self.outcomes, self.comparisons, lambda: self.reloader.configuration, self.reloader.stand)
        self.metrics.judged_by(self.guards.information)
        self.mover = Mover(source, self.reloader, self.guards, now, time.sleep)
        self.due = Due(self.reloader, now)
        self.usage = Usage(chance.random)
        book = UsageBook(self.settings.state, secrets.token_bytes)
        self.days = UsageKeeper(self.usage, book, now, lambda: self.reloader.configuration.settings.timezone)
        self.calls = Calls()
        self.counts = CountsKeeper(
            self.calls,
            CountsBook(self.settings.state),
            lambda: self.reloader.configuration,
            self.metrics,
            now,
            time.monotonic,
        )
        self.collector = Collector(
            self.reloader, self.counts, self.comparisons, self.settings.state, now, time.monotonic, breathe
        )
        self.confirming = Confirming(self.reloader, self.collector.evidence, now)
        self.turns = Turns()
        self.watchers = Watchers(self.turns.pause)
        self.server = self._data_plane(chance)
        self.request_id = lambda: mint(chance.randbytes)

    def _data_plane(self, chance: random.Random) -> Server:
        loop = asyncio.get_running_loop()
        recorder = Recorder(self.metrics, self.outcomes, chance.random, chance.randbytes)
        handler = Handler(
            self.snapshots,
            self.metrics,
            recorder,
            Tunnels(self.snapshots, self.deadlines, self.metrics),
            Mirror(self.comparisons, self.metrics, draw=chance.random, clock=time.monotonic, wall=time.time),
            self.known,
            self.usage,
            self.calls,
            clock=loop.time,
            wall=time.time,
            chance=chance.randbytes,
            draw=chance.random,
            spans=self.spans,
        )
        return Server(
            handler,
            lambda: self.snapshots.current.limits,
            self.deadlines,
            lambda problem, request_id: recorder.refused(problem, request_id, self.snapshots.current.log),
            time.time,
        )

    def observe(self) -> Site:
        """What the listener `observe` answers."""
        return Site(observe.pages(self.health, self.metrics.render, exposition.CONTENT_TYPE, breathe))

    def admin(self, host: str, token: str | None) -> Site:
        """What the listener `admin` answers, which is configured under `host`; changes need the `token`."""
        overview = Overview(VERSION, self.reloader, self.metrics, self.protections.get, self.guards, now, breathe)
        outlooks = Outlooks(self.source.folder, lambda: self.reloader.configuration, self.guards.bars, now)
        details = Details(overview, self.guards, self.comparisons, self.metrics, outlooks, self.settings.state)
        pause = self.turns.pause
        sources = Sources(overview, details, self.mover, self.watchers, self._ending(), pause, time.monotonic, token)
        live = Live(sources)
        self._telling = spawn(live.watch(), "tell who watches")
        pages = {
            **observe.pages(self.health, self.metrics.render, exposition.CONTENT_TYPE, breathe),
            **admin.pages(overview, self.reloader, self.snapshots, self.comparisons, self.known, breathe),
            **ending.pages(self.collector, self.reloader),
            **orders.pages(self.reloader, now),
            **preview.pages(self.reloader, self.days, now, breathe),
            **shown(sources, live),
        }
        changing = {**actions(self.mover), **orders.actions(self.reloader, self.confirming, now)}
        return Site(pages, host, changing, token, forms(sources))

    def _ending(self) -> Ending:
        """What the pages know of the ends of silos."""
        collector = self.collector
        return Ending(collector.schedules, collector.burn_down, collector.evidence, collector.callers)

    def _services(self, silo: Silo) -> Services:
        """What an adapter is lent; its folder in `state` is made when it first asks for it."""
        reach = silo.reach
        assert isinstance(reach, Adapted)  # what is passed through has no adapter
        return Services(
            time.monotonic, spawn, self.settings.state / "silos" / silo.name, folder=reach.folder, files=reach.files
        )


def now() -> datetime.datetime:
    """The time of day, aware, in UTC."""
    return datetime.datetime.now(datetime.UTC)
