"""Burn-down: which share of each day's calls a silo still answers. Pure.

The law of this file: only days on which the sidecar watched are told. A day without calls that nobody watched is no
day without calls; and a day that was watched in part shows a share, but proves nothing (`is_whole`).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import msgspec

from facade.ending.counts import DayCalls
from facade.ending.trend import WEEK

RECENT: Final = WEEK
"""Whole days by which it is told how much a silo answers now: each weekday once."""


class BurnDownDay(msgspec.Struct, frozen=True, gc=False):
    """One watched day: the silo's `calls` of `every` call that passed. `share` is 0 to 1, None of a day without any.

    There are 20,000 of fifty silos, and the garbage collector stops the event loop to look at what it knows of.
    """

    day: datetime.date
    calls: int
    every: int
    share: float | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class BurnDown:
    """One silo's watched days, in order."""

    silo: str
    days: tuple[BurnDownDay, ...] = ()

    @property
    def recent(self) -> float | None:
        """The share of the last whole days' calls, 0 to 1; None where there were none."""
        days = [day for day in self.days if day.is_whole][-RECENT:]
        every = sum(day.every for day in days)
        return sum(day.calls for day in days) / every if every else None

    @property
    def quiet(self) -> tuple[BurnDownDay, ...]:
        """The whole days without a call since the last call, in order."""
        quiet: list[BurnDownDay] = []
        for day in reversed(self.days):
            if day.calls:
                break
            if day.is_whole:
                quiet.append(day)
        return tuple(reversed(quiet))


def burn_downs(
    silos: Iterable[str],
    calls: Iterable[DayCalls],
    observed: Collection[datetime.date],
    whole: AbstractSet[datetime.date],
) -> Mapping[str, BurnDown]:
    """That of each silo, from the calls of every target on each day; `observed` are all days watched at all."""
    every: defaultdict[datetime.date, int] = defaultdict(int)
    of_silo: defaultdict[str, dict[datetime.date, int]] = defaultdict(dict)
    for each in calls:
        every[each.day] += each.calls
        of_silo[each.target][each.day] = of_silo[each.target].get(each.day, 0) + each.calls
    days = sorted({*observed, *every})

    def day_of(silo: str, day: datetime.date) -> BurnDownDay:
        calls, all_calls = of_silo[silo].get(day, 0), every.get(day, 0)
        return BurnDownDay(day, calls, all_calls, calls / all_calls if all_calls else None, day in whole)

    return {silo: BurnDown(silo, tuple(day_of(silo, day) for day in days)) for silo in silos}
