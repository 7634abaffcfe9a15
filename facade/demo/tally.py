"""What citizens were answered, and by whom: the one mutable state of the demonstration's traffic.

A tally covers a period; a request belongs to the period in which it began, and `waiting` says how many have not come
back. Sizes are bounded by citizens and routes.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from facade.demo.shares import Measured
from facade.routing.stage import Side

_KINDS_OF_FAILURE: Final = 20
"""Distinct failures kept in words; all are counted."""


class Tally:
    """The answers of one period."""

    def __init__(self) -> None:
        self.waiting = 0
        self.answered: Counter[tuple[str, Side]] = Counter()
        self.failed: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self._sides: dict[tuple[str, str], set[Side]] = {}

    def __repr__(self) -> str:
        return f"<Tally answered={self.answered.total()} failed={self.failed.total()} waiting={self.waiting}>"

    def begun(self) -> None:
        """A request went out."""
        self.waiting += 1

    def right(self, route: str, caller: str, side: Side) -> None:
        """It was answered as it should be, by `side`."""
        self.waiting -= 1
        self.answered[route, side] += 1
        self._sides.setdefault((route, caller), set()).add(side)

    def wrong(self, route: str, why: str) -> None:
        """It was not."""
        self.waiting -= 1
        self.failed[route] += 1
        failure = f"{route}: {why}"
        if failure in self.failures or len(self.failures) < _KINDS_OF_FAILURE:
            self.failures[failure] += 1

    def measured(self, route: str) -> Measured:
        """The callers of `route` by side."""
        sides = [found for (known, _), found in self._sides.items() if known == route]
        platform = sum(Side.PLATFORM in found for found in sides)
        return Measured(len(sides), platform, sum(len(found) > 1 for found in sides))

    def on_platform(self, route: str) -> frozenset[str]:
        """The callers of `route` whom the platform answered at least once."""
        return frozenset(
            caller for (known, caller), found in self._sides.items() if known == route and Side.PLATFORM in found
        )
