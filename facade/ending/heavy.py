"""Which shapes are kept, where there are more than can be: those that are called most, whatever else floods in.

The law of this file is Space-Saving (Metwally, Agrawal and El Abbadi, Efficient computation of frequent and top-k
elements in data streams, 2005): of `MOST` shapes, a new one takes the place of the one that weighs least and inherits
its weight. So a shape with more than one in `MOST` of all calls is always kept: whoever wants it out has to send a
thousand times as many. The inherited weight only ranks: the calls that are told were counted, every one of them.
"""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MOST: Final = 1_000
"""Shapes that are kept: nobody writes a route for each of more."""


class Shaped(NamedTuple):
    """What calls have in common that no route covers."""

    method: str
    shape: str


@dataclass(slots=True)
class Kept:
    """One shape that is kept: its calls by the class of their answers, and the weight that it has inherited."""

    first: datetime.date
    last: datetime.date
    status: dict[str, int] = field(default_factory=dict)
    inherited: int = 0

    @property
    def calls(self) -> int:
        return sum(self.status.values())

    @property
    def weight(self) -> int:
        return self.calls + self.inherited


def add(
    kept: dict[Shaped, Kept], new: Mapping[Shaped, Mapping[str, int]], day: datetime.date, most: int = MOST
) -> None:
    """Add a day's new calls, by shape and class, to what is kept, of which there are `most` at the most."""
    for shaped in new.keys() & kept.keys():
        _count(kept[shaped], new[shaped], day)
    lightest = [(each.weight, shaped) for shaped, each in kept.items()]
    heapq.heapify(lightest)
    for shaped in sorted(new.keys() - kept.keys()):
        entered = Kept(day, day)
        if len(kept) >= most:
            entered.inherited, leaving = heapq.heappop(lightest)
            del kept[leaving]
        _count(entered, new[shaped], day)
        kept[shaped] = entered
        heapq.heappush(lightest, (entered.weight, shaped))


def _count(kept: Kept, status: Mapping[str, int], day: datetime.date) -> None:
    kept.first, kept.last = min(kept.first, day), max(kept.last, day)
    for code, calls in status.items():
        kept.status[code] = kept.status.get(code, 0) + calls
