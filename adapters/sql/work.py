"""One run of one statement: what goes to the database, and its rows as they come, already JSON.

Rows are written as JSON in the database's own thread, one by one, so that ten thousand of them do not hold the event
loop, and what is too much is noticed before it fills the memory.
"""

from __future__ import annotations

import io
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
    """A statement with its values, and how far it is: `waiting` for a connection or a lock, a write `begun`.

    `one` is whether it answers with one row or with a list of all.
    """

    operation: str
    query: str
    values: Bound
    writes: bool
    one: bool
    waiting: bool = True
    begun: bool = False
    written: RowWriter = field(init=False)

    def __post_init__(self) -> None:
        self.row_writer()

    def row_writer(self) -> RowWriter:
        """A fresh one for each try; the last one's rows are the answer."""
        self.written = RowWriter(self.operation, one=self.one)
        return self.written


class RowWriter:
    """SQLite's row factory for one run: each row is written as JSON; raises SiloNonsense for what cannot be."""

    def __init__(self, operation: str, *, one: bool) -> None:
        self.count = 0
        self._operation = operation
        self._one = one
        self._most = 1 if one else MAX_ROWS
        self._names: tuple[str, ...] = ()
        self._answer = io.BytesIO()  # and no list: joining one of 8 MiB takes longer than the event loop may be held

    def __call__(self, cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> None:
        if self.count == self._most:
            raise self._nonsense(f"more than {self._most} row{'' if self._one else 's'}")
        self._names = self._names or self._columns(cursor)
        self._answer.write(b"," if self.count else b"" if self._one else b"[")
        self._answer.write(self._write(row))
        self.count += 1
        if self._answer.tell() > MAX_ANSWER_BYTES:
            raise self._nonsense(f"more than {MAX_ANSWER_BYTES} bytes")

    def answer(self) -> bytes:
        """The row, empty where there is none; or the list of all. To be asked once, at the end."""
        if not self._one:
            self._answer.write(b"]" if self.count else b"[]")
        return self._answer.getvalue()

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
