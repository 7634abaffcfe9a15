"""One TCP connection to the mainframe: one request in flight at a time, and nothing that it did not ask for."""

from __future__ import annotations

import asyncio
from typing import cast

from adapters.mainframe.frames import FrameError, Framing


class Broken(Exception):  # noqa: N818 - says what happened
    """The connection ended before a whole reply; `silent` if not a byte of it had come."""

    def __init__(self, *, silent: bool) -> None:
        super().__init__("the connection broke")
        self.silent = silent


class Connection(asyncio.Protocol):
    """A connection. It is `fit` for a request while it is open, asked nothing, and has been told nothing unasked."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.uses = 0
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._reply: asyncio.Future[bytes] | None = None
        self._framing: Framing | None = None
        self._received = bytearray()

    def __repr__(self) -> str:
        state = "ended" if self.ended.done() else "asked" if self._reply else "idle"
        return f"<Connection {state} uses={self.uses}>"

    @property
    def fit(self) -> bool:
        transport = self._transport
        return transport is not None and not transport.is_closing() and not self.ended.done() and not self._received

    async def ask(self, record: bytes, framing: Framing) -> bytes:
        """Send a record and wait for the reply; raise Broken or FrameError, after either of which it is not fit."""
        if self._transport is None or not self.fit:
            raise Broken(silent=True)
        self.uses += 1
        self._framing = framing
        self._reply = self._loop.create_future()
        self._transport.write(framing.wrap(record))
        try:
            return await self._reply
        finally:
            self._reply = None

    def abort(self) -> None:
        """End it at once: what is still on its way to the mainframe is not sent."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one and says that it is none

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._reply is None or self._reply.done() or self._framing is None:
            self.abort()  # nobody asked: the next caller must not be answered with it
            return
        try:
            end = self._framing.end(self._received)
        except FrameError as error:
            self._reply.set_exception(error)
            self.abort()
            return
        if end is not None and len(self._received) >= end:
            self._reply.set_result(bytes(self._received[self._framing.head : end]))
            del self._received[:end]
            if self._received:
                self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(Broken(silent=not self._received))
