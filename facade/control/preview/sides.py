"""Who answers a call of a sample under one route, and which part of a band of places changes side. Pure.

The law of this file: it decides as `facade.routing.decide` does, by what is known of a call: the rules it met, whether
it carried a key, and in which band of the places that key lies. `tests/facade/control/preview/test_sides.py` holds
the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from facade.control.preview.shown import Division, Shown
from facade.control.usage.sample import BANDS, Basis
from facade.routing.route import Keys, WithoutKey
from facade.routing.stage import Side, Stage


@dataclass(frozen=True, slots=True)
class Split:
    """Who answers: the platform the places below `below`, 0 to 1, and `above` (legacy, or the facade) the others.

    `is_placed` unless the places cannot be told, because keys are read from elsewhere than when they were counted.
    """

    below: float
    above: Side = Side.LEGACY
    is_placed: bool = True

    @property
    def is_divided(self) -> bool:
        return 0 < self.below < 1


def split_of(route: Shown, basis: Basis, *, has_key: bool) -> Split:
    """Who answers calls of this basis."""
    if route.stage is Stage.GONE:
        return Split(0.0, Side.OWN)
    division = route.division
    if route.stage is not Stage.CANARY or division is None:
        return Split(route.share)
    for rules, below in ((division.legacy_for, 0.0), (division.platform_for, 1.0)):
        if not set(rules).isdisjoint(basis.rules):
            return Split(below)
    return _by_key(route, division, basis, has_key=has_key)


def all_at(side: Side) -> Split:
    """Everything is answered there."""
    return Split(1.0) if side is Side.PLATFORM else Split(0.0, side)


def moved(before: Split, after: Split, band: int | None, *, is_placed: bool) -> dict[Side, float]:
    """Which part of a band goes to which side that it was not at; without a band it may lie anywhere.

    Unless `is_placed`, keys lie elsewhere before than after, and the part is what is to be expected.
    """
    if is_placed:
        return _overlapping(before, after, band)
    to_platform = (1 - before.below) * after.below
    from_platform = before.below * (1 - after.below)
    between = (1 - before.below) * (1 - after.below) if before.above is not after.above else 0.0
    return _parts(to_platform, from_platform + between, after.above)


def _by_key(route: Shown, division: Division, basis: Basis, *, has_key: bool) -> Split:
    if division.keys is Keys.EVICT:
        return Split(0.0)
    if basis.by != division.by:
        return Split(route.share, is_placed=False)
    if has_key:
        return Split(route.share)
    is_open = division.keys is Keys.OPEN
    return Split(1.0 if is_open and division.without_key is WithoutKey.PLATFORM else 0.0)


def _overlapping(before: Split, after: Split, band: int | None) -> dict[Side, float]:
    start, end = (0.0, 1.0) if band is None else (band / BANDS, (band + 1) / BANDS)
    to_platform = _within(before.below, after.below, start, end)
    from_platform = _within(after.below, before.below, start, end)
    between = 0.0
    if before.above is not after.above:
        between = _within(max(before.below, after.below), 1.0, start, end)
    return _parts(to_platform, from_platform + between, after.above)


def _within(low: float, high: float, start: float, end: float) -> float:
    """Which part of a band lies from `low` to `high`."""
    return max(0.0, min(high, end) - max(low, start)) / (end - start)


def _parts(to_platform: float, to_others: float, others: Side) -> dict[Side, float]:
    parts = {Side.PLATFORM: to_platform, others: to_others}
    return {side: part for side, part in parts.items() if part > 0}
