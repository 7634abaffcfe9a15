"""Two JSON values side by side: the same is passed over, all else met field by field, and what differs noted."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from facade.compare import paths
from facade.compare.budget import Budget
from facade.compare.difference import DifferenceKind, Found
from facade.compare.forms import EXACT, Form, Former, number_of, scalar
from facade.compare.paths import WIDEST_RECORD
from facade.compare.rules import CompareRules
from facade.compare.sameness import Pairs, Sameness, written
from facade.formats import Json

_TYPES: Final[dict[type, str]] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "number",
    Decimal: "number",
    bool: "boolean",
    type(None): "null",
}


class Walk:
    """One comparison of two bodies. `found` is what it has noted, `fields` how many values it has compared: an object
    or an array that is the same on both sides counts as one.

    `again` says that the second is legacy's as well, with legacy's names.
    """

    def __init__(
        self,
        rules: CompareRules,
        budget: Budget,
        key: bytes,
        *,
        again: bool = False,
        sameness: Sameness | None = None,
    ) -> None:
        self.found = Found(key)
        self.fields = 0
        self._key = key
        self._again = again
        self._rules = rules
        self._budget = budget
        self._same = Sameness(rules, budget, again=again) if sameness is None else sameness
        self._legacy = Former(rules, budget, legacy=True)
        self._platform = Former(rules, budget, legacy=again)

    def compare(self, legacy: Json, platform: Json, path: str = paths.ROOT) -> None:
        """Note every difference below a path. Raises `budget.Exhausted`."""
        self._budget.spend()
        if path in self._rules.ignore:
            return
        kind = _TYPES[type(legacy)]
        if isinstance(legacy, dict | list) and self._same(legacy, platform):
            self.fields += 1
        elif kind != _TYPES[type(platform)]:
            self._note(path, DifferenceKind.TYPE, self._of_legacy(legacy, path), self._of_platform(platform, path))
        elif isinstance(legacy, dict) and isinstance(platform, dict):
            self._objects(legacy, platform, path)
        elif isinstance(legacy, list) and isinstance(platform, list):
            self._arrays(legacy, platform, path)
        else:
            self._scalars(legacy, platform, path)

    def _scalars(self, legacy: Json, platform: Json, path: str) -> None:
        self.fields += 1
        if legacy != platform and not self._tolerated(legacy, platform, path):
            self._note(path, DifferenceKind.VALUE, scalar(legacy), scalar(platform))

    def _tolerated(self, legacy: Json, platform: Json, path: str) -> bool:
        allowed = self._rules.tolerance.get(path)
        if allowed is None:
            return False
        one, other = number_of(legacy), number_of(platform)
        return one is not None and other is not None and _apart(one, other) <= allowed

    def _objects(self, legacy: dict[str, Json], platform: dict[str, Json], path: str) -> None:
        wide = max(len(legacy), len(platform)) > WIDEST_RECORD
        ours = self._legacy.members(legacy, path, wide=wide)
        theirs = self._platform.members(platform, path, wide=wide)
        for name, (at, value) in ours.items():
            if name in theirs:
                self.compare(value, theirs[name][1], at)
            else:
                self._note(at, DifferenceKind.MISSING, self._of_legacy(value, at), "")
        for name, (at, value) in theirs.items():
            if name not in ours:
                self._note(at, DifferenceKind.EXTRA, "", self._of_platform(value, at))

    def _arrays(self, legacy: list[Json], platform: list[Json], path: str) -> None:
        if len(legacy) != len(platform):
            self._note(path, DifferenceKind.LENGTH, str(len(legacy)), str(len(platform)))
        if path in self._rules.unordered:
            matched, left = self._matched(legacy, platform, path)
            self.compare_each([*matched, *left], path)
        elif len(legacy) == len(platform):
            self._in_order(legacy, platform, path)

    def _in_order(self, legacy: list[Json], platform: list[Json], path: str) -> None:
        """Element by element; where all would be equal in another order, the order is the one difference.

        What was found stands also when the budget ends on the way.
        """
        pairs = self._same.in_place(legacy, platform)
        self.fields += len(legacy) - len(pairs)
        if pairs and self._same.anywhere(pairs):
            self._note_order(legacy, platform, path)
            return
        ordered, reordered = self._branch(), False
        try:
            ordered.compare_each(pairs, path)
            moved = _sides(pairs) if self._same.pairs_exactly else (legacy, platform)
            reordered = bool(ordered.found) and self._reordered(*moved, path)
        finally:
            self.fields += ordered.fields
            if not reordered:
                self.found.take(ordered.found)
        if reordered:
            self._note_order(legacy, platform, path)

    def _note_order(self, legacy: list[Json], platform: list[Json], path: str) -> None:
        self._note(path, DifferenceKind.ORDER, self._of_legacy(legacy, path), self._of_platform(platform, path))

    def _reordered(self, legacy: list[Json], platform: list[Json], path: str) -> bool:
        matched, left = self._matched(legacy, platform, path)
        again = self._branch()
        again.compare_each(matched, path)
        return not left and not again.found

    def _branch(self) -> Walk:
        """A walk at this one's cost, with nothing noted yet."""
        return Walk(self._rules, self._budget, self._key, again=self._again, sameness=self._same)

    def compare_each(self, pairs: Pairs, path: str) -> None:
        """Elements of the array at a path, pair by pair."""
        inner = paths.element(path)
        for legacy, platform in pairs:
            self.compare(legacy, platform, inner)

    def _matched(self, legacy: list[Json], platform: list[Json], path: str) -> tuple[Pairs, Pairs]:
        """Elements of equal form, paired in the order of their tolerated numbers; and the rest, as near as may be.

        Pairing numbers in their order leaves the smallest of largest distances, so that what can be tolerated is.
        What is the same on both sides is in neither.
        """
        inner = paths.element(path)
        legacy, platform = self._same.others(legacy, platform)
        ours = _by_text([(self._legacy.form(each, inner), each) for each in legacy])
        theirs = _by_text([(self._platform.form(each, inner), each) for each in platform])
        matched: Pairs = []
        for text in ours.keys() & theirs.keys():
            count = min(len(ours[text]), len(theirs[text]))
            matched += zip(ours[text][:count], theirs[text][:count], strict=True)
            ours[text], theirs[text] = ours[text][count:], theirs[text][count:]
        rest = ([value for text in sorted(side) for value in side[text]] for side in (ours, theirs))
        return matched, list(zip(*rest, strict=False))

    def _note(self, path: str, kind: DifferenceKind, legacy: str, platform: str) -> None:
        self.fields += kind is not DifferenceKind.VALUE
        self.found.note(path or paths.BODY, kind, legacy, platform)

    def _of_legacy(self, value: Json, path: str) -> str:
        return repr(self._legacy.form(value, path)) if self._rules.are_about_values else written(value).decode()

    def _of_platform(self, value: Json, path: str) -> str:
        return repr(self._platform.form(value, path)) if self._rules.are_about_values else written(value).decode()


def _sides(pairs: Pairs) -> tuple[list[Json], list[Json]]:
    return [legacy for legacy, _ in pairs], [platform for _, platform in pairs]


def _apart(one: Decimal, other: Decimal) -> Decimal:
    return EXACT.subtract(one, other).copy_abs()


def _by_text(formed: list[tuple[Form, Json]]) -> defaultdict[str, list[Json]]:
    values: defaultdict[str, list[Json]] = defaultdict(list)
    for (text, _), value in sorted(formed, key=lambda each: each[0]):
        values[text].append(value)
    return values
