"""The connections of one database and one purpose: at most so many, opened when needed, replaced when they failed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Generic, Protocol, TypeVar

from facade.port import Services, SiloUnreachable


class Connection(Protocol):
    """What a pool lends: a connection that can be stopped from outside at any moment and is then done."""

    async def open(self, now: float, age: float) -> None:
        """Be open at `now`, and not since longer than `age` seconds ago."""

    def survives(self, error: BaseException) -> bool:
        """Whether it can be used again after a call that ended so."""

    def stop(self) -> None:
        """Stop what runs."""

    async def close(self) -> None:
        """Stop what runs and leave nothing open."""


Lent = TypeVar("Lent", bound=Connection)


class Pool(Generic[Lent]):
    """`size` connections, each lent to one call at a time, used for `age` seconds, and not open before it is needed."""

    def __init__(self, connect: Callable[[], Lent], size: int, services: Services, age: float) -> None:
        self._connect = connect
        self._size = size
        self._services = services
        self._age = age
        self._closed = False
        self._lent: set[Lent] = set()
        # Last in, first out: a connection that a quiet hour does not need is left to grow old.
        self._idle: asyncio.LifoQueue[Lent] = asyncio.LifoQueue()
        for _ in range(size):
            self._idle.put_nowait(connect())

    def __repr__(self) -> str:
        return f"<Pool size={self._size} lent={len(self._lent)} closed={self._closed}>"

    async def lend(self, lent: Callable[[], None]) -> Lent:
        """Lend an open connection, waiting for one; `lent` is called when there is one, before it is opened."""
        self._check_open()
        session = await self._idle.get()
        lent()
        self._lent.add(session)
        try:
            self._check_open()
            await session.open(self._services.clock(), self._age)
        except BaseException as error:
            self.end(session, error)
            raise
        return session

    def end(self, session: Lent, error: BaseException | None = None) -> None:
        """Take a connection back, if it survives the error that its call ended with; else replace it."""
        if error is None or session.survives(error):
            self._lent.discard(session)
            self._idle.put_nowait(session)
        else:
            self._services.spawn(self._replace(session), "sql: close a connection")

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Lent]:
        """`lend` and `end` around a call."""
        session = await self.lend(lambda: None)
        try:
            yield session
        except BaseException as error:
            self.end(session, error)
            raise
        self.end(session)

    async def close(self) -> None:
        """Stop every call and close every connection; a call that still waits for one is told."""
        self._closed = True
        for session in self._lent:
            session.stop()
        sessions = [await self._idle.get() for _ in range(self._size)]
        for session in sessions:
            await session.close()
            self._idle.put_nowait(session)

    async def _replace(self, session: Lent) -> None:
        """Only when a connection has let go does another take its place: there are never more than `size`."""
        try:
            await session.close()
        finally:
            self._lent.discard(session)
            self._idle.put_nowait(self._connect())

    def _check_open(self) -> None:
        if self._closed:
            raise SiloUnreachable("the database is being closed")
