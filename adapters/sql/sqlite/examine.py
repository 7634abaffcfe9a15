"""What can be known of a query before anybody calls: whether SQLite can read it, and whether it keeps money as floats.

The second needs the database's file, and is not asked where that is not there yet: it may be made later.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from adapters.sql.statement import Statement

_SYNTAX: Final = ("syntax error", "incomplete input", "unrecognized token")
"""SQLite's words for a query that is wrong whatever tables there are; the code for them, 1, stands for anything."""

_BINARY: Final = re.compile(r"REAL|FLOA|DOUB|NUMERIC|DECIMAL|MONEY", re.IGNORECASE)
"""Declared types whose fractions SQLite keeps as binary floats (sqlite.org/datatype3.html, section 3.1)."""

_OF_COLUMNS: Final = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_UPDATE})
"""What SQLite asks leave for by table and column (sqlite.org/c3ref/c_alter_table.html)."""


def syntax_mistake(statement: Statement) -> str | None:
    """What SQLite finds wrong with a query before it looks at any table; None if nothing."""
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        try:
            _explain(empty, statement)
        except sqlite3.Error as error:
            return next((str(error) for words in _SYNTAX if words in str(error)), None)
    return None


def float_columns(statement: Statement, path: Path) -> tuple[str, ...]:
    """The columns, `claim.amount`, that the query reads or writes and whose fractions are not kept exactly."""
    touched: set[tuple[str, str]] = set()

    def note(action: int, table: str | None, column: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_INSERT or (action in _OF_COLUMNS and column):
            touched.add((table or "", column or ""))
        return sqlite3.SQLITE_OK

    with contextlib.ExitStack() as stack:
        try:
            connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
            stack.enter_context(contextlib.closing(connection))
            connection.set_authorizer(note)
            _explain(connection, statement)
            connection.set_authorizer(None)
            return tuple(sorted(set(_inexact(connection, touched))))
        except sqlite3.Error:  # not there yet, or without these tables: the first call says so
            return ()


def _explain(connection: sqlite3.Connection, statement: Statement) -> None:
    connection.execute(f"explain {statement.text}", dict.fromkeys(statement.parameters))


def _inexact(connection: sqlite3.Connection, touched: set[tuple[str, str]]) -> Iterator[str]:
    """An insert names its table only, and is taken to write every column of it."""
    columns = connection.execute(
        "select tables.name, columns.name, columns.type from sqlite_master as tables, pragma_table_info(tables.name)"
        " as columns where tables.type = 'table'"
    ).fetchall()
    for table, column, declared in columns:
        if _BINARY.search(declared) and {(table, column), (table, "")} & touched:
            yield f"{table}.{column}"
