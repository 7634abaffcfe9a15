"""An SQLite database: reads on read-only connections, writes one at a time in a transaction, all within the deadline.

SQLite lets one connection write at a time, so writes share one connection and queue for it here, not at the file's
lock. Where another program holds that lock, the event loop waits and tries again. What is tried again is a read, the
beginning of a transaction or its commit, and never a statement that writes.
"""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from adapters.sql.pool import Pool
from adapters.sql.sqlite.faults import is_busy, silo_error
from adapters.sql.sqlite.session import Bound, Session
from adapters.sql.work import Work
from facade.port import BadArgument, Services, SiloError, SiloFull, SiloLate, Value

_LOCK_PAUSE: Final = 0.01
"""Seconds between two tries at a lock: a short transaction's length."""

MAX_AGE: Final = 10.0
"""Seconds that a connection is used: a file that was put in another's place is seen at the latest then."""

_INTEGER_BITS: Final = 63
"""Of SQLite's largest integer (sqlite.org/datatype3.html)."""


class SqliteDatabase:
    """The database in the file at `path`, which need not be there yet. `connections` bounds the concurrent reads."""

    def __init__(self, path: Path, connections: int, services: Services) -> None:
        # A URI, because only its `mode` says that the file must exist (sqlite.org/uri.html).
        uri = f"file:{quote(str(path))}"
        self._clock = services.clock
        self._readers = Pool(lambda: Session(f"{uri}?mode=ro", writes=False), connections, services, MAX_AGE)
        self._writer = Pool(lambda: Session(f"{uri}?mode=rw", writes=True), 1, services, MAX_AGE)

    async def run(self, work: Work, deadline: float) -> None:
        """Do the work before `deadline`, or stop it and undo it; raise BadArgument or a SiloError."""
        values = {name: _bound(work, name, value) for name, value in work.values.items()}
        seconds = deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{work.operation}: its time was over before it began")
        try:
            async with asyncio.timeout(seconds):
                await (self._write(work, values) if work.writes else self._read(work, values))
        except TimeoutError:
            raise _too_late(work) from None
        except sqlite3.Error as error:
            raise silo_error(work.operation, error) from None

    async def close(self) -> None:
        """Stop what runs and leave nothing open."""
        await self._readers.close()
        await self._writer.close()

    async def _read(self, work: Work, values: Bound) -> None:
        async with self._readers.session() as session:
            await _until_unlocked(work, lambda: _run(work, session, values))

    async def _write(self, work: Work, values: Bound) -> None:
        async with self._writer.session() as session:
            await _until_unlocked(work, lambda: session.execute("begin immediate", {}, None))
            work.begun = True
            await _run(work, session, values)
            await _until_unlocked(work, lambda: session.execute("commit", {}, None))


async def _run(work: Work, session: Session, values: Bound) -> None:
    writer = work.row_writer()

    def row_factory(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> None:
        writer.add(tuple(column[0] for column in cursor.description), row)

    await session.execute(work.query.text, values, row_factory)


def _bound(work: Work, name: str, value: Value) -> str | int | None:
    """A value as SQLite stores it without loss: a decimal and a date as their text, a truth as 1 or 0."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
        raise BadArgument(work.sources[name], f"must be a whole number of at most {_INTEGER_BITS} bits")
    return int(value) if isinstance(value, bool) else value


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
