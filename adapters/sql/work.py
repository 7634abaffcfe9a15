"""One run of one statement: what goes to the database, and its rows as they come, already JSON.

Rows become JSON one by one, where they come from, so that ten thousand of them do not hold the event loop, and what is
too much is noticed before it fills the memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from adapters.sql.statement import Statement
from facade.formats import FormatError, encode_plain, field_names
from facade.port import SiloNonsense, Value

Document: TypeAlias = Callable[[str, Mapping[str, object]], Any]
"""The answer that one row's fields make, by the operation's name: `AnsweredOperation.document`."""

MAX_ROWS: Final = 10_000
"""Of one answer: more is an export, and no answer to somebody who waits."""

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
"""Of one answer, and of one value in it: answers are whole in memory, several at a time."""


@dataclass(slots=True, repr=False)
class Work:
    """A statement with its values, and how far it is: `waiting` for a connection or a lock, a write `begun`.

    `one` is whether it answers with one row or with a list of all. `sources` are the caller's fields of the values, for
    the error of one that does not fit.
    """

    operation: str
    query: Statement
    values: Mapping[str, Value]
    writes: bool
    one: bool
    document: Document
    sources: Mapping[str, str] = field(default_factory=dict)
    waiting: bool = True
    begun: bool = False
    written: RowWriter | None = None

    def lent(self) -> None:
        """A connection is there; nothing is waited for any more but the database."""
        self.waiting = False

    def row_writer(self) -> RowWriter:
        """A fresh one for each try; the last one's rows are the answer."""
        writer = self.written = RowWriter(self.operation, self.document, one=self.one)
        return writer


class RowWriter:
    """The answer of one run, written row by row; raises SiloNonsense for what cannot be."""

    def __init__(self, operation: str, document: Document, *, one: bool) -> None:
        self.count = 0
        self._operation = operation
        self._document = document
        self._one = one
        self._most = 1 if one else MAX_ROWS
        self._fields: tuple[str, ...] = ()
        self._answer = bytearray()  # and no list: joining one of 8 MiB takes longer than the event loop may be held

    def add(self, columns: Sequence[str], row: Sequence[Any]) -> None:
        """Write one row; `columns` are the same each time."""
        if self.count == self._most:
            raise self._nonsense(f"more than {self._most} row{'' if self._one else 's'}")
        self._fields = self._fields or self._named(tuple(columns))
        self._answer += b"," if self.count else b"" if self._one else b"["
        self._answer += self._write(dict(zip(self._fields, row, strict=True)))
        self.count += 1
        if len(self._answer) > MAX_ANSWER_BYTES:
            raise self._nonsense(f"more than {MAX_ANSWER_BYTES} bytes")

    def answer(self) -> bytes:
        """The row, empty where there is none; or the list of all. To be asked once, at the end."""
        if not self._one:
            self._answer += b"]" if self.count else b"[]"
        return bytes(self._answer)

    def _named(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return _fields_of(columns)
        except FormatError as error:
            raise self._nonsense(f"a row {error}") from None

    def _write(self, fields: Mapping[str, object]) -> bytes:
        try:
            return encode_plain(self._document(self._operation, fields))
        except FormatError as error:
            raise self._nonsense(f"a row {error}") from None

    def _nonsense(self, what: str) -> SiloNonsense:
        return SiloNonsense(f"{self._operation}: no usable answer: {what}")


@functools.lru_cache(maxsize=1024)
def _fields_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The fields of a row, found once for each of the queries that there are."""
    if len(set(columns)) < len(columns):
        raise FormatError("has two columns of one name, where `as` would give one another")
    return tuple(field_names(columns).values())
