"""The connections of one database and one purpose: at most so many, opened when needed, replaced when they failed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from adapters.sql.session import Session
from facade.port import Services, SiloUnreachable

MAX_AGE: Final = 10.0
"""Seconds that a connection is used: a file that was put in another's place is seen at the latest then."""


class Pool:
    """`size` sessions, each lent to one call at a time. None is open before it is needed."""

    def __init__(self, uri: str, size: int, services: Services, *, writes: bool) -> None:
        self._uri = uri
        self._size = size
        self._services = services
        self._writes = writes
        self._closed = False
        self._lent: set[Session] = set()
        # Last in, first out: a connection that a quiet hour does not need is left to grow old.
        self._idle: asyncio.LifoQueue[Session] = asyncio.LifoQueue()
        for _ in range(size):
            self._idle.put_nowait(self._session())

    def __repr__(self) -> str:
        return f"<Pool size={self._size} lent={len(self._lent)} closed={self._closed}>"

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Lend a session, waiting for one. It comes back only if all went well; else it is stopped and replaced."""
        self._check_open()
        session = await self._idle.get()
        self._lent.add(session)
        try:
            self._check_open()
            await session.open(self._services.clock(), MAX_AGE)
            yield session
        except BaseException:
            self._services.spawn(self._replace(session), "sql: close a connection")
            raise
        self._lent.discard(session)
        self._idle.put_nowait(session)

    async def close(self) -> None:
        """Stop every call and close every connection; a call that still waits for one is told."""
        self._closed = True
        for session in self._lent:
            session.stop()
        sessions = [await self._idle.get() for _ in range(self._size)]
        for session in sessions:
            await session.close()
            self._idle.put_nowait(session)

    async def _replace(self, session: Session) -> None:
        """Only when a thread has let go does another take its place: there are never more than `size`."""
        try:
            await session.close()
        finally:
            self._lent.discard(session)
            self._idle.put_nowait(self._session())

    def _session(self) -> Session:
        return Session(self._uri, writes=self._writes)

    def _check_open(self) -> None:
        if self._closed:
            raise SiloUnreachable("the database is being closed")
