"""Made-up past calls of silos, for tests of forecast, schedule and evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from facade.ending.burndown import BurnDown, burn_downs
from facade.ending.counts import CallerCalls, DayCalls

TODAY = datetime.date(2026, 11, 23)
"""A Monday."""

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
DAY = datetime.timedelta(1)


def before(days: int) -> datetime.date:
    return TODAY - days * DAY


def burnt(shares: Sequence[float | None], silo: str = "portal", every: int = 10_000) -> BurnDown:
    """A silo that answered these shares of so many calls on the days up to yesterday; None where nobody watched."""
    days = [before(len(shares) - number) for number in range(len(shares))]
    watched = [day for day, share in zip(days, shares, strict=True) if share is not None]
    calls = [
        each
        for day, share in zip(days, shares, strict=True)
        if share is not None
        for each in (DayCalls(day, silo, round(share * every)), DayCalls(day, "", every - round(share * every)))
    ]
    return burn_downs([silo], calls, watched, frozenset(watched))[silo]


def falling(start: float, end: float, days: int) -> list[float]:
    """Shares that fall in a straight line, to `end` on the last day."""
    return [start + (end - start) * number / (days - 1) for number in range(days)]


def called(*names: str, silo: str = "portal", calls: int = 3) -> Iterable[CallerCalls]:
    return tuple(CallerCalls(silo, name, calls, NOW - DAY) for name in names)
