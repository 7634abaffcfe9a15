"""One run of one statement: what goes to the database, and its rows as they come, already JSON.

Rows are written as JSON in the database's own thread, one by one, so that ten thousand of them do not hold the event
loop, and what is too much is noticed before it fills the memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from facade.formats import FormatError, encode_json
from facade.port import SiloNonsense

Bound: TypeAlias = Mapping[str, str | int | None]
"""The values of a statement's named parameters."""

MAX_ROWS: Final = 10_000
"""Of one answer: more is an export, and no answer to somebody who waits."""

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
"""Of one answer, and of one value in it: answers are whole in memory, several at a time."""


@dataclass(slots=True, repr=False)
class Work:
    """A statement with its values, and how far it is: `waiting` for a connection or a lock, a write `begun`."""

    operation: str
    query: str
    values: Bound
    writes: bool
    most: int
    waiting: bool = True
    begun: bool = False
    rows: list[bytes] = field(default_factory=list)

    def row_writer(self) -> RowWriter:
        """A fresh one for each try, whose rows are then the work's."""
        writer = RowWriter(self.operation, self.most)
        self.rows = writer.rows
        return writer


class RowWriter:
    """SQLite's row factory for one run: each row becomes JSON in `rows`; raises SiloNonsense for what cannot."""

    def __init__(self, operation: str, most: int) -> None:
        self.rows: list[bytes] = []
        self._operation = operation
        self._most = most
        self._bytes = 0
        self._names: tuple[str, ...] = ()

    def __call__(self, cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> None:
        if len(self.rows) == self._most:
            raise self._nonsense(f"more than {self._most} row{'' if self._most == 1 else 's'}")
        self._names = self._names or self._columns(cursor)
        written = self._write(row)
        self._bytes += len(written)
        if self._bytes > MAX_ANSWER_BYTES:
            raise self._nonsense(f"more than {MAX_ANSWER_BYTES} bytes")
        self.rows.append(written)

    def _columns(self, cursor: sqlite3.Cursor) -> tuple[str, ...]:
        names = tuple(column[0] for column in cursor.description)
        if len(set(names)) < len(names):
            raise self._nonsense("two columns of one name, where `as` would give one another")
        return names

    def _write(self, row: tuple[Any, ...]) -> bytes:
        fields = dict(zip(self._names, row, strict=True))
        for name, value in fields.items():
            if isinstance(value, bytes):
                raise self._nonsense(f"column {name} holds bytes and no text")
        try:
            return encode_json(fields)
        except FormatError as error:
            raise self._nonsense(f"a row {error}") from None

    def _nonsense(self, what: str) -> SiloNonsense:
        return SiloNonsense(f"{self._operation}: no usable answer: {what}")
