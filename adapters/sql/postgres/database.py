"""A PostgreSQL database: every call on a connection of its own, within the deadline that the server is told too.

A statement that only reads runs on its own where it answers one row, and in a read-only transaction where it answers
many; one that writes in a transaction that is undone if its answer cannot be used. Nothing is ever tried again.
"""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg

from adapters.sql.deadlines import Deadlines
from adapters.sql.pool import Pool
from adapters.sql.postgres.faults import silo_error
from adapters.sql.postgres.session import PostgresSession
from adapters.sql.work import Work
from facade.formats import FormatError
from facade.port import Services, SiloError, SiloFull, SiloLate, SiloNonsense, SiloUnreachable

MAX_AGE: Final = 300.0
"""Seconds that a connection is used: a server that took another's place is seen at the latest then."""


class PostgresDatabase:
    """The database at `url`, which need not be there yet. `connections` bounds the concurrent calls."""

    def __init__(self, url: str, connections: int, services: Services) -> None:
        self._clock = services.clock
        self._deadlines = Deadlines()
        self._closed = False
        self._pool = Pool(lambda: PostgresSession(url), connections, services, MAX_AGE)

    def __repr__(self) -> str:
        return f"<PostgresDatabase {self._pool!r}>"

    async def run(self, work: Work, deadline: float) -> None:
        """Do the work before `deadline`, or stop it and undo it; raise BadArgument or a SiloError."""
        seconds = deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{work.operation}: its time was over before it began")
        bound = self._deadlines.begin(seconds)
        try:
            await self._run(work, deadline)
        except asyncio.CancelledError:
            if not bound.is_why():
                raise
            raise self._too_late(work) from None
        except TimeoutError:  # the operating system's, of a connection
            raise SiloUnreachable(f"{work.operation}: the database cannot be reached") from None
        except FormatError as error:
            raise SiloNonsense(f"{work.operation}: no usable answer: a value {error}") from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise silo_error(work, error) from None
        finally:
            self._deadlines.end(bound)

    async def close(self) -> None:
        """Stop what runs, on the server too, and leave nothing open."""
        self._closed = True
        self._deadlines.expire()
        await self._pool.close()

    async def _run(self, work: Work, deadline: float) -> None:
        session = await self._pool.lend(work.lent)
        run = session.write if work.writes else session.read_one if work.one else session.read_many
        values = [work.values[name] for name in work.query.order]
        try:
            await run(work.query.positional, values, work.row_writer(), deadline - self._clock())
        except BaseException as error:
            self._pool.end(session, error)
            raise
        self._pool.end(session)

    def _too_late(self, work: Work) -> SiloError:
        if self._closed:
            return SiloUnreachable(f"{work.operation}: the database is being closed")
        if work.waiting:
            return SiloFull(f"{work.operation}: every connection is busy")
        return SiloLate(f"{work.operation}: the database did not answer in time")
