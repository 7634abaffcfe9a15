"""What bets have come to, for as long as a route's evidence lasts: one E-process with fresh stakes in every block.

The law of this file: all stakes of a lifetime sum to 1 at most, and each is put in before the block it is bet on. So
the odds that the sum of all bets ever reaches 1/a, while the platform keeps within its limits, are at most a. A
platform that worked for a week and breaks today has lost the old stakes and none of the later ones: it is found about
as fast as on its first day. (Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change
detection", New England Journal of Statistics in Data Science 2, 2024, sum such processes; stakes that sum to 1 keep
the bound over all time instead of one over a time.)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, log1p
from typing import Final, NamedTuple

from facade.control.judge.wager import EXCESSES, NOTHING, Counts

SMALLEST_SAMPLE: Final = 10
"""Calls of the platform before any of it can fail: an operator told "2 of 2" would not believe it, rightly."""

_SHARE: Final = -log(len(EXCESSES))
"""Each bet gets an equal part of a stake."""


_NEARLY_ALL: Final = 0.9
"""A finding over so much of the evidence is told as one over all of it."""


class Finding(NamedTuple):
    """What decided: the calls that told it, and whether these are all there were or only the last."""

    counts: Counts
    whole: bool


class Wealth:
    """One check's bets. `odds` is how likely a false alarm may be, over the whole lifetime of the evidence.

    `total` is all calls so far; `finding` None until the check has failed, which is for good.
    """

    __slots__ = ("_bets", "_blocks", "_rises", "_since", "_threshold", "finding", "total")

    def __init__(self, odds: float) -> None:
        self.finding: Finding | None = None
        self.total = NOTHING
        self._threshold = -log(odds)
        self._bets = [-inf] * len(EXCESSES)
        self._rises = [0.0] * len(EXCESSES)
        self._since = [NOTHING] * len(EXCESSES)
        self._blocks = 0

    def __repr__(self) -> str:
        return f"<Wealth {exp(min(self.logarithm, 99)):.3g} of {exp(self._threshold):.3g} {self.total}>"

    @property
    def logarithm(self) -> float:
        """The sum of all bets, as its natural logarithm."""
        best = max(self._bets)
        return best if best == -inf else best + log(sum(exp(bet - best) for bet in self._bets))

    def settle(self, block: Counts, log_factors: Sequence[float]) -> None:
        """A block is over: fresh stakes and what stood before are multiplied by what it gave, a factor for each bet."""
        if self.finding is not None:
            return
        self._blocks += 1
        stake = _SHARE - log(self._blocks * (self._blocks + 1))  # 1/2 + 1/6 + 1/12 + ... = 1
        for number, factor in enumerate(log_factors):
            high, low = max(stake, self._bets[number]), min(stake, self._bets[number])
            self._bets[number] = high + log1p(exp(low - high)) + factor
            self._watch(number, factor, block)
        self.total = self.total.plus(block)
        if self.logarithm >= self._threshold and self.total.platform_calls >= SMALLEST_SAMPLE:
            self.finding = self._found()

    def _watch(self, number: int, factor: float, block: Counts) -> None:
        """Since when a bet has been gaining: since it last stood lowest, as in a CUSUM chart (Page 1954)."""
        if self._rises[number] <= 0:
            self._rises[number], self._since[number] = 0.0, NOTHING
        self._rises[number] += factor
        self._since[number] = self._since[number].plus(block)

    def _found(self) -> Finding:
        told = self._since[self._bets.index(max(self._bets))]
        whole = told.platform_calls >= _NEARLY_ALL * self.total.platform_calls
        return Finding(self.total if whole else told, whole)
