"""A data description entry: a level, a name and its clauses (ISO/IEC 1989, data description entry), as values."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from facade.formats.copybook.mistakes import Place
from facade.formats.copybook.picture import Picture

FILLER: Final = "FILLER"


class Usage(enum.Enum):
    """How a number is stored; a text is always DISPLAY."""

    DISPLAY = "DISPLAY"
    BINARY = "COMP"
    PACKED = "COMP-3"
    NATIVE = "COMP-5"
    SINGLE = "COMP-1"
    DOUBLE = "COMP-2"


@dataclass(frozen=True, slots=True)
class Sign:
    """Where the sign of a DISPLAY number is, and whether it has a byte of its own."""

    leading: bool = False
    separate: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its qualifiers, `NAME OF GROUP`, innermost first."""

    text: str
    groups: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " OF ".join((self.text, *self.groups))


@dataclass(frozen=True, slots=True)
class Occurs:
    """How often a field repeats; `depending` names the field that says it."""

    least: int
    most: int
    depending: Name | None = None


class Form(enum.Enum):
    """How a literal was written: as a text, as a number, as bytes, or as a figurative constant such as SPACES."""

    TEXT = "text"
    NUMBER = "number"
    BYTES = "bytes"
    FIGURATIVE = "figurative"


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal of VALUE. `fills`: it is repeated to the end of its field, as ALL and figurative constants are."""

    form: Form
    text: str
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A level 88: the name of the values in `ranges`, each (first, last); `false` is what stands for its contrary."""

    name: str
    ranges: tuple[tuple[Literal, Literal | None], ...]
    false: Literal | None
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says, nothing inherited yet. `name` is empty for FILLER."""

    place: Place
    level: int
    name: str
    picture: Picture | None = None
    usage: Usage | None = None
    sign: Sign | None = None
    occurs: Occurs | None = None
    redefines: str = ""
    value: Literal | None = None
    justified: bool = False
    blank_when_zero: bool = False
    synchronized: bool = False
    conditions: tuple[Condition, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.level:02} {self.name or FILLER}"
