"""Fitting a caller's value to the type an operator wrote: `:str :int :decimal :bool :date`. Pure.

A value comes as text (path, query, header) or as the JSON value it was in the body. Either it fits exactly or it is
refused with words that describe what would have fitted and never show the value: no rounding, no guessing, no
Unicode digits, no exponent that grows into a million zeros.
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

Value: TypeAlias = str | int | Decimal | bool | datetime.date | None
"""What an adapter is handed for an argument. None: the caller left it out, and the operator allowed that."""

MAX_DIGITS: Final = 40
"""Of a number, on each side of its point: COBOL and SQL end at 38."""

_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
"""What no silo can store: NUL ends a text in half of them, half of a surrogate pair has no encoding."""

_INT: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}")
_DECIMAL: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{1,{MAX_DIGITS}}})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TRUTH: Final[Mapping[object, bool]] = {"true": True, "false": False}


class Misfit(ValueError):  # noqa: N818 - says what would have fitted
    """A value that does not fit. Its words follow the name of the field: `must be a whole number`."""


class Type(enum.StrEnum):
    """The types of the operator's language."""

    STR = "str"
    INT = "int"
    DECIMAL = "decimal"
    BOOL = "bool"
    DATE = "date"


def fit(wanted: Type, value: object) -> str | int | Decimal | bool | datetime.date:
    """Return `value` as the wanted type; raise Misfit.

    >>> fit(Type.DECIMAL, "0.10")
    Decimal('0.10')
    """
    return _FITTING[wanted](value)


def as_text(value: Value) -> str:
    """A value inside a longer text; None is nothing.

    >>> as_text(Decimal("1E+2")), as_text(None)
    ('100', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misfit("must be text")
    if _NO_TEXT.search(value):
        raise Misfit("holds a character that no silo can store")
    return value


def _int(value: object) -> int:
    if isinstance(value, str) and _INT.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_DIGITS:
        return value
    raise Misfit(f"must be a whole number of at most {MAX_DIGITS} digits")


def _decimal(value: object) -> Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and -MAX_DIGITS <= _exponent(value) <= MAX_DIGITS:
        value = format(value, "f")  # 1E+2 is 100: a silo's field knows no exponent
        if _DECIMAL.fullmatch(value):
            return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_DIGITS:
        return Decimal(value)
    raise Misfit(f"must be a number of at most {MAX_DIGITS} digits before and after the point")


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUTH:
        return _TRUTH[value]
    raise Misfit("must be true or false")


def _date(value: object) -> datetime.date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            raise Misfit("must be a day that exists, as YYYY-MM-DD") from None
    raise Misfit("must be a date, as YYYY-MM-DD")


_FITTING: Final[Mapping[Type, Callable[[object], str | int | Decimal | bool | datetime.date]]] = {
    Type.STR: _text,
    Type.INT: _int,
    Type.DECIMAL: _decimal,
    Type.BOOL: _bool,
    Type.DATE: _date,
}
