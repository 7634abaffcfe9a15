"""The connections of one silo: at most so many, kept open between calls, each asked one thing at a time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from adapters.mainframe.connection import Broken, Connection
from adapters.mainframe.frames import FrameError, Framing
from facade.port import SiloFull, SiloLate, SiloNonsense, SiloUnreachable


class Pool:
    """Connections to `host` and `port`. None is opened before it is needed, and one that ended is never asked."""

    def __init__(self, host: str, port: int, size: int, clock: Callable[[], float]) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._turn = asyncio.Semaphore(size)
        # Last in, first out: those that a quiet hour does not need are left for the mainframe to close.
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"<Pool open={len(self._open)} idle={len(self._idle)} closed={self._closed}>"

    async def ask(self, operation: str, record: bytes, framing: Framing, deadline: float, *, again: bool) -> bytes:
        """Send a record and return the reply, before `deadline`; raise a SiloError.

        `again` allows a second try where a kept connection turns out to be dead: never for what writes, or is
        asked once.
        """
        waiting = True
        seconds = deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{operation}: its time was over before it began")
        try:
            async with asyncio.timeout(seconds), self._turn:
                waiting = False
                return await self._ask(record, framing, again=again)
        except TimeoutError:
            if waiting:
                raise SiloFull(f"{operation}: every connection is busy") from None
            raise SiloLate(f"{operation}: the mainframe did not answer in time") from None
        except Broken:
            raise SiloUnreachable(f"{operation}: the connection broke before a whole answer") from None
        except OSError:
            raise SiloUnreachable(f"{operation}: the mainframe cannot be reached") from None
        except FrameError as error:
            raise SiloNonsense(f"{operation}: no usable answer: {error}") from None

    async def close(self) -> None:
        """End every connection; a call that waits is told."""
        self._closed = True
        ended = [connection.ended for connection in self._open]
        for connection in tuple(self._open):
            connection.abort()
        await asyncio.gather(*ended)

    async def _ask(self, record: bytes, framing: Framing, *, again: bool) -> bytes:
        connection = await self._connection()
        was_kept = connection.uses > 0
        try:
            return await self._asked(connection, record, framing)
        except Broken as broken:
            # A kept connection may be closed from there as a request leaves here; what only reads may be asked again.
            if not (again and was_kept and broken.silent) or self._closed:
                raise
        return await self._asked(await self._connected(), record, framing)

    async def _asked(self, connection: Connection, record: bytes, framing: Framing) -> bytes:
        try:
            reply = await connection.ask(record, framing)
        except BaseException:
            connection.abort()  # a reply that nobody waits for any more would be the next one's
            raise
        if connection.fit and not self._closed:
            self._idle.append(connection)
        return reply

    async def _connection(self) -> Connection:
        while self._idle and not self._closed:
            connection = self._idle.pop()
            if connection.fit:
                return connection
        return await self._connected()

    async def _connected(self) -> Connection:
        if self._closed:
            raise Broken(silent=True)
        loop = asyncio.get_running_loop()
        transport, connection = await loop.create_connection(Connection, self._host, self._port)
        keep_alive(transport)
        self._open.add(connection)
        connection.ended.add_done_callback(lambda _: self._forget(connection))
        if self._closed:
            connection.abort()
            raise Broken(silent=True)
        return connection

    def _forget(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)


def keep_alive(transport: asyncio.BaseTransport) -> None:
    """Let the kernel find out about a peer that is gone without a word (RFC 1122 section 4.2.3.6)."""
    found = transport.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
