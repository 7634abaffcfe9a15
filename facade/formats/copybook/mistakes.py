"""What is wrong with a copybook, and with a record that it describes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from facade.formats.error import FormatError

MAX_MISTAKES: Final = 50
"""Told of one copybook: more of them are one misunderstanding."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a copybook; lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake of whoever wrote the copybook; `what` is `what is wrong; what to do`."""

    place: Place
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class CopybookError(FormatError):
    """A copybook that cannot be used: its mistakes, in the order of its lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))[:MAX_MISTAKES]
        super().__init__("\n".join(map(str, self.mistakes)))

    @classmethod
    def at(cls, place: Place, what: str) -> CopybookError:
        return cls((Mistake(place, what),))


class Misfit(ValueError):  # noqa: N818 - says what would have fitted
    """Bytes or a value that do not fit a field. Its words follow the field's name and never show the value."""


class FieldError(FormatError):
    """A record or a value that does not fit its copybook: `field` is COBOL's name, `problem` never shows the value."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem

    def of_row(self, number: int) -> FieldError:
        """The same in row `number` of a table, which counts from 1 as COBOL's subscripts do."""
        name, _, inner = self.field.partition(" (")
        return FieldError(f"{name} ({number}{', ' + inner if inner else ')'}", self.problem)
