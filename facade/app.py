"""The life of the process, from its first file to its last answer: signals, sockets, start, drain and end.

Read `run`, then `Sidecar.serve`. What a sidecar is made of stands in `wiring`.
"""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from facade.config.kinds import KindError, Kinds
from facade.config.settings import Listener
from facade.control.begin import Beginning, begin
from facade.control.binding import BACKLOG
from facade.control.certificate import Certificate
from facade.control.descriptors import raise_limit
from facade.control.listener import OpenListener, open_listener
from facade.control.source import Source
from facade.control.start import Flags, StartError
from facade.control.succession.doors import Door, open_doors
from facade.control.succession.handover import Handover
from facade.control.succession.predecessor import meet
from facade.control.token import own_token
from facade.control.watch import watch
from facade.tasks import spawn
from facade.telemetry import lag, logs, tracing
from facade.wire.lookups import with_own_lookups
from facade.wiring import VERSION, Parts, now

_SWITCH: Final = 0.0005
"""Seconds until a thread that computes hands over to the event loop, a tenth of Python's own: while files are read in a
thread, a call waits that long each time its socket has something to say, which is four times a call."""

_LAST_LINES: Final = 1.0
"""Seconds that the last log lines get to leave."""

_log = structlog.get_logger("facade.app")


def run(folder: Path, flags: Flags) -> int:
    """Serve the configuration in `folder` until SIGTERM or SIGINT; returns the exit code. Raises `StartError`."""
    logs.configure("info")
    sys.setswitchinterval(_SWITCH)
    raise_limit()
    try:
        source = Source(folder, _kinds(), flags.over(os.environ), serving=True)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_serve(source, flags))
    finally:
        logs.stop(_LAST_LINES)


def _kinds() -> Kinds:
    try:
        return Kinds.discover()
    except KindError as error:
        raise StartError(str(error)) from error


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop where it is installed; everything works without."""
    try:
        import uvloop
    except ImportError:
        return with_own_lookups(asyncio.SelectorEventLoop)
    return with_own_lookups(uvloop.Loop)


async def _serve(source: Source, flags: Flags) -> int:
    beginning = await asyncio.to_thread(begin, source, now())
    logs.configure(beginning.configuration.settings.log.level)
    sidecar = Sidecar(source, beginning)
    return await sidecar.serve(flags)


class Sidecar:
    """One running sidecar, from its start to its end."""

    def __init__(self, source: Source, beginning: Beginning) -> None:
        self._parts = Parts(source, beginning)
        self._source = source
        self._settings = self._parts.settings
        self._reloader = self._parts.reloader
        self._server = self._parts.server
        self._certificate: Certificate | None = None
        self._token: str | None = None
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()

    async def serve(self, flags: Flags) -> int:
        """Open what must be open, serve, drain, close. Returns the exit code."""
        await self._reloader.start()
        self._certificate = await self._read_certificate()
        self._token = await self._find_token()
        predecessor = await asyncio.to_thread(meet, self._settings.state) if flags.take_over else None
        doors = await asyncio.to_thread(open_doors, self._listeners(), predecessor)
        self._listen_for_signals()
        await self._open_platform(doors["listen"])
        await self._reloader.keep()
        self._parts.health.configured = True
        listeners = [await self._open_observe(doors["observe"]), await self._open_admin(doors["admin"])]
        background = self._watch(poll=flags.poll)
        counting = spawn(self._parts.counts.watch(asyncio.sleep), "keep counts of calls")
        gc.collect()
        gc.freeze()  # what is here stays: a collection must not look through it again while requests wait (30-50 ms)
        addresses = {listener.name: listener.address for listener in listeners}
        listen = f"{self._settings.listen.host}:{doors['listen'].port}"
        _log.info("serving", version=VERSION, listen=listen, **addresses)
        if predecessor is not None:
            await predecessor.relieve()
        handover = Handover(self._settings.state, tuple(doors.values()))
        await handover.open()
        await _first(self._stop, handover.taken)
        if handover.taken.is_set():
            _end(background)  # the successor watches and writes `state` now: two would write one ledger
            self._parts.counts.is_watching = False  # but calls that end here are counted here
        await self._drain(handover, listeners)
        _end([*background, counting])
        self._parts.watchers.end()
        for listener in listeners:
            await listener.close()
        await self._parts.days.turn()
        await self._parts.counts.end()
        await self._parts.catalog.close()
        self._parts.deadlines.stop()
        await tracing.end(self._parts.spans)
        return 0

    def _listeners(self) -> dict[str, Listener]:
        settings = self._settings
        return {"listen": settings.listen, "observe": settings.observe, "admin": settings.admin}

    def _watch(self, *, poll: bool) -> list[asyncio.Task[None]]:
        """Start what looks after the sidecar while it serves."""
        reloader = self._reloader
        files = watch(
            self._source.folder, reloader.stale, reloader.reload, named=lambda: reloader.seen.named, poll=poll
        )
        background = [
            spawn(files, "watch files"),
            spawn(self._parts.guards.watch(), "judge guarded routes"),
            spawn(self._parts.days.watch(asyncio.sleep), "keep a sample of calls"),
            spawn(self._parts.due.watch(asyncio.sleep), "look after the silos' dates"),
            spawn(lag.watch_lag(self._parts.metrics, time.monotonic, lag.INTERVAL, asyncio.sleep), "watch loop lag"),
        ]
        if self._certificate is not None:
            background.append(spawn(self._certificate.keep_fresh(), "watch certificate"))
        return background

    async def _read_certificate(self) -> Certificate | None:
        tls = self._settings.listen.tls
        return None if tls is None else await asyncio.to_thread(Certificate, "listen", tls)

    async def _find_token(self) -> str | None:
        configured = self._settings.admin_token
        return configured or await asyncio.to_thread(own_token, self._settings.state, secrets.token_urlsafe)

    async def _open_platform(self, door: Door) -> None:
        tls = None if self._certificate is None else self._certificate.context
        await self._server.listen(door.sockets, tls, BACKLOG)

    async def _open_observe(self, door: Door) -> OpenListener:
        return await open_listener(door, self._parts.observe(), self._parts.request_id)

    async def _open_admin(self, door: Door) -> OpenListener:
        return await open_listener(door, self._parts.admin(door.listener.host, self._token), self._parts.request_id)

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: spawn(self._reload(), "reload by signal"))

    def _asked_to_stop(self) -> None:
        """The first time: drain. Again: no more waiting."""
        (self._hurry if self._stop.is_set() else self._stop).set()

    async def _reload(self) -> None:
        if self._certificate is not None:
            await self._certificate.refresh()
        await self._reloader.reload("signal")

    async def _drain(self, handover: Handover, listeners: list[OpenListener]) -> None:
        """Unready, serve on for `pause`, then stop accepting and let running requests end within `limit`.

        Where a successor accepts from our sockets nobody need find us unready, so we stop accepting at once; `pause` is
        then what clients get who are connected and idle, to be told of the end before it comes. Listeners whose sockets
        it did not take end as they do without one.
        """
        drain = self._reloader.configuration.settings.drain
        self._parts.health.draining = not {"listen", "observe"} <= handover.succeeded
        self._server.draining = True
        _log.info("draining", pause=drain.pause, limit=drain.limit, successor=handover.taken.is_set())
        if "listen" not in handover.succeeded:
            coming = [] if handover.taken.is_set() else [handover.taken]
            with suppress(TimeoutError):
                await asyncio.wait_for(_first(self._hurry, *coming), drain.pause)
        handover.close()
        for listener in listeners:
            if listener.name in handover.succeeded:
                listener.shut()
        idle = drain.pause if "listen" in handover.succeeded else 0.0
        shared = "listen" in handover.shared
        hurry = asyncio.ensure_future(self._hurry.wait())
        ending = asyncio.ensure_future(self._server.drain(drain.limit, idle=idle, shared=shared))
        await asyncio.wait([hurry, ending], return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        cut = ending.result() if ending.done() else self._server.cut()
        ending.cancel()
        _log.info("drained", cut=cut)


def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


async def _first(*events: asyncio.Event) -> None:
    """Wait for one of several events."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
