"""Numbers on their way between a value and the digits that a field stores: exact, or refused."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

from facade.formats.copybook.mistakes import Misfit

Number: TypeAlias = int | Decimal

_BOUND: Final = 400
"""Digits and powers of ten of a value that is looked at: a double ends at 308, a field at 38."""

EXACT: Final = decimal.Context(
    prec=_BOUND,
    Emin=-_BOUND,
    Emax=_BOUND,
    traps=[decimal.Inexact, decimal.Overflow, decimal.Underflow, decimal.InvalidOperation],
)
"""Arithmetic that refuses to round."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,80}(?:\.[0-9]{1,80})?")
"""A text as a number: of twice the digits that any field has, so that the words can say what is wrong."""

_TOO_LONG: Final = "has too many digits"


def finisher(scale: int) -> Callable[[str], Number]:
    """Turns digits, with a sign before them if they have one, into a number with `scale` of them behind its point.

    >>> finisher(2)("-0010"), finisher(0)("007"), finisher(-3)("12")
    (Decimal('-0.10'), 7, 12000)
    """
    if scale == 0:
        return int
    if scale < 0:
        factor = 10**-scale
        return lambda digits: int(digits) * factor
    power, zero = f"E-{scale}", Decimal(f"0E-{scale}")
    return lambda digits: Decimal(digits + power) or zero  # COBOL's -0 is 0


def scaler(scale: int) -> Callable[[int], Number]:
    """As `finisher`, from a whole number."""
    if scale == 0:
        return int
    if scale < 0:
        factor = 10**-scale
        return lambda whole: whole * factor
    power = Decimal(-scale)
    return lambda whole: EXACT.scaleb(Decimal(whole), power)


def unscaler(scale: int) -> Callable[[object], int]:
    """The other way: a value as the whole number of its last digit's units; raise Misfit where it has finer ones."""
    if scale == 0:
        return lambda value: value if type(value) is int else _unscaled(value, 0)
    if scale < 0:
        return lambda value: _unscaled(value, scale)

    def unscaled(value: object) -> int:
        if type(value) is Decimal:
            whole, dot, fraction = str(value).partition(".")
            if dot and len(fraction) == scale:  # mostly: then its digits are all there is to do
                try:
                    return int(whole + fraction)
                except ValueError:  # an exponent
                    return _unscaled(value, scale)
        return _unscaled(value, scale)

    return unscaled


def _unscaled(value: object, scale: int) -> int:
    number = as_number(value)
    try:
        scaled = EXACT.scaleb(Decimal(number), Decimal(scale))
        whole = int(scaled)
    except (decimal.DecimalException, ValueError, OverflowError):
        raise Misfit(_TOO_LONG) from None
    if whole != scaled:
        raise Misfit(f"has more than {scale} decimal places" if scale > 0 else "is not a whole number of its units")
    return whole


def as_number(value: object) -> Number:
    """A value that a caller or a configuration gives for a number; a day is its eight digits."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return int(value.isoformat().replace("-", ""))
    raise Misfit("must be a number")


def bounded(digits: int, *, signed: bool, whole: int) -> int:
    """`whole` if the field has room for it; raise Misfit."""
    if whole < 0 and not signed:
        raise Misfit("must not be negative")
    if abs(whole) >= 10**digits:
        raise Misfit(f"{_TOO_LONG}: it has room for {digits}")
    return whole
