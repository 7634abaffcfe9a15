"""A record's way of being read and written, compiled: a sequence of steps, each for some bytes of it.

A step reads from a position of the image into a row of values and says where the next one begins; or it writes a row's
values as bytes. Rows are the record itself and the rows of its tables. What is wrong is a FieldError that names the
field.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import FieldError, Misfit
from facade.formats.copybook.pages import Page
from facade.formats.copybook.storage import Storage, Value

Row: TypeAlias = dict[str, Any]
Values: TypeAlias = Mapping[str, Any]


@dataclass(slots=True, repr=False)
class Sheet:
    """A record as it is written: its bytes so far, and what later parts of it depend on, as `Image.seen`."""

    page: Page
    parts: list[bytes] = field(default_factory=list)
    seen: dict[int, tuple[bytes, Value]] = field(default_factory=dict)


class Step(abc.ABC):
    """Some bytes of a record."""

    keys: frozenset[str] = frozenset()
    """What it reads into a row."""

    lists: tuple[str, ...] = ()
    """Those of them that are tables."""

    @abc.abstractmethod
    def read(self, image: Image, at: int, row: Row) -> int:
        """Read into `row` what begins at `at`; return where the next step begins. Raise FieldError."""

    @abc.abstractmethod
    def write(self, values: Values, sheet: Sheet) -> None:
        """Write what `values` has, and the initial bytes of what it has not. Raise FieldError."""


class Fields(Step):
    """Fields of fixed places that nothing depends on: the many, so the fast ones.

    `parts` are all of its bytes in order: (name, key, write, initial); those without a key are never given.
    """

    def __init__(
        self,
        leaves: tuple[tuple[str, str, int, Callable[[Image, int], Value]], ...],
        parts: tuple[tuple[str, str, Callable[[object], bytes], bytes], ...],
    ) -> None:
        self.keys = frozenset(key for _, key, _, _ in leaves)
        self._names = {key: name for name, key, _, _ in leaves}
        self._leaves = tuple((key, offset, read) for _, key, offset, read in leaves)
        self._parts = tuple((key, write, initial) for _, key, write, initial in parts)
        self._size = sum(len(initial) for _, _, _, initial in parts)

    def read(self, image: Image, at: int, row: Row) -> int:
        end = at + self._size
        if end > image.length:
            raise FieldError(next(iter(self._names.values()), "the record"), "is cut short")
        key = ""
        try:
            for key, offset, read in self._leaves:
                row[key] = read(image, at + offset)
        except Misfit as misfit:
            raise FieldError(self._names[key], str(misfit)) from None
        return end

    def write(self, values: Values, sheet: Sheet) -> None:
        key, append, given = "", sheet.parts.append, values.get
        try:
            for key, write, initial in self._parts:
                value = given(key)
                append(initial if value is None else write(value))
        except Misfit as misfit:
            raise FieldError(self._names[key], str(misfit)) from None


@dataclass(frozen=True, slots=True)
class NamedValues:
    """A level 88. `true` and `false` are the bytes that it stands for, and those for its contrary if it says any."""

    name: str
    key: str
    holds: Callable[[bytes, Value], bool]
    true: bytes
    false: bytes | None


class Marked(Step):
    """One field that others depend on, or some of whose values have names. `table` is the key of what it counts."""

    def __init__(
        self,
        name: str,
        key: str,
        number: int,
        storage: Storage,
        initial: bytes,
        marks: tuple[NamedValues, ...],
        table: str,
    ) -> None:
        self.keys = frozenset({key, *(mark.key for mark in marks)})
        self._name = name
        self._key = key
        self._number = number
        self._storage = storage
        self._initial = initial
        self._marks = marks
        self._table = table

    def read(self, image: Image, at: int, row: Row) -> int:
        try:
            value = row[self._key] = self._storage.read(image, at)
        except Misfit as misfit:
            raise FieldError(self._name, str(misfit)) from None
        end = at + self._storage.width
        raw = image.raw[at:end]
        image.seen[self._number] = raw, value
        for mark in self._marks:
            row[mark.key] = mark.holds(raw, value)
        return end

    def write(self, values: Values, sheet: Sheet) -> None:
        try:
            raw = self._bytes(values)
            value = self._storage.read(Image(raw, sheet.page), 0)
        except Misfit as misfit:
            raise FieldError(self._name, str(misfit)) from None
        for mark in self._marks:
            said = values.get(mark.key)
            if said is not None and said is not mark.holds(raw, value):
                raise FieldError(mark.name, f"must be what {self._name} says, true or false")
        sheet.seen[self._number] = raw, value
        sheet.parts.append(raw)

    def _bytes(self, values: Values) -> bytes:
        value = values.get(self._key)
        if value is None and self._table and values.get(self._table) is not None:
            value = len(values[self._table])
        if value is not None:
            return self._storage.write(value)
        true = next((mark.true for mark in self._marks if values.get(mark.key) is True), None)
        false = next((mark.false for mark in self._marks if values.get(mark.key) is False), None)
        return true or false or self._initial


class Sequence(Step):
    """Steps one after the other."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.keys = frozenset().union(*(step.keys for step in steps))
        self.lists = tuple(key for step in steps for key in step.lists)
        self._steps = steps

    def read(self, image: Image, at: int, row: Row) -> int:
        for step in self._steps:
            at = step.read(image, at, row)
        return at

    def write(self, values: Values, sheet: Sheet) -> None:
        for step in self._steps:
            step.write(values, sheet)


def sequence(steps: list[Step]) -> Step:
    """The steps as one."""
    return steps[0] if len(steps) == 1 else Sequence(tuple(steps))
