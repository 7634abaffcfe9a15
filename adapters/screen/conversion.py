"""`| date:%d/%m/%Y`, `| int`, `| decimal:,.`: a text of a page as a value, exactly. Pure."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from facade.port.fitting import MAX_DIGITS

Converted = str | int | Decimal | datetime.date

_WHOLE: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}")
_PLAIN: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{1,{MAX_DIGITS}}})?")
_DAYS: Final = (datetime.date(2001, 12, 3), datetime.date(2014, 3, 27))
"""Two days that a format must tell apart and give back."""

_YEAR: Final = re.compile("%[YyGcx]")
"""What gives a year: without one Python warns of a day, from 3.13 on."""

_MARKS: Final = ".,"
"""Where nothing is written: a point before the decimals, commas between the thousands."""

_MAX_TEXT: Final = 200
"""Characters of a number or a date, with its blanks."""

_SHAPE: Final = "write date:%d/%m/%Y, int, or decimal with its two marks, such as decimal:,."


class Unconverted(ValueError):  # noqa: N818 - says what the text is not
    """A text that is no such value; `it is no date`. The text is not shown."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """One conversion: its name, and its format or marks."""

    name: str
    detail: str

    @classmethod
    def parse(cls, text: str) -> Conversion:
        """Read what an operator wrote behind `|`; raise ValueError with `what; mend`."""
        name, _, detail = text.partition(":")
        if name == "date":
            return cls(name, _date_format(detail))
        if name == "int" and not detail:
            return cls(name, "")
        if name == "decimal":
            return cls(name, _marks(detail or _MARKS))
        raise ValueError(f"this is no conversion; {_SHAPE}")

    def of(self, text: str) -> Converted:
        """The value; raise Unconverted.

        >>> Conversion.parse("decimal:,.").of("€ 1.234,50")
        Decimal('1234.50')
        """
        if len(text) > _MAX_TEXT:
            raise Unconverted(f"it is no {self.name}")
        return _CONVERTING[self.name](text, self.detail)


def _date_format(detail: str) -> str:
    try:
        written = _DAYS if _YEAR.search(detail) else ()
        made = tuple(_date(day.strftime(detail), detail) for day in written)
    except ValueError:
        made = ()
    if made != _DAYS:
        raise ValueError("this format gives no day; write one with day, month and year, such as date:%d/%m/%Y")
    return detail


def _marks(detail: str) -> str:
    if len(detail) > 2 or len(set(detail)) < len(detail) or any(each.isalnum() or each in "+-" for each in detail):
        raise ValueError(f"these are no marks of a number: the one before decimals, then that of thousands; {_SHAPE}")
    return detail


def _date(text: str, form: str) -> datetime.date:
    try:
        if text.isascii():
            return datetime.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        pass
    raise Unconverted("it is no date of that format")


def _int(text: str, _detail: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise Unconverted("it is no whole number")
    return int(text)


def _decimal(text: str, marks: str) -> Decimal:
    """A sign of currency on either side is let go; every mark of thousands must stand where one does."""
    number = _without_currency(text)
    point, group = re.escape(marks[0]), re.escape(marks[1:])
    if group and re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]+)?", number):
        number = number.replace(marks[1:], "")
    number = number.replace(marks[0], ".") if marks[0] == "." or "." not in number else ""
    if _PLAIN.fullmatch(number) is None:
        raise Unconverted("it is no number")
    return Decimal(number)


def _without_currency(text: str) -> str:
    sign = text[:1] if text[:1] in {"+", "-"} else ""
    rest = text[len(sign) :]
    while rest and unicodedata.category(rest[0]) == "Sc":
        rest = rest[1:].lstrip()
    while rest and unicodedata.category(rest[-1]) == "Sc":
        rest = rest[:-1].rstrip()
    return sign + rest


_CONVERTING: Final[dict[str, Callable[[str, str], Converted]]] = {"date": _date, "int": _int, "decimal": _decimal}
