"""The file `calls.sqlite` in `state`, opened: made where there is none, put aside where it is damaged. Blocks.

It is in WAL mode, so that a reader keeps no writer waiting, and a commit is there whatever kills the process; only a
power cut can take the last ones, and no more than them (sqlite.org/wal.html, `synchronous=NORMAL`). Two sidecars write
it while one takes over from the other: each transaction is short, and adds to what it finds.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import structlog

from facade.control.sealed import ASIDE
from facade.control.usage.schema import STEPS, ForeignFile, NewerFile, prepare

FILE: Final = "calls.sqlite"

_PATIENCE: Final = 1.0
"""Seconds that a write waits for another sidecar's: longer than that takes, and shorter than a turn."""

_OURS: Final = 0o600

_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CODE: Final = 0xFF
"""The bits of an extended result code that are the primary one (sqlite.org/rescode.html)."""

_BESIDE: Final = ("", "-wal", "-shm")
"""What a database of this mode consists of."""

_log = structlog.get_logger("facade.control.usage")


class CallsFile:
    """The file of one sidecar. Not for two threads at once."""

    def __init__(self, state: Path) -> None:
        self.path = state / FILE
        self._connection: sqlite3.Connection | None = None
        self._node: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"<CallsFile {self.path}>"

    def write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Make a change as a whole, or not at all. Raises OSError and sqlite3.Error.

        A damaged file is put aside, and the change made in a new one.
        """
        try:
            self._write(change)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._put_aside(error)
            self._write(change)

    def close(self) -> None:
        """Let go of the file, with everything in it in its one place if nobody else writes it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            change(connection)

    def _opened(self) -> sqlite3.Connection:
        """The connection; opened anew where somebody took the file away or put another in its place."""
        if self._connection is not None and _node(self.path) == self._node:
            return self._connection
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = self._open()
        except NewerFile:
            beside = self.path.with_name(f"calls.{len(STEPS)}.sqlite")
            _log.error(
                "calls are counted in another file",
                problem=f"{self.path}: is a newer version's; it stays as it is, and calls are counted in {beside.name}",
            )
            self.path = beside
            self._connection = self._open()
        self._node = _node(self.path)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, _OURS))  # SQLite's own would be everybody's to read
        self._node = _node(self.path)
        connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            _check(connection)
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_aside(self, error: sqlite3.DatabaseError) -> None:
        self.close()
        if _node(self.path) != self._node:
            return  # another sidecar did
        aside = self.path.with_name(f"{self.path.name}{ASIDE}")
        for end in reversed(_BESIDE):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{end}").replace(f"{aside}{end}")
        _log.error(
            "counts lost",
            problem=f"{self.path}: is damaged ({error}); it is put aside as {aside.name} and counting begins anew: "
            "no evidence reaches back before now",
        )


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself cannot be trusted, rather than the disk be full or somebody else be writing."""
    return isinstance(error, ForeignFile) or getattr(error, "sqlite_errorcode", 0) & _CODE in _DAMAGED


def _check(connection: sqlite3.Connection) -> None:
    """Look whether the file holds together, which reads it once: a second for the largest."""
    with closing(connection.execute("PRAGMA quick_check(1)")) as found:
        (verdict,) = found.fetchone()
    if verdict != "ok":
        raise ForeignFile("its pages do not hold together")


def _node(path: Path) -> tuple[int, int] | None:
    """Which file this is, None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
