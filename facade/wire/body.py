"""A message's body on its way from the connection that receives it to whoever wants it.

The law: whoever receives pushes, whoever is slow holds back. Without a sink the bytes wait here, up to `HIGH_WATER`,
beyond which the source stops reading its socket; with a sink they go straight on, and the sink's `pause` stops the
source in the same way. A body ends exactly once: complete, or failed with the refusal that says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.ends import Both, Sink, Source, Watcher
from facade.wire.framing import CHUNKED
from facade.wire.message import Field

HIGH_WATER: Final = 64 * 1024
"""Bytes that wait here before the source is told to stop: one large read, so that a small body never stops anybody."""


_PIECES: Final = 64
"""Pieces of a body that wait side by side; more are joined, because each costs some 50 bytes beside its own."""


class Body:
    """The bytes of one message. `length` is its framing: bytes, `CHUNKED` or `UNTIL_CLOSE`.

    Of its bytes `held` wait here, and `beyond` at a target that does not take them.

    `holds_up` says whether somebody waits for what the message has as long as its body comes; None: nobody ever does.
    """

    __slots__ = (
        "_chunks",
        "_sink",
        "_source",
        "_stopped",
        "_waiter",
        "_watcher",
        "beyond",
        "ended",
        "failure",
        "held",
        "holds_up",
        "length",
        "trailers",
    )

    def __init__(self, length: int, source: Source | None = None) -> None:
        self.length = length
        self.ended = False
        self.failure: Refusal | None = None
        self.trailers: list[Field] = []
        self._source = source
        self._chunks: list[bytes] = []
        self.held = 0
        self.beyond = 0
        self.holds_up: Callable[[], bool] | None = None
        self._sink: Sink | None = None
        self._stopped = False
        self._waiter: asyncio.Future[None] | None = None
        self._watcher: Watcher | None = None

    def __repr__(self) -> str:
        state = "failed" if self.failure else "ended" if self.ended else "open"
        framing = "chunked" if self.length == CHUNKED else self.length
        return f"<Body {framing} {state} held={self.held}>"

    @classmethod
    def whole(cls, data: bytes, source: Source | None = None) -> Body:
        """A body that is all here."""
        if not data:
            return _EMPTY
        body = cls(len(data), source)
        body.ended = True
        body._chunks.append(data)
        body.held = len(data)
        return body

    # The source's side.

    def feed(self, data: bytes) -> None:
        """Take the next bytes, unframed."""
        if self._watcher is not None:
            self._watcher.see(data)
        if self._sink is not None:
            self._sink.write_body(data)
            return
        self._chunks.append(data)
        self.held += len(data)
        if len(self._chunks) > _PIECES:
            self._chunks = [b"".join(self._chunks)]
        if self.held > HIGH_WATER:
            self.hold()
            self._wake()

    def end(self, trailers: list[Field]) -> None:
        """The body is complete."""
        self.ended = True
        self.trailers = trailers
        if self._watcher is not None:
            self._watcher.end()
        if self._sink is not None:
            self._sink.end_body(trailers)
            self._release_sink()
        self.go_on()  # the last bytes may have stopped the source, which has more to read than this body
        self._wake()

    def fail(self, failure: Refusal) -> None:
        """The body will never be complete."""
        if not self.ended and self.failure is None:
            self.failure = failure
            self._release_sink()
            self._wake()

    # The side of whoever wants it.

    def take(self) -> bytes:
        """All that waits here."""
        data = self._emptied()
        if data and self._source is not None:
            self._source.taken()
        return data

    def _emptied(self) -> bytes:
        chunks = self._chunks
        if not chunks:
            return b""
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._chunks = []
        self.held = 0
        return data

    def hurry(self, holds_up: Callable[[], bool]) -> None:
        """Let the body come quickly, or be cut as soon as it holds somebody up."""
        if not self.ended and self._source is not None:
            self.holds_up = holds_up
            self._source.hurry()

    def watch(self, watcher: Watcher) -> None:
        """Let `watcher` see what waits here, all that comes on, and the end if there is one."""
        for chunk in self._chunks:
            watcher.see(chunk)
        if self.ended:
            watcher.end()
        else:
            self._watcher = watcher if self._watcher is None else Both(self._watcher, watcher)

    def pipe(self, sink: Sink) -> None:
        """Send what is here and all that comes on to `sink`, at its pace."""
        waiting = self._emptied()
        if waiting:
            sink.write_body(waiting)
            if self._source is not None:
                self._source.taken()
        if self.ended:
            sink.end_body(self.trailers)
        elif self.failure is None:
            self.go_on()
            self._sink = sink
            sink.fed_by(self)  # last, because it holds the source back where what waited has filled the sink

    def unpipe(self) -> None:
        """Send nothing more to the sink; what comes waits here again."""
        self._release_sink()

    async def done(self) -> None:
        """Wait until the body has ended; raise its failure."""
        while not self.ended and self.failure is None:
            await self._news()
        if self.failure is not None:
            raise Refusal(self.failure.problem)  # a new one: it will hold this frame, which holds the body

    async def arrived(self) -> None:
        """Wait until the body has ended, or as much of it is here as may wait here; raise its failure."""
        while not self.ended and self.failure is None and self.held <= HIGH_WATER:
            await self._news()
        if self.failure is not None:
            raise Refusal(self.failure.problem)

    def _news(self) -> asyncio.Future[None]:
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter

    async def collect(self, limit: int) -> bytes:
        """The whole body; one that is larger than `limit` bytes is a 413."""
        collector = _Collector(limit, self)
        self.pipe(collector)
        await self.done()
        if collector.overfull:
            raise Refusal(refusals.BODY_TOO_LARGE)
        return bytes(collector.data)

    def abandon(self) -> None:
        """Nobody wants the rest."""
        self._release_sink()
        if not self.ended and self._source is not None:
            self._source.abandon()

    # Back-pressure.

    def hold(self) -> None:
        if not self._stopped and not self.ended and self._source is not None:
            self._stopped = True
            self._source.pause_reading()

    def go_on(self) -> None:
        if self._stopped and self._source is not None:
            self._stopped = False
            self._source.resume_reading()

    def overflow(self, size: int) -> None:
        """So many bytes of it wait where it goes to."""
        if self._source is not None and size != self.beyond:
            self.beyond = size
            self._source.overflowed()

    def _release_sink(self) -> None:
        if self._sink is not None:
            self._sink.fed_by(None)
            self._sink = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


_EMPTY: Final = Body(0)
"""The body of every message without one: it has ended, so nothing about it changes any more."""
_EMPTY.ended = True


class _Collector:
    """A sink that keeps everything, up to a limit."""

    def __init__(self, limit: int, body: Body) -> None:
        self.data = bytearray()
        self._room = limit
        self._body = body

    @property
    def overfull(self) -> bool:
        return self._room < 0

    def write_body(self, data: bytes) -> None:
        self._room -= len(data)
        if self.overfull:
            self._body.fail(Refusal(refusals.BODY_TOO_LARGE))
        else:
            self.data += data
            self._body.held += len(data)

    def end_body(self, trailers: list[Field]) -> None:
        """Trailers have no place in a collected body (RFC 9110 section 6.5.1)."""

    def fed_by(self, body: Body | None) -> None:
        """Memory is never slow."""
