"""The tables of `calls.sqlite` in `state`, and how an older file becomes one of today's.

`PRAGMA user_version` is the number of steps that made the file. A file of a newer version is never touched: it is that
version's, and an older sidecar counts beside it. `PRAGMA application_id` tells our files from anybody else's.
"""

from __future__ import annotations

import sqlite3
from typing import Final

OURS: Final = 0x66_63_6C_73
"""`fcls` as a number: bytes 68 to 71 of the file."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE calls (
            day INTEGER NOT NULL,      -- proleptic Gregorian ordinal, as of datetime.date
            target TEXT NOT NULL,
            caller TEXT NOT NULL,
            route TEXT NOT NULL,
            calls INTEGER NOT NULL,
            last INTEGER NOT NULL,     -- seconds of Unix time
            PRIMARY KEY (day, target, caller, route)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE watched (
            day INTEGER PRIMARY KEY,
            seconds REAL NOT NULL,
            length REAL NOT NULL       -- of the day, which has 23 or 25 hours twice a year
        )
        """,
        """
        CREATE TABLE orphans (
            method TEXT NOT NULL,
            shape TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            status TEXT NOT NULL,      -- calls by class, a JSON object
            inherited INTEGER NOT NULL,
            PRIMARY KEY (method, shape)
        ) WITHOUT ROWID
        """,
    ),
)
"""Each step makes a file of its number out of one of the number before; none is ever changed."""


class NewerFile(Exception):  # noqa: N818 - names the state of the file, not a defect of the program
    """The file is of a version that this program does not know."""


class ForeignFile(sqlite3.DatabaseError):
    """The file is a database, and not one of ours."""


def prepare(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> None:
    """Make the tables, or bring them up to date. Raises `NewerFile`, `ForeignFile`, sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")  # two that start at once make them once
    with connection:
        version = _number(connection, "user_version")
        is_new = not version and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not is_new and _number(connection, "application_id") != OURS:
            raise ForeignFile("holds somebody else's tables")
        if version > len(steps):
            raise NewerFile
        for statement in (each for step in steps[version:] for each in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {OURS}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
