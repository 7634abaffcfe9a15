"""Bets that a side hits more often than it may: fair at best while it does not, growing when it does. Pure sums.

A hit is what a check looks for: an error, a status of one class, a call slower than some time. The law of this file:
if the platform's rate of hits is at most legacy's plus the margin, a bet's factor is 1 or less on average, whatever
legacy's rate is. Products of such factors are E-processes, so that they may be looked at after every call:
the odds that one ever reaches 1/a are at most a (Ville 1939).

For one block of calls of the same time, the factor is A(legacy's hits) * B(platform's hits), where

    a call of legacy     gives 1 - c * (hit - l)      l  a rate of legacy's
    a call of platform   gives 1 + t * (hit - p)      p = l + margin

with `legacy calls * c = platform calls * t`. On average a call of legacy at rate a gives 1 - c * (a - l), and one of
the platform at the highest allowed rate a + margin gives 1 + t * (a - l). The logarithm of the block's mean factor,
`m log(1 - c (a - l)) + n log(1 + t (a - l))`, is concave in a, nought at a = l, and its slope there is
`n t - m c = 0`: it is nought at most. Lower rates of the platform only lessen it. By the concavity of the logarithm
the same holds where the rates change within the block, of their means. This is the E-variable of Turner, Ly and
Grunwald, "Generic E-variables for exact sequential k-sample tests that allow for optional stopping" (Journal of
Statistical Planning and Inference 230, 2024) with a bet in the sense of Waudby-Smith and Ramdas, "Estimating means of
bounded random variables by betting" (Journal of the Royal Statistical Society B 86, 2024).
"""

from __future__ import annotations

from math import log1p
from typing import Final, NamedTuple

EXCESSES: Final = (0.02, 0.06, 0.2, 0.6)
"""How far above what is allowed the platform may be: one bet each, three times the one before, because a bet within
a factor of two of the true excess loses little of its growth. Less than 2 points above a limit takes thousands of calls
to tell, whatever is bet on."""

_CERTAIN: Final = 0.99
"""The highest rate of hits that is bet on: a bet on certainty would lose all by one call that is none."""

_BOLDEST: Final = 0.9
"""The most of a bet that one hit of legacy may take: what is left can still grow again."""


class Counts(NamedTuple):
    """Calls of each side, and how many of them were hits."""

    legacy_calls: int
    legacy_hits: int
    platform_calls: int
    platform_hits: int

    def plus(self, other: Counts) -> Counts:
        return Counts(*map(int.__add__, self, other))

    @property
    def legacy_rate(self) -> float:
        return self.legacy_hits / self.legacy_calls if self.legacy_calls else 0.0

    @property
    def platform_rate(self) -> float:
        return self.platform_hits / self.platform_calls if self.platform_calls else 0.0

    @property
    def rise(self) -> float:
        """How much more often the platform hits."""
        return self.platform_rate - self.legacy_rate


NOTHING: Final = Counts(0, 0, 0, 0)


def log_factor(block: Counts, expected: float, margin: float, excess: float) -> float:
    """What a block of calls of both sides gives to a bet on `excess` above legacy's rate and the margin.

    `expected` is legacy's rate as known before the block: the better it is, the more a true bet grows; it does not
    bear on the law. All of them are parts of 1. A block without calls of either side says nothing.
    """
    legacy_calls, legacy_hits, platform_calls, platform_hits = block
    supposed = min(expected + margin + excess, _CERTAIN)
    if not legacy_calls or not platform_calls or supposed - margin <= expected:
        return 0.0
    legacy, platform = _nearest(legacy_calls / platform_calls, expected, margin, supposed)
    tilt = (supposed - platform) / (platform * (1 - platform))
    counter = min(tilt * platform_calls / legacy_calls, _BOLDEST / (1 - legacy))
    tilt = counter * legacy_calls / platform_calls
    return (
        legacy_hits * log1p(-counter * (1 - legacy))
        + (legacy_calls - legacy_hits) * log1p(counter * legacy)
        + platform_hits * log1p(tilt * (1 - platform))
        + (platform_calls - platform_hits) * log1p(-tilt * platform)
    )


def log_factor_alone(calls: int, hits: int, limit: float, excess: float) -> float:
    """The same of one side against a fixed limit: the likelihood ratio of `limit + excess` to `limit` (Wald 1945).

    `limit` lies between 0 and 1, both excluded.
    """
    supposed = min(limit + excess, _CERTAIN)
    if supposed <= limit:
        return 0.0
    return hits * log1p((supposed - limit) / limit) + (calls - hits) * log1p((limit - supposed) / (1 - limit))


def _nearest(weight: float, expected: float, margin: float, supposed: float) -> tuple[float, float]:
    """The allowed rates nearest to the supposed ones, weighted by calls: exact without a margin, near enough with."""
    legacy = (weight * expected + supposed - margin) / (weight + 1)
    return legacy, legacy + margin
