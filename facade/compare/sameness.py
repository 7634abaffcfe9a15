"""Values that are one and the same, found in C: most of two answers that are compared is, and needs no step in Python.

It says yes only to what is the same to the last digit, so that a no says nothing: `1` and `1.0` are one number too, and
so are fields that a rule renames. Those are found step by step (`walk`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, TypeAlias

import msgspec

from facade.compare.budget import Budget
from facade.compare.rules import CompareRules
from facade.formats import Json

Pairs: TypeAlias = list[tuple[Json, Json]]

_writer: Final = msgspec.json.Encoder(decimal_format="number", order="sorted")


def written(value: Json) -> bytes:
    """One text for values that are the same to the last digit, whatever the order of their names."""
    return _writer.encode(value)


class Sameness:
    """Looks for what is the same in one comparison. `again` says that both values have legacy's names."""

    __slots__ = ("_budget", "_is_sure", "pairs_exactly")

    def __init__(self, rules: CompareRules, budget: Budget, *, again: bool) -> None:
        self._budget = budget
        self._is_sure = again or not rules.rename
        self.pairs_exactly = self._is_sure and not rules.tolerance
        """Whether what is the same may be paired with each other: with a tolerance the nearest numbers are, in all."""

    def __call__(self, legacy: Json, platform: Json) -> bool:
        """Whether two values surely are the same. For Python `true` is 1, so equal ones are written out."""
        if not self._is_sure or legacy != platform:
            return False
        if written(legacy) == written(platform):
            return True
        self._is_sure = self.pairs_exactly = False  # one side writes its numbers otherwise, here and everywhere
        return False

    def others(self, legacy: list[Json], platform: list[Json]) -> tuple[list[Json], list[Json]]:
        """What is left of two arrays without those elements of one that the other has too, wherever they stand."""
        if not self.pairs_exactly:
            return legacy, platform
        places = self._places(platform)
        left = [value for value in legacy if not _take(places.get(self._written(value)))]
        return left, [platform[place] for place in sorted(place for same in places.values() for place in same)]

    def anywhere(self, pairs: Pairs) -> bool:
        """Whether all values of these pairs surely are on the other side too, in another order."""
        if not self.pairs_exactly:
            return False
        places = self._places([platform for _, platform in pairs])
        return all(_take(places.get(self._written(legacy))) for legacy, _ in pairs)

    def in_place(self, legacy: list[Json], platform: list[Json]) -> Pairs:
        """The pairs of two arrays of one length that are not the same."""
        left: Pairs = []
        for pair in zip(legacy, platform, strict=True):
            self._budget.spend()
            if not self(*pair):
                left.append(pair)
        return left

    def _places(self, values: list[Json]) -> dict[bytes, list[int]]:
        """Where each of these values stands."""
        places: defaultdict[bytes, list[int]] = defaultdict(list)
        for place, value in enumerate(values):
            places[self._written(value)].append(place)
        return places

    def _written(self, value: Json) -> bytes:
        self._budget.spend()
        return written(value)


def _take(places: list[int] | None) -> bool:
    """Take the last of these places, if there is one."""
    if not places:
        return False
    places.pop()
    return True
