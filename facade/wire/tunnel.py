"""After a 101 the connection is no longer HTTP: raw bytes both ways, at the pace of whoever is slower.

A tunnel is two bodies without an end, each piped into the other connection, so back-pressure is that of every other
body. It ends when either side closes (what it sent before is passed on), when nothing moved for its idle limit, or
when it is told to; then both connections close.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable
from typing import Final

from facade.wire.body import Body
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.ends import Sink
from facade.wire.message import Field

_REVIEW: Final = 5.0
"""Seconds between two looks at a tunnel: whether its route has moved is a matter of minutes, not of milliseconds."""


class Ending(enum.StrEnum):
    """Why a tunnel ended; also its metrics label. `CUT` where the facade had no more room or time for it."""

    CLOSED = "closed"
    IDLE = "idle"
    MOVED = "moved"
    WAITED_FOR = "waited_for"
    CUT = "cut"


class Tunnel:
    """Bytes both ways. `sent` counts those of the client, `received` those of the target.

    `idle` is how many seconds nothing may move. `until` is the moment at which it ends whatever moves: `NEVER`, until
    `review`, which is asked every now and then, brings one.
    """

    __slots__ = ("_deadlines", "_ended", "_idle", "_moved_at", "_review", "due", "received", "sent", "until", "wakes")

    def __init__(self, deadlines: Deadlines, idle: float, review: Callable[[Tunnel], None]) -> None:
        self._deadlines = deadlines
        self._idle = idle
        self._review = review
        self._moved_at = deadlines.now
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.sent = 0
        self.received = 0
        self.until = NEVER
        self.due = NEVER
        self.wakes = NEVER

    def __repr__(self) -> str:
        return f"<Tunnel sent={self.sent} received={self.received} ended={self._ended.done()}>"

    @property
    def why(self) -> Ending:
        """Why it ended. One that was not told to was closed by a side: a client that does cancels `run`."""
        return self._ended.result() if self._ended.done() and not self._ended.cancelled() else Ending.CLOSED

    @property
    def quiet(self) -> float:
        """Seconds in which nothing has moved."""
        return self._deadlines.now - self._moved_at

    async def run(self, client: Body, to_target: Sink, target: Body, to_client: Sink) -> None:
        """Pass bytes until the tunnel ends."""
        self._watch()
        if client.failure is not None or target.failure is not None:
            return
        client.pipe(_Way(self, to_target, self._count_sent))
        target.pipe(_Way(self, to_client, self._count_received))
        try:
            await self._ended
        finally:
            self._deadlines.forget(self)
            client.unpipe()
            target.unpipe()

    def end(self, why: Ending) -> None:
        if not self._ended.done():
            self._ended.set_result(why)

    def overdue(self) -> None:
        """The wheel looks in: is it idle, has its time come, or does somebody know why it should end?"""
        self._review(self)
        if self._deadlines.now >= self.until:
            self.end(Ending.MOVED)
        elif self.quiet >= self._idle:
            self.end(Ending.IDLE)
        else:
            self._watch()

    def _watch(self) -> None:
        due = min(self._moved_at + self._idle, self._deadlines.now + _REVIEW, self.until)
        self._deadlines.watch(self, due)

    def _count_sent(self, size: int) -> None:
        self.sent += size
        self._moved_at = self._deadlines.now

    def _count_received(self, size: int) -> None:
        self.received += size
        self._moved_at = self._deadlines.now


class _Way:
    """One direction: counts, and hands on to the other connection."""

    __slots__ = ("_count", "_sink", "_tunnel")

    def __init__(self, tunnel: Tunnel, sink: Sink, count: Callable[[int], None]) -> None:
        self._tunnel = tunnel
        self._sink = sink
        self._count = count

    def write_body(self, data: bytes) -> None:
        self._count(len(data))
        self._sink.write_body(data)

    def end_body(self, trailers: list[Field]) -> None:
        """This side has closed (a tunnel has no trailers)."""
        self._tunnel.end(Ending.CLOSED)

    def fed_by(self, body: Body | None) -> None:
        """No body any more: this side has ended, or broke off."""
        self._sink.fed_by(body)
        if body is None:
            self._tunnel.end(Ending.CLOSED)
