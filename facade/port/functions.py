"""The functions of an `answer` expression (JMESPath), in which a number stays exact. Pure.

They are JMESPath's own (jmespath.org/specification.html), less what has no exact answer: `avg` is not offered, because
a third has no last digit. `sum`, `max`, `min`, `abs`, `ceil`, `floor`, `sort` and the rest take `int` and `Decimal` and
lose no digit. `to_number` reads a text's digits as they are, `"0.10"` as 0.10 and `"007"` as 7; of anything else it
makes null.

The library's own table is not used: it makes floats of texts, and does not know a Decimal for a number.
"""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from facade.formats import MAX_NUMBER_CHARACTERS, FormatError, encode_json

_NUMBER: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_NUMBER_CHARACTERS}}}(\.[0-9]{{1,{MAX_NUMBER_CHARACTERS}}})?")
"""A text that is a number. An exponent is none: no silo's field has one, and it could stand for a million zeros."""

_EXACT: Final = decimal.Context(prec=10_000, traps=[decimal.Inexact, decimal.InvalidOperation])
"""Digits for any sum of what formats read (4,300 digits, an exponent of 400); what would lose one is an error."""

_KINDS: Final[Mapping[type, str]] = {
    str: "text",
    bool: "truth",
    int: "number",
    Decimal: "number",
    list: "list",
    dict: "object",
    type(None): "null",
}

_SPECIFIED: Final[Mapping[str, str]] = {"text": "string", "truth": "boolean", "list": "array"}
"""What JMESPath's `type()` calls them, where that is another word than an operator's."""

_ANY: Final = frozenset({*_KINDS.values(), "expression"})
_COMPARABLE: Final = frozenset({"numbers", "texts"})


class FunctionError(ValueError):
    """A function that was given what it cannot take. It shows no value."""


@dataclass(frozen=True, slots=True)
class Function:
    """`wanted` says for each argument the kinds it may have; `repeats` whether the last may be given again.

    `numbers` and `texts` are lists of nothing else.
    """

    apply: Callable[..., Any]
    wanted: tuple[frozenset[str], ...]
    repeats: bool = False

    def takes(self, count: int) -> bool:
        """Whether it may be given so many arguments."""
        return count == len(self.wanted) or (self.repeats and count > len(self.wanted))

    def takes_expression(self, position: int) -> bool:
        """Whether the argument there may be an expression, `&name`."""
        return position < len(self.wanted) and self.wanted[position] == {"expression"}


def call_function(name: str, arguments: Sequence[Any]) -> Any:
    """Apply the function; raise FunctionError."""
    function = FUNCTIONS[name]
    for position, value in enumerate(arguments):
        wanted = function.wanted[min(position, len(function.wanted) - 1)]
        if not any(_is(kind, value) for kind in wanted):
            raise FunctionError(f"{name}() wants {' or '.join(sorted(wanted))} and got {_kind(value)}")
    try:
        return function.apply(*arguments)
    except decimal.DecimalException:
        raise FunctionError(f"{name}() has no exact answer") from None
    except FormatError as error:
        raise FunctionError(f"{name}() was given what {error}") from None


def kind(value: object) -> str:
    """The word that JMESPath has for a value's type.

    >>> kind(Decimal("0.10")), kind("0.10")
    ('number', 'string')
    """
    word = _kind(value)
    return _SPECIFIED.get(word, word)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "expression")


def _is(wanted: str, value: Any) -> bool:
    if wanted in _COMPARABLE:
        return _kind(value) == "list" and all(_kind(each) == wanted[:-1] for each in value)
    return _kind(value) == wanted


def _abs(number: int | Decimal) -> int | Decimal:
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def _contains(subject: Any, search: object) -> bool:
    if isinstance(subject, str):
        return isinstance(search, str) and search in subject
    return any(_kind(each) == _kind(search) and each == search for each in subject)


def _join(glue: str, texts: list[str]) -> str:
    return glue.join(texts)


def _map(expression: Any, values: list[Any]) -> list[Any]:
    return [expression.of(each) for each in values]


def _merge(*objects: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for each in objects for name, value in each.items()}


def _not_null(*values: Any) -> Any:
    return next((each for each in values if each is not None), None)


def _sum(numbers: list[int | Decimal]) -> int | Decimal:
    with decimal.localcontext(_EXACT):
        return sum(numbers)


def _to_number(value: Any) -> Any:
    if _kind(value) == "number":
        return value
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    return Decimal(value) if match[1] else int(value)


def _to_string(value: Any) -> str:
    return value if isinstance(value, str) else encode_json(value).decode()


def _by(choose: Callable[..., Any], empty: Callable[[], Any]) -> Callable[..., Any]:
    """`choose` by what an expression makes of each value, all of which must be numbers, or all texts."""

    def chosen(values: list[Any], expression: Any) -> Any:
        if not values:
            return empty()
        keys = [expression.of(each) for each in values]
        if not any(_is(wanted, keys) for wanted in _COMPARABLE):
            raise FunctionError("what a list is put in order by must be all numbers or all texts")
        place = choose(range(len(values)), key=keys.__getitem__)
        return [values[each] for each in place] if isinstance(place, list) else values[place]

    return chosen


def _extreme(choose: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    return lambda values: choose(values, default=None)


def _only(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "abs": Function(_abs, (_only("number"),)),
    "ceil": Function(math.ceil, (_only("number"),)),
    "contains": Function(_contains, (_only("list", "text"), _ANY)),
    "ends_with": Function(str.endswith, (_only("text"), _only("text"))),
    "floor": Function(math.floor, (_only("number"),)),
    "join": Function(_join, (_only("text"), _only("texts"))),
    "keys": Function(list, (_only("object"),)),
    "length": Function(len, (_only("text", "list", "object"),)),
    "map": Function(_map, (_only("expression"), _only("list"))),
    "max": Function(_extreme(max), (_COMPARABLE,)),
    "max_by": Function(_by(max, lambda: None), (_only("list"), _only("expression"))),
    "merge": Function(_merge, (_only("object"),), repeats=True),
    "min": Function(_extreme(min), (_COMPARABLE,)),
    "min_by": Function(_by(min, lambda: None), (_only("list"), _only("expression"))),
    "not_null": Function(_not_null, (_ANY,), repeats=True),
    "reverse": Function(lambda value: value[::-1], (_only("list", "text"),)),
    "sort": Function(sorted, (_COMPARABLE,)),
    "sort_by": Function(_by(sorted, list), (_only("list"), _only("expression"))),
    "starts_with": Function(str.startswith, (_only("text"), _only("text"))),
    "sum": Function(_sum, (_only("numbers"),)),
    "to_array": Function(lambda value: value if isinstance(value, list) else [value], (_ANY,)),
    "to_number": Function(_to_number, (_ANY,)),
    "to_string": Function(_to_string, (_ANY,)),
    "type": Function(kind, (_ANY,)),
    "values": Function(lambda value: list(value.values()), (_only("object"),)),
}
"""Every function there is, by name."""
