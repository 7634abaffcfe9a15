"""OCCURS and REDEFINES as steps: rows that repeat, and bytes that are read in one of several ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import FieldError, Misfit
from facade.formats.copybook.steps import Row, Sheet, Step, Values
from facade.formats.copybook.storage import Storage, Value

Seen: TypeAlias = Mapping[int, tuple[bytes, Value]]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a table has: `least` to `most`, said by the field of this number, if by any."""

    name: str
    least: int
    most: int
    row_least: int
    field: int | None = None
    field_name: str = ""

    def rows(self, seen: Seen) -> int:
        """What the record says, which must be in the bounds; raise FieldError."""
        if self.field is None:
            return self.most
        _, count = seen.get(self.field, (b"", -1))
        if not isinstance(count, int) or not self.least <= count <= self.most:
            raise FieldError(self.field_name, f"must be {self.least} to {self.most}, the rows of {self.name}")
        return count

    def check_room(self, rows: int, at: int, image: Image) -> None:
        if at + rows * self.row_least > image.length:
            raise FieldError(self.name, "is cut short")

    def given(self, value: object, seen: Seen) -> tuple[Sequence[Any], int]:
        """The rows that are given, and how many are written; raise FieldError where they are not as many as said."""
        rows = () if value is None else value
        if not isinstance(rows, list | tuple):
            raise FieldError(self.name, "must be a list")
        count = self.rows(seen)
        if len(rows) > count or (self.field is not None and len(rows) != count):
            raise FieldError(self.name, f"must have {count} rows")
        return rows, count


class Rows(Step):
    """A table of groups: a list of rows, each read and written by `step`."""

    def __init__(self, key: str, count: Count, step: Step) -> None:
        self.keys = frozenset({key})
        self.lists = (key,)
        self._key = key
        self._count = count
        self._step = step

    def read(self, image: Image, at: int, row: Row) -> int:
        count = self._count.rows(image.seen)
        self._count.check_room(count, at, image)
        rows: list[Row] = []
        row[self._key] = rows
        try:
            for _ in range(count):
                inner: Row = {}
                at = self._step.read(image, at, inner)
                rows.append(inner)
        except FieldError as error:
            raise error.of_row(len(rows) + 1) from None
        return at

    def write(self, values: Values, sheet: Sheet) -> None:
        rows, count = self._count.given(values.get(self._key), sheet.seen)
        for number in range(1, count + 1):
            row = rows[number - 1] if number <= len(rows) else {}
            if not isinstance(row, Mapping):
                raise FieldError(self._count.name, "must be a list of objects")
            try:
                check_known(row, self._step)
                self._step.write(row, sheet)
            except FieldError as error:
                raise error.of_row(number) from None


class Scalars(Step):
    """A table of fields: a list of their values."""

    def __init__(self, key: str, count: Count, storage: Storage, initial: bytes) -> None:
        self.keys = frozenset({key})
        self.lists = (key,)
        self._key = key
        self._count = count
        self._storage = storage
        self._initial = initial

    def read(self, image: Image, at: int, row: Row) -> int:
        count, width = self._count.rows(image.seen), self._storage.width
        self._count.check_room(count, at, image)
        values: list[Value] = []
        row[self._key] = values
        try:
            values.extend(self._storage.read(image, start) for start in range(at, at + count * width, width))
        except Misfit as misfit:
            raise FieldError(self._count.name, str(misfit)).of_row(len(values) + 1) from None
        return at + count * width

    def write(self, values: Values, sheet: Sheet) -> None:
        rows, count = self._count.given(values.get(self._key), sheet.seen)
        parts: list[bytes] = []
        try:
            parts.extend(self._initial if value is None else self._storage.write(value) for value in rows)
        except Misfit as misfit:
            raise FieldError(self._count.name, str(misfit)).of_row(len(parts) + 1) from None
        sheet.parts += parts
        sheet.parts.append(self._initial * (count - len(rows)))


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read bytes. It holds where each of `tests` does; `rest` fills what it leaves."""

    name: str
    step: Step
    tests: tuple[tuple[int, Callable[[bytes, Value], bool]], ...]
    rest: bytes

    def holds(self, seen: Seen) -> bool:
        return all(number in seen and test(*seen[number]) for number, test in self.tests)


class Choice(Step):
    """Bytes with several readings, of which the first that holds is taken; none, if none does."""

    def __init__(self, readings: tuple[Reading, ...], size: int, initial: bytes) -> None:
        self.keys = frozenset().union(*(reading.step.keys for reading in readings))
        self.lists = tuple(key for reading in readings for key in reading.step.lists)
        self._readings = readings
        self._size = size
        self._initial = initial

    def read(self, image: Image, at: int, row: Row) -> int:
        for key in self.lists:
            row[key] = []
        chosen = self._chosen(image.seen)
        if chosen is not None:
            chosen.step.read(image, at, row)
        return at + self._size

    def write(self, values: Values, sheet: Sheet) -> None:
        chosen = self._chosen(sheet.seen)
        for reading in self._readings:
            if reading is not chosen and any(values.get(key) not in (None, []) for key in reading.step.keys):
                raise FieldError(reading.name, "is given, and the record's other fields choose another reading")
        if chosen is None:
            sheet.parts.append(self._initial)
        else:
            chosen.step.write(values, sheet)
            sheet.parts.append(chosen.rest)

    def _chosen(self, seen: Seen) -> Reading | None:
        return next((reading for reading in self._readings if reading.holds(seen)), None)


def check_known(values: Values, step: Step) -> None:
    """Raise FieldError for a value that no field of the row takes."""
    if not step.keys.issuperset(values):
        unknown = sorted(str(key) for key in values if key not in step.keys)
        raise FieldError(unknown[0], "is no field of this record")
