"""A block: the calls of both sides over the same short time, the unit in which they are compared.

What happens to both sides in the same minute, a database that is down or a storm of bad requests, stands on both
sides of one block and decides nothing. Where a block ends depends on how many calls came, never on what became of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final

from facade.control.judge.call import ANSWERED, COUNTED, JudgedCall, Kind
from facade.control.judge.wager import Counts
from facade.routing.stage import Side

SIZE: Final = 5
"""Calls of the platform in a block: few, so that a dead platform is found in two of them; more than one, for speed."""

JUDGED: Final = (Side.LEGACY, Side.PLATFORM)
"""The sides that a guard compares; an answer of the facade's own is neither's."""


class SlownessCounter:
    """Calls slower than a time that each side has its own of, in seconds; infinite while none is known.

    `left` is how many of the slow ones had their caller hang up, which no other count holds.
    """

    __slots__ = ("left", "limits", "slow")

    def __init__(self) -> None:
        self.limits = dict.fromkeys(JUDGED, inf)
        self.clear()

    def __repr__(self) -> str:
        return f"<SlownessCounter {self.limits} slow={self.slow}>"

    def clear(self) -> None:
        self.slow = dict.fromkeys(JUDGED, 0)
        self.left = dict.fromkeys(JUDGED, 0)

    def add(self, call: JudgedCall, kind: Kind) -> None:
        side = call.side
        if call.seconds > self.limits[side] and kind is not Kind.ERROR:
            self.slow[side] += 1
            self.left[side] += kind is Kind.LEFT


class Block:
    """The calls since the last block ended."""

    __slots__ = ("_calls", "_kinds", "_slowness")

    def __init__(self, slowness: Sequence[SlownessCounter]) -> None:
        self._slowness = slowness
        self.clear()

    def __repr__(self) -> str:
        return f"<Block {self._calls}>"

    def clear(self) -> None:
        self._kinds = {side: [0] * len(Kind) for side in JUDGED}
        self._calls = dict.fromkeys(JUDGED, 0)
        for counter in self._slowness:
            counter.clear()

    @property
    def full(self) -> bool:
        return self._calls[Side.PLATFORM] >= SIZE and self._calls[Side.LEGACY] > 0

    def add(self, call: JudgedCall, kind: Kind) -> None:
        self._calls[call.side] += 1
        self._kinds[call.side][kind] += 1
        for counter in self._slowness:
            counter.add(call, kind)

    @property
    def errors(self) -> Counts:
        """Errors of all calls that count."""
        return self._counts(COUNTED, Kind.ERROR)

    def answers(self, kind: Kind) -> Counts:
        """Answers of one kind, of all that are no errors: a legacy that fails makes the platform no worse."""
        return self._counts(ANSWERED, kind)

    def slowness(self, counter: SlownessCounter) -> Counts:
        """Slow calls, of the answers and of the calls that were waited for so long."""
        legacy, platform = JUDGED
        calls = {side: sum(self._kinds[side][ANSWERED]) + counter.left[side] for side in JUDGED}
        return Counts(calls[legacy], counter.slow[legacy], calls[platform], counter.slow[platform])

    def _counts(self, among: slice, kind: Kind) -> Counts:
        legacy, platform = (self._kinds[side] for side in JUDGED)
        return Counts(sum(legacy[among]), legacy[kind], sum(platform[among]), platform[kind])
