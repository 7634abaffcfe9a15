"""The trial of a latency quantile: are more of the platform's calls slower than legacy's quantile and the margin?

The quantile is legacy's of the calls before a block, the calls are those of both sides in the block. If the platform's
times are at most legacy's and the margin, the part of them beyond the quantile and the margin is at most the part of
legacy's beyond the quantile, whatever happens to both sides in the same minute and however well the quantile is known.
"""

from __future__ import annotations

from math import inf
from typing import Final

from facade.control.judge.block import Block, SlownessCounter
from facade.control.judge.odds import LATENCY
from facade.control.judge.side import SideEvidence
from facade.control.judge.trial import Trial
from facade.routing.guard import LatencyMargin, Quantile
from facade.routing.stage import Side

_KNOWN: Final = 20
"""Calls of legacy before the first guess at a quantile; for the p99 a hundred, so that one lies above it."""


class SlownessTrial:
    """Calls slower than legacy's quantile, the margin added for the platform."""

    __slots__ = ("_known_at", "counter", "margin", "quantile", "trial")

    def __init__(self, quantile: Quantile, margin: LatencyMargin) -> None:
        self.quantile = quantile
        self.margin = margin
        self.counter = SlownessCounter()
        self.trial = Trial(0.0, LATENCY, float(1 - quantile.value))
        self._known_at = max(_KNOWN, int(1 / (1 - quantile.value)))

    def aim(self, legacy: SideEvidence) -> None:
        """Take legacy's quantile anew when its calls have grown by a tenth: for blocks to come, from those before."""
        if legacy.times.count >= self._known_at:
            seconds = legacy.times.quantile(float(self.quantile.value))
            self.counter.limits = {Side.LEGACY: seconds, Side.PLATFORM: self.margin.above(seconds)}
            self._known_at = int(legacy.times.count * 1.1) + 1

    def settle(self, block: Block) -> None:
        if self.counter.limits[Side.LEGACY] != inf:
            self.trial.settle(block.slowness(self.counter))
