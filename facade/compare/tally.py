"""What a route's comparisons come to, in bounded memory: parity, and the fields that differ, with their noise.

The law of this file: whether a field counts is decided by all that is known, now and for what came before. So what is
kept of a comparison is which fields differed in it together; it turns from different into equal when each of them
turns out to be noise. Nothing is kept of any value: a field is a path and a kind.
"""

from __future__ import annotations

import enum
from collections import Counter
from typing import Final, TypeAlias

from facade.compare import noise
from facade.compare.difference import Comparison, DifferenceKind
from facade.compare.fields import FieldReport, FieldTally
from facade.compare.parity import Agreement, upper_bound

Field: TypeAlias = tuple[str, DifferenceKind]
"""A path and the way it differs."""

PATHS: Final = 200
"""Paths that are told apart; a body with more fields that differ is told by its first ones."""

OTHER: Final = ":other"
"""The path of all fields beyond them."""

COMBINATIONS: Final = 256
"""Sets of fields that differed together. One more is decided when it comes, by what is known then."""


class Result(enum.StrEnum):
    """What a comparison was counted as: the label of `facade_shadow_total`."""

    MATCH = "match"
    DIFFER = "differ"
    NOISE = "noise"
    ERROR = "error"


class Tally:
    """One route's comparisons since its last change. `asks_twice` tells whether legacy is asked for its noise at all.

    Times are moments of the caller's clock, in seconds, and only told again.
    """

    __slots__ = ("_asks_twice", "_combinations", "_equal", "_fields", "_late", "_paths", "compared", "failed", "noises")

    def __init__(self, *, asks_twice: bool) -> None:
        self.compared = 0
        self.failed = 0
        self.noises = 0
        self._asks_twice = asks_twice
        self._equal = 0
        self._late = 0
        self._paths: set[str] = set()
        self._fields: dict[Field, FieldTally] = {}
        self._combinations: Counter[frozenset[Field]] = Counter()

    def __repr__(self) -> str:
        return f"<Tally {self.agreement()!r} noises={self.noises} fields={len(self._fields)}>"

    def add(self, comparison: Comparison, now: float) -> Result:
        """Legacy and platform were compared."""
        if not comparison.made:
            self.failed += 1
            return Result.ERROR
        self.compared += 1
        if not comparison.differences:
            self._equal += 1
            return Result.MATCH
        differing = self._placed(comparison)
        for field, tokens in differing.items():
            self._tallied(field).differed(tokens, now)
        result = Result.DIFFER if any(map(self.counts, differing)) else Result.NOISE
        self._keep(frozenset(differing), result)
        return result

    def add_noise(self, comparison: Comparison) -> None:
        """Two answers of legacy to the same request were compared."""
        if comparison.made:
            self.noises += 1
            for field in self._placed(comparison):
                self._tallied(field).noise += 1

    def fail(self) -> None:
        """A comparison came to nothing: an answer was late, or the platform could not be asked."""
        self.failed += 1

    def counts(self, field: Field) -> bool:
        """Whether a field's differences are more than noise, as far as is known."""
        tallied = self._fields[field]
        return noise.counts(tallied.raw / max(self.compared, 1), tallied.noise / max(self.noises, 1))

    def surely_differs(self, comparison: Comparison) -> bool:
        """Whether a comparison that was added holds a difference even if legacy is as noisy as it may yet turn out.

        The guard's failures go by this: before legacy was asked twice some times, nothing is sure.
        """
        return any(map(self._surely, self._placed(comparison)))

    def agreement(self) -> Agreement:
        """Parity as known now."""
        counting = {field for field in self._fields if self.counts(field)}
        kept = sum(count for fields, count in self._combinations.items() if fields.isdisjoint(counting))
        return Agreement(self.compared, self._equal + self._late + kept, self.failed)

    def top(self, number: int) -> tuple[FieldReport, ...]:
        """The fields that differ most, those that count before those that are noise."""
        ranked = sorted(self._fields, key=lambda field: (not self.counts(field), -self._fields[field].raw, field))
        return tuple(self._report(field) for field in ranked[:number] if self._fields[field].raw)

    def _placed(self, comparison: Comparison) -> dict[Field, list[str]]:
        """The fields that a comparison's differences are counted under, and their tokens."""
        placed: dict[Field, list[str]] = {}
        for each in comparison.differences:
            if each.path not in self._paths and len(self._paths) < PATHS:
                self._paths.add(each.path)
            path = each.path if each.path in self._paths else OTHER
            placed.setdefault((path, each.kind), []).append(each.token)
        return placed

    def _tallied(self, field: Field) -> FieldTally:
        return self._fields.setdefault(field, FieldTally())

    def _keep(self, differing: frozenset[Field], result: Result) -> None:
        if differing in self._combinations or len(self._combinations) < COMBINATIONS:
            self._combinations[differing] += 1
        elif result is Result.NOISE:
            self._late += 1

    def _surely(self, field: Field) -> bool:
        tallied = self._fields[field]
        at_most = upper_bound(tallied.noise, self.noises) if self._asks_twice else 0.0
        return noise.counts(tallied.raw / self.compared, at_most)

    def _report(self, field: Field) -> FieldReport:
        return self._fields[field].report(*field, self.compared, self.noises, counts=self.counts(field))
