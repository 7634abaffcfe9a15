"""Parity: the share of equal answers, and what it surely is. Pure sums.

The bound is Wilson's, one-sided at 95 % (E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", Journal of the American Statistical Association 22, 1927): it holds near 100 %, where parity lies and where
the textbook's normal approximation says that ten equal answers of ten prove everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from typing import Final

Z: Final = 1.6448536269514722
"""The 95 % quantile of the normal distribution: one chance in twenty to believe in too high a parity."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Comparisons made, how many of them found both sides equal, and how many came to nothing."""

    compared: int = 0
    equal: int = 0
    failed: int = 0

    @property
    def share(self) -> float:
        """Parity as measured, a part of 1; 0 where nothing was compared."""
        return self.equal / self.compared if self.compared else 0.0

    @property
    def at_least(self) -> float:
        """Parity's lower bound."""
        return lower_bound(self.equal, self.compared)


def lower_bound(hits: int, trials: int) -> float:
    """What the true share of hits is at least, with 95 % confidence; 0 where nothing was tried."""
    return max(_bound(hits, trials, -Z), 0.0) if trials else 0.0


def upper_bound(hits: int, trials: int) -> float:
    """What the true share of hits is at most, with 95 % confidence; 1 where nothing was tried."""
    return min(_bound(hits, trials, Z), 1.0) if trials else 1.0


def comparisons_needed(parity: Fraction) -> int | None:
    """How many comparisons show a parity if not one differs: n / (n + z^2) must reach it. None for 100 %.

    >>> comparisons_needed(Fraction("0.995"))
    539
    """
    return ceil(Z * Z * float(parity / (1 - parity))) if parity < 1 else None


def _bound(hits: int, trials: int, z: float) -> float:
    square = z * z
    middle = hits + square / 2
    spread = z * sqrt(hits * (trials - hits) / trials + square / 4)
    return (middle + spread) / (trials + square)
