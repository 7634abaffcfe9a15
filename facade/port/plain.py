"""A silo's fields as an expression reads them: dates and times as ISO 8601 text, everything else as it is. Pure."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from facade.formats import MAX_DEPTH, MAX_EXPONENT

_CONTAINERS: Final = (dict, list, tuple, Mapping)
_MOMENTS: Final = (datetime.date, datetime.time)
_NAMES: Final = frozenset({str})
_AS_THEY_ARE: Final = frozenset({str, int, bool, type(None)})


class PlainError(ValueError):
    """A value that no answer can hold. Its words follow the operation's name and show no value."""


def plain_fields(value: Any, name: str = "the answer", depth: int = MAX_DEPTH) -> Any:
    """The value without dates, tuples and floats; raise PlainError, which names the field.

    A float keeps the shortest digits that mean it. Bytes, numbers that are not finite or have an exponent beyond any
    silo's, and what is nested too deep have no place in an answer.

    >>> plain_fields({"on": datetime.date(2027, 3, 31), "price": Decimal("1.10")})
    {'on': '2027-03-31', 'price': Decimal('1.10')}
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is Decimal:
        return _number(value, name)
    if isinstance(value, _CONTAINERS):
        return _container(value, name, depth - 1)
    if isinstance(value, _MOMENTS):
        return value.isoformat()
    if kind is float and math.isfinite(value):
        return Decimal(repr(value))
    raise PlainError(f"{name} holds a value of type {kind.__name__} that no answer can hold")


def _number(value: Decimal, name: str) -> Decimal:
    if not value.is_finite() or abs(value.adjusted()) > MAX_EXPONENT:
        raise PlainError(f"{name} holds a number that no answer can hold")
    return value


def _container(value: Any, name: str, depth: int) -> Any:
    if not depth:
        raise PlainError(f"{name} is nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        if not _NAMES.issuperset(map(type, value)):
            raise PlainError(f"{name} has a field whose name is not text")
        return {
            key: each if type(each) in _AS_THEY_ARE else plain_fields(each, key, depth) for key, each in value.items()
        }
    return [each if type(each) in _AS_THEY_ARE else plain_fields(each, name, depth) for each in value]
