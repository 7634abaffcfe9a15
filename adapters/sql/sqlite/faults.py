"""A database's errors as the port's. SQLite's own words may quote the query or a value, so none goes further."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Final

from facade.port import SiloError, SiloFull, SiloNonsense, SiloSaysNo, SiloUnreachable

_PRIMARY: Final = 0xFF
"""The lower byte of an extended result code is its primary code (sqlite.org/rescode.html)."""

_SCHEMA: Final = "no such "
"""SQLite's words for a table, column or function that is not there; the code for them, 1, stands for anything."""

_CONFLICTS: Final = frozenset(
    {
        sqlite3.SQLITE_CONSTRAINT_UNIQUE,
        sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        sqlite3.SQLITE_CONSTRAINT_ROWID,
        sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,
    }
)

_FAULTS: Final[Mapping[int, tuple[Callable[[str], SiloError], str]]] = {
    sqlite3.SQLITE_CANTOPEN: (SiloUnreachable, "the database cannot be opened"),
    sqlite3.SQLITE_PERM: (SiloUnreachable, "the database cannot be opened"),
    sqlite3.SQLITE_IOERR: (SiloUnreachable, "the database cannot be read or written"),
    sqlite3.SQLITE_FULL: (SiloUnreachable, "the database's disk is full"),
    sqlite3.SQLITE_READONLY: (SiloUnreachable, "the database cannot be changed"),
    sqlite3.SQLITE_INTERRUPT: (SiloUnreachable, "the database is being closed"),
    sqlite3.SQLITE_BUSY: (SiloFull, "the database is locked"),
    sqlite3.SQLITE_LOCKED: (SiloFull, "the database is locked"),
    sqlite3.SQLITE_NOTADB: (SiloNonsense, "the database's file is damaged"),
    sqlite3.SQLITE_CORRUPT: (SiloNonsense, "the database's file is damaged"),
    sqlite3.SQLITE_TOOBIG: (SiloNonsense, "no usable answer: a value is too long"),
}


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program holds a lock, so that nothing was done and the same may be tried again."""
    return _code(error) & _PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def silo_error(operation: str, error: sqlite3.Error) -> SiloError:
    """The port's error for a database's."""
    code = _code(error)
    if code in _CONFLICTS:
        return SiloSaysNo(409, f"{operation}: conflicts with what the silo holds")
    if code & _PRIMARY == sqlite3.SQLITE_CONSTRAINT:
        return SiloSaysNo(422, f"{operation}: the silo does not take these values")
    kind, words = _FAULTS.get(code & _PRIMARY, (SiloNonsense, _refusal(error)))
    return kind(f"{operation}: {words}")


def _refusal(error: sqlite3.Error) -> str:
    if str(error).startswith(_SCHEMA):
        return "the database has not every table, column and function that the query names"
    return "the database cannot run the query"


def _code(error: sqlite3.Error) -> int:
    """The extended result code; what Python's driver itself finds wrong has none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
