"""What is known of past calls, read for whoever looks at schedules and evidence: seldom, and never on the event loop.

Days that are over are read once a day: of a year of a thousand routes their sums take SQLite seconds. The last two are
read again, for midnight's last calls are written behind it. Whoever asks again within `FRESH` seconds gets the same.
"""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from facade.control.usage.counts_rows import DAYS
from facade.ending.burndown import BurnDown, burn_downs
from facade.ending.counts import CallerCalls, Counts, DayCalls
from facade.ending.schedule import CALLERS

FRESH: Final = 2.0
"""Seconds: shorter than anybody looks twice, and long enough for a page's many questions to cost one reading."""

_UNSETTLED: Final = datetime.timedelta(days=2)
"""Back to here days are read again: yesterday's last calls may be written today."""


class Counting(Protocol):
    """Who keeps the counts: `facade.control.usage.counted.CountsKeeper`."""

    def today(self) -> datetime.date: ...
    async def watched(self, since: datetime.date) -> Counts: ...
    async def days(self, since: datetime.date) -> tuple[DayCalls, ...]: ...
    async def callers(self, since: datetime.date) -> tuple[CallerCalls, ...]: ...


@dataclass(frozen=True, slots=True)
class Past:
    """What is known on the day `today`: each silo's burn-down, who watched, and who called in the last `CALLERS` days.

    `problem` is why nothing is known, as `place: what is wrong; what to do`; then all of it is empty.
    """

    today: datetime.date
    burn_downs: Mapping[str, BurnDown]
    callers: tuple[CallerCalls, ...] = ()
    counts: Counts = field(default_factory=Counts)

    @property
    def problem(self) -> str | None:
        return self.counts.problem


class PastCalls:
    """Reads it of `counting`, for the silos that `names` names. `monotonic` is in seconds."""

    def __init__(self, counting: Counting, names: Callable[[], frozenset[str]], monotonic: Callable[[], float]) -> None:
        self._counting = counting
        self._names = names
        self._monotonic = monotonic
        self._over: tuple[DayCalls, ...] = ()
        self._read_on: datetime.date | None = None
        self._known: tuple[float, frozenset[str], Past] | None = None
        self._one = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<PastCalls {self._counting!r}>"

    async def read(self) -> Past:
        """What is known now. It never fails."""
        async with self._one:
            names, today = self._names(), self._counting.today()
            if self._known is not None:
                at, of, past = self._known
                if of == names and past.today == today and self._monotonic() - at < FRESH:
                    return past
            past = await self._past(names, today)
            self._known = self._monotonic(), names, past
            return past

    async def callers(self, days: int) -> tuple[CallerCalls, ...]:
        """Who called in the last so many days. Nobody where that cannot be read, which `read` says too."""
        if days == CALLERS:
            return (await self.read()).callers
        try:
            return await self._counting.callers(self._counting.today() - datetime.timedelta(days))
        except (OSError, sqlite3.Error, msgspec.DecodeError):
            return ()

    async def _past(self, names: frozenset[str], today: datetime.date) -> Past:
        counts = await self._counting.watched(today - datetime.timedelta(DAYS))
        if counts.problem is not None:
            return _unknown(names, today, counts)
        try:
            days = await self._days(today)
            callers = await self._counting.callers(today - datetime.timedelta(CALLERS))
        except (OSError, sqlite3.Error, msgspec.DecodeError) as error:
            problem = f"calls: {error}; mend `state`, or nothing is known of past calls"
            return _unknown(names, today, Counts(problem=problem))
        burnt = await asyncio.to_thread(burn_downs, names, days, counts.observed.keys(), counts.whole)
        return Past(today, burnt, callers, counts)

    async def _days(self, today: datetime.date) -> tuple[DayCalls, ...]:
        """The calls of each day to each target, of all days that are kept."""
        unsettled = today - _UNSETTLED
        if self._read_on != today:
            since = today - datetime.timedelta(DAYS)
            self._over = tuple(each for each in await self._counting.days(since) if each.day < unsettled)
            self._read_on = today
        return self._over + await self._counting.days(unsettled)


def _unknown(names: frozenset[str], today: datetime.date, counts: Counts) -> Past:
    return Past(today, {name: BurnDown(name) for name in names}, counts=counts)
