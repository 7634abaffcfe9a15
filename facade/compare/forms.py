"""One text for all values that are equal under a route's rules, so that arrays can be compared whatever their order.

Numbers are exact: `1`, `1.0` and `10e-1` are one number and 0.1 + 0.2 is 0.3, because none passes through a float.
A number that has a tolerance is taken out of the text: two elements of the same text are then paired by these numbers.
"""

from __future__ import annotations

import json
import re
from decimal import Context, Decimal
from typing import Final, TypeAlias

from facade.compare import paths
from facade.compare.budget import Budget
from facade.compare.paths import WIDEST_RECORD
from facade.compare.rules import CompareRules
from facade.formats import Json

Form: TypeAlias = tuple[str, tuple[Decimal, ...]]
"""A value's text, and the numbers that were taken out of it, in their order."""

EXACT: Final = Context(prec=10_000)
"""Digits for a sum or a normal form of any two numbers that `facade.formats` reads: 4,300 and an exponent of 400."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_TOLERATED: Final = "~"


def number_of(value: Json) -> Decimal | None:
    """The number that a tolerance is about: a number, or a text that is one, for money is often sent as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


class Former:
    """Makes the forms of one side's values under a route's rules; legacy's fields get the platform's names."""

    __slots__ = ("_budget", "_legacy", "_paths", "_rules")

    def __init__(self, rules: CompareRules, budget: Budget, *, legacy: bool) -> None:
        self._rules = rules
        self._budget = budget
        self._legacy = legacy
        self._paths: dict[tuple[str, str, bool], str] = {}

    def members(self, value: dict[str, Json], path: str, *, wide: bool = False) -> dict[str, tuple[str, Json]]:
        """Fields by their platform's name, each with its path, without those that are ignored."""
        rules = self._rules
        named = self._renamed(value, path, wide=wide) if self._legacy and rules.rename else value
        placed = {name: (self._child(path, name, wide=wide), member) for name, member in named.items()}
        return {name: member for name, member in placed.items() if member[0] not in rules.ignore}

    def form(self, value: Json, path: str) -> Form:
        """Raises `budget.Exhausted`."""
        numbers: list[Decimal] = []
        return self._text(value, path, numbers), tuple(numbers)

    def _child(self, path: str, name: str, *, wide: bool) -> str:
        known = self._paths.get((path, name, wide))
        if known is None:
            shown = name in self._rules.names or (not wide and paths.looks_like_a_field(name))
            known = self._paths[path, name, wide] = paths.child(path, name, shown=shown)
        return known

    def _renamed(self, value: dict[str, Json], path: str, *, wide: bool) -> dict[str, Json]:
        """A field keeps its own name where legacy has one of the new name beside it: both must be seen."""
        rename = self._rules.rename
        new = {name: rename.get(self._child(path, name, wide=wide), name) for name in value}
        return {name if new[name] in value else new[name]: member for name, member in value.items()}

    def _text(self, value: Json, path: str, numbers: list[Decimal]) -> str:
        self._budget.spend()
        if isinstance(value, dict):
            wide = len(value) > WIDEST_RECORD
            members = sorted(self.members(value, path, wide=wide).items())
            texts = [f"{json.dumps(name)}:{self._text(each, at, numbers)}" for name, (at, each) in members]
            return f"{{{','.join(texts)}}}"
        if isinstance(value, list):
            return f"[{','.join(self._elements(value, path, numbers))}]"
        if path in self._rules.tolerance and (number := number_of(value)) is not None:
            numbers.append(number)
            return _TOLERATED + type(value).__name__.replace("Decimal", "int")
        return scalar(value)

    def _elements(self, value: list[Json], path: str, numbers: list[Decimal]) -> list[str]:
        inner = paths.element(path)
        forms = [self.form(each, inner) for each in value]
        if path in self._rules.unordered:
            forms.sort()
        numbers.extend(number for _, taken in forms for number in taken)
        return [text for text, _ in forms]


def scalar(value: Json) -> str:
    """The one text of a value that holds no others."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(EXACT.normalize(Decimal(value))) if value else "0"
    return json.dumps(value)
