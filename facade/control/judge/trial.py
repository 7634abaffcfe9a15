"""A trial of the platform against legacy: does it hit more often than legacy and a margin, over the same time?

Each check of a guard is one or more trials, which differ in what a hit is. A trial is fed block by block; it bets on
several excesses at once (`wager`) and remembers what the bets have come to (`wealth`).
"""

from __future__ import annotations

from typing import Final

from facade.control.judge.wager import EXCESSES, Counts, log_factor, log_factor_alone
from facade.control.judge.wealth import Wealth

_MEMORY: Final = 2_000
"""Calls of legacy after which its rate is forgotten, bit by bit: some minutes of a busy route, so that what is expected
follows the hour. A wrong expectation makes a trial slower, never false."""

_PRIOR_CALLS: Final = 10
"""As many calls a guess is worth before there are any."""

_STRICTEST: Final = 0.0001
"""The least share of hits that a fixed limit allows: against a limit of none, one hit in a lifetime would decide."""


class Trial:
    """Hits of the platform against hits of legacy and `margin`; `guess` is legacy's rate before anything is known."""

    __slots__ = ("_calls", "_hits", "_margin", "wealth")

    def __init__(self, margin: float, odds: float, guess: float) -> None:
        self.wealth = Wealth(odds)
        self._margin = margin
        self._calls: float = _PRIOR_CALLS
        self._hits = guess * _PRIOR_CALLS

    def __repr__(self) -> str:
        return f"<Trial {self.wealth!r} margin={self._margin:g}>"

    @property
    def expected(self) -> float:
        """Legacy's rate of hits, as of the calls before the next block."""
        return self._hits / self._calls

    def settle(self, block: Counts) -> None:
        """A block of calls of the same time is over. One without calls of either side tells nothing."""
        if not block.legacy_calls or not block.platform_calls:
            return
        expected = self.expected
        self.wealth.settle(block, [log_factor(block, expected, self._margin, excess) for excess in EXCESSES])
        kept = max(0.0, 1 - block.legacy_calls / _MEMORY)
        self._calls = self._calls * kept + block.legacy_calls
        self._hits = self._hits * kept + block.legacy_hits


class TrialAlone:
    """Hits against a fixed limit, where there is no other side: differences among comparisons."""

    __slots__ = ("_limit", "wealth")

    def __init__(self, limit: float, odds: float) -> None:
        self.wealth = Wealth(odds)
        self._limit = max(limit, _STRICTEST)

    def __repr__(self) -> str:
        return f"<TrialAlone {self.wealth!r} limit={self._limit:g}>"

    def settle(self, *, hit: bool) -> None:
        block = Counts(0, 0, 1, int(hit))
        self.wealth.settle(block, [log_factor_alone(1, int(hit), self._limit, excess) for excess in EXCESSES])
