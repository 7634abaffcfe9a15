"""XML Schema's built-in types: their text as exact values, and values as their text. Pure.

The law: a value is what its text says, digit by digit. `float` and `double` become the exact decimal that is written,
never a binary float; dates, times and durations are checked and stay the ISO 8601 text that they are, because Python's
own lose their time zone or the seventh digit of a second. A text that its type does not have is a `Misfit`: nothing is
guessed and nothing becomes empty.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from facade.formats import MAX_EXPONENT, MAX_NUMBER_CHARACTERS
from facade.formats.xml import NO_CHARACTER
from facade.port import Value


class Misfit(ValueError):  # noqa: N818 - says what would have fitted
    """A text that is none of its type. Its words follow the name of the field and show no value."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in type. `read` takes text whose white space is as the type wants it, and raises Misfit.

    `takes` are the types of the operator's language whose values it can be; text always can, if it fits.
    """

    name: str
    read: Callable[[str], object]
    takes: frozenset[str]
    keeps_space: bool = False

    @property
    def is_number(self) -> bool:
        return "int" in self.takes and not self.keeps_space


_DIGITS: Final = re.compile(r"[+-]?[0-9]+")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,12})?|24:00:00(?:\.0{1,12})?)"
_DAY: Final = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_DATE: Final = re.compile(_DAY + _ZONE)
_DATE_TIME: Final = re.compile(_DAY + "T" + _TIME + _ZONE)
_PERIOD: Final = r"(?=.)(?:[0-9]{1,9}Y)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}D)?"
_CLOCK: Final = r"(?:T(?=.)(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}(?:\.[0-9]{1,12})?S)?)?"


def read_integer(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS or _DIGITS.fullmatch(text) is None:
        raise Misfit("must be a whole number")
    return int(text)


def read_decimal(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_CHARACTERS or _NUMBER.fullmatch(text) is None:
        raise Misfit("must be a decimal number")
    return Decimal(text)


def read_float(text: str) -> Decimal:
    """The decimal that is written. INF and NaN are numbers to XML Schema and to nobody who is answered in JSON."""
    if len(text) > MAX_NUMBER_CHARACTERS or _FLOAT.fullmatch(text) is None:
        raise Misfit("must be a finite number")
    number = Decimal(text)
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise Misfit("must be a number of less magnitude")
    return number


def read_boolean(text: str) -> bool:
    truth = _TRUTH.get(text)
    if truth is None:
        raise Misfit("must be true or false")
    return truth


def read_text(text: str) -> str:
    if NO_CHARACTER.search(text):
        raise Misfit("holds a character that XML cannot write")
    return text


def _whole(low: int | None, high: int | None) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = read_integer(text)
        if (low is not None and number < low) or (high is not None and number > high):
            raise Misfit(f"must be a whole number{_span(low, high)}")
        return number

    return read


def _span(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f" of at least {low}" if low is not None else f" of at most {high}"


def _day(pattern: re.Pattern[str], words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        parsed = pattern.fullmatch(text)
        if parsed is None:
            raise Misfit(words)
        try:
            datetime.date(int(parsed[1]), int(parsed[2]), int(parsed[3]))
        except ValueError:
            raise Misfit("must be a day that exists") from None
        return text

    return read


def _pattern(pattern: str, words: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise Misfit(words)
        return text

    return read


_TEXT: Final = frozenset({"str", "int", "decimal", "bool", "date"})
_NUMERIC: Final = frozenset({"str", "int", "decimal"})
_WHOLE: Final = frozenset({"str", "int"})
_STR: Final = frozenset({"str"})

_INTEGERS: Final[Mapping[str, tuple[int | None, int | None]]] = {
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}

_PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "time": (_TIME + _ZONE, "must be a time, as HH:MM:SS"),
    "gYear": (r"[0-9]{4}" + _ZONE, "must be a year, as YYYY"),
    "gYearMonth": (r"[0-9]{4}-(?:0[1-9]|1[0-2])" + _ZONE, "must be a month of a year, as YYYY-MM"),
    "gMonth": (r"--(?:0[1-9]|1[0-2])" + _ZONE, "must be a month, as --MM"),
    "gDay": (r"---(?:0[1-9]|[12][0-9]|3[01])" + _ZONE, "must be a day, as ---DD"),
    "gMonthDay": (r"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])" + _ZONE, "must be a day of a year, as --MM-DD"),
    "duration": (f"-?P{_PERIOD}{_CLOCK}", "must be a duration, as P1DT2H"),
    "hexBinary": (r"(?:[0-9a-fA-F]{2})*", "must be hexadecimal"),
    "base64Binary": (r"(?:[A-Za-z0-9+/ ]|\s)*={0,2}\s*", "must be Base64"),
}

BUILT_INS: Final[Mapping[str, BuiltIn]] = {
    each.name: each
    for each in (
        BuiltIn("string", read_text, _TEXT, keeps_space=True),
        BuiltIn("boolean", read_boolean, frozenset({"str", "bool"})),
        BuiltIn("decimal", read_decimal, _NUMERIC),
        BuiltIn("integer", read_integer, _WHOLE),
        BuiltIn("float", read_float, _NUMERIC),
        BuiltIn("double", read_float, _NUMERIC),
        BuiltIn("date", _day(_DATE, "must be a date, as YYYY-MM-DD"), frozenset({"str", "date"})),
        BuiltIn("dateTime", _day(_DATE_TIME, "must be a date and time, as YYYY-MM-DDTHH:MM:SS"), _STR),
        *(BuiltIn(name, _whole(*span), _WHOLE) for name, span in _INTEGERS.items()),
        *(BuiltIn(name, _pattern(*rule), _WHOLE if name == "gYear" else _STR) for name, rule in _PATTERNS.items()),
    )
}
"""By name. Every other built-in type (`token`, `anyURI`, `ID` and so on) is text."""

TEXT: Final = BuiltIn("anySimpleType", read_text, _TEXT)


def as_lexical(value: Value) -> str:
    """What an argument's value is written as; not yet whether its type has such a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
