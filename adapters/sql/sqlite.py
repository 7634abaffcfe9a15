"""An SQLite database: reads on read-only connections, writes one at a time in a transaction, all within the deadline.

SQLite lets one connection write at a time, so writes share one connection and queue for it here, not at the file's
lock. Where another program holds that lock, the event loop waits and tries again. What is tried again is a read, the
beginning of a transaction or its commit, and never a statement that writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from adapters.sql.faults import is_busy, silo_error
from adapters.sql.pool import Pool
from adapters.sql.session import Session
from adapters.sql.statement import Statement
from adapters.sql.work import Work
from facade.port import Services, SiloError, SiloFull, SiloLate

_LOCK_PAUSE: Final = 0.01
"""Seconds between two tries at a lock: a short transaction's length."""

_SYNTAX: Final = ("syntax error", "incomplete input", "unrecognized token")
"""SQLite's words for a query that is wrong whatever tables there are; the code for them, 1, stands for anything."""


class SqliteDatabase:
    """The database in the file at `path`, which need not be there yet. `connections` bounds the concurrent reads."""

    def __init__(self, path: Path, connections: int, services: Services) -> None:
        # A URI, because only its `mode` says that the file must exist (sqlite.org/uri.html).
        uri = f"file:{quote(str(path))}"
        self._clock = services.clock
        self._readers = Pool(f"{uri}?mode=ro", connections, services, writes=False)
        self._writer = Pool(f"{uri}?mode=rw", 1, services, writes=True)

    async def run(self, work: Work, deadline: float) -> None:
        """Do the work before `deadline`, or stop it and undo it; raise a SiloError."""
        seconds = deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{work.operation}: its time was over before it began")
        try:
            async with asyncio.timeout(seconds):
                await (self._write(work) if work.writes else self._read(work))
        except TimeoutError:
            raise _too_late(work) from None
        except sqlite3.Error as error:
            raise silo_error(work.operation, error) from None

    async def close(self) -> None:
        """Stop what runs and leave nothing open."""
        await self._readers.close()
        await self._writer.close()

    async def _read(self, work: Work) -> None:
        async with self._readers.session() as session:
            await _until_unlocked(work, lambda: _run(work, session))

    async def _write(self, work: Work) -> None:
        async with self._writer.session() as session:
            await _until_unlocked(work, lambda: session.execute("begin immediate", {}, None))
            work.begun = True
            await _run(work, session)
            await _until_unlocked(work, lambda: session.execute("commit", {}, None))


def syntax_mistake(statement: Statement) -> str | None:
    """What SQLite finds wrong with a query before it looks at any table; None if nothing."""
    values = dict.fromkeys(statement.parameters)
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        try:
            empty.execute(f"explain {statement.text}", values)
        except sqlite3.Error as error:
            return next((str(error) for words in _SYNTAX if words in str(error)), None)
    return None


async def _run(work: Work, session: Session) -> None:
    await session.execute(work.query, work.values, work.row_writer())


async def _until_unlocked(work: Work, attempt: Callable[[], Awaitable[None]]) -> None:
    work.waiting = False
    while True:
        try:
            return await attempt()
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        work.waiting = True
        await asyncio.sleep(_LOCK_PAUSE)


def _too_late(work: Work) -> SiloError:
    if work.waiting and not work.begun:
        return SiloFull(f"{work.operation}: every connection is busy or the database is locked")
    return SiloLate(f"{work.operation}: the database did not answer in time")
