"""One SQLite connection in a thread of its own, which can be stopped from outside at any moment and is then done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import aiosqlite

from adapters.sql.work import MAX_ANSWER_BYTES

# aiosqlite logs every statement with its values at debug level, and they are somebody's.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

Bound: TypeAlias = Mapping[str, str | int | None]
"""The values of a statement's named parameters, as SQLite stores them."""

_STOP_STEPS: Final = 10_000
"""Of SQLite's virtual machine, between two looks at whether to stop: well under a millisecond."""

_CHUNK: Final = 64
"""Rows that aiosqlite's iterator fetches at a time. It wants the number; nothing here iterates."""


class Session:
    """A connection to the database at `uri`, opened when it is first used."""

    def __init__(self, uri: str, *, writes: bool) -> None:
        self._uri = uri
        self._writes = writes
        self._stopped = False
        self._opened: float | None = None
        self._handle: sqlite3.Connection | None = None
        self._worker: threading.Thread | None = None
        self._opening: asyncio.Future[aiosqlite.Connection] | None = None
        self._thread = self._unstarted()

    def __repr__(self) -> str:
        return f"<Session writes={self._writes} opened={self._opened} stopped={self._stopped}>"

    async def open(self, now: float, age: float) -> None:
        """Be open at `now`, and not since longer than `age` seconds ago; raise sqlite3.Error."""
        if self._opened is not None and now - self._opened > age:
            await self._end()
            self._opened, self._thread = None, self._unstarted()
        if self._opened is None:
            # Shielded: aiosqlite lets go of a thread whose opening was cancelled, and what it opens is then nobody's.
            self._opening = asyncio.ensure_future(self._thread)  # noqa: TID251 - kept here, and `close` waits for it
            _ = await asyncio.shield(self._opening)
            self._opened = now

    async def execute(self, query: str, values: Bound, row_factory: Callable[..., None] | None) -> None:
        """Run one statement to its end, each row through `row_factory`. Cancelled, it runs on until `stop`."""
        self._thread.row_factory = row_factory  # type: ignore[assignment]  # typed as a class; SQLite takes a function
        await self._thread.execute_fetchall(query, values)
        self._thread.row_factory = None  # it holds the rows, and a connection lives longer than they

    def survives(self, error: BaseException) -> bool:
        """Never: a statement that failed may still run in the thread, and a transaction be open."""
        return False

    def stop(self) -> None:
        """Stop what runs, and what the thread has not begun yet."""
        self._stopped = True
        if self._handle is not None:  # this reaches also into a long step, such as the count of a whole table
            with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed already
                self._handle.interrupt()

    async def close(self) -> None:
        """Stop, undo what was not committed, and leave neither file nor thread."""
        self.stop()
        await self._end()

    async def _end(self) -> None:
        """Wait for the thread's last step too: its word of what it did must find the event loop that it is for."""
        if self._opening is not None:
            with contextlib.suppress(sqlite3.Error):  # told to whoever opened it
                _ = await self._opening
        await self._thread.close()
        if self._handle is not None:  # stopped in the midst of its opening: aiosqlite never had it
            self._handle.close()
        if self._worker is not None:
            await asyncio.to_thread(self._worker.join)

    def _unstarted(self) -> aiosqlite.Connection:
        return aiosqlite.Connection(self._connect, _CHUNK)

    def _connect(self) -> sqlite3.Connection:
        """Open the file, in the thread. No lock is waited for there: the event loop waits, and can be cancelled."""
        self._worker = threading.current_thread()
        handle = sqlite3.connect(self._uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        self._handle = handle
        handle.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_ANSWER_BYTES)
        # An interrupt is lost on a statement that has not begun yet; this is not.
        handle.set_progress_handler(lambda: self._stopped, _STOP_STEPS)
        if not self._writes:
            handle.execute("pragma query_only = on")
        return handle
