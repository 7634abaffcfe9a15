"""How long calls took, in a bounded number of buckets that each grow by a twentieth: quantiles within 5 %. Pure."""

from __future__ import annotations

from itertools import accumulate
from math import ceil, log
from typing import Final

SHORTEST: Final = 0.0001
"""Seconds of the first bucket's end: a call through sockets takes no less than 0.1 ms."""

LONGEST: Final = 3600.0
"""Seconds of the last bucket's beginning: no call is waited for longer than an hour."""

GROWTH: Final = 1.05
"""Each bucket's end is 5 % above the one before: finer than any margin that an operator would trust."""

_LOG_GROWTH: Final = log(GROWTH)
BUCKETS: Final = ceil(log(LONGEST / SHORTEST) / _LOG_GROWTH) + 1


class Histogram:
    """Times in seconds, counted."""

    __slots__ = ("_buckets", "count")

    def __init__(self) -> None:
        self.count = 0
        self._buckets = [0] * BUCKETS

    def __repr__(self) -> str:
        return f"<Histogram of {self.count}: p50={self.quantile(0.5):.4g} s p99={self.quantile(0.99):.4g} s>"

    def add(self, seconds: float) -> None:
        """Count one time; what is no time at all (below nought, not a number) counts as the shortest."""
        self.count += 1
        self._buckets[_bucket(seconds)] += 1

    def quantile(self, part: float) -> float:
        """Seconds that at least `part` (above 0, at most 1) of the times do not exceed, up to 5 % too much.

        0 when nothing was counted.
        """
        rank = ceil(part * self.count)
        for number, sofar in enumerate(accumulate(self._buckets)):
            if sofar >= rank > 0:
                return float(SHORTEST * GROWTH**number)
        return 0.0


def _bucket(seconds: float) -> int:
    if not seconds > SHORTEST:
        return 0
    if seconds >= LONGEST:
        return BUCKETS - 1
    return ceil(log(seconds / SHORTEST) / _LOG_GROWTH)
