"""Keeps the sample of calls: a stretch every few minutes, written in a thread; and reads a day of it when asked."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog

from facade.control.usage.book import UsageBook
from facade.control.usage.tally import Tally, tally
from facade.usage import STRETCH, Usage

_log = structlog.get_logger("facade.control.usage")


@dataclass(frozen=True, slots=True)
class Day:
    """A day's usage; `is_over` unless it is today, of which there is more to come."""

    day: datetime.date
    is_over: bool
    tally: Tally


class UsageKeeper:
    """Takes each stretch to the book. `clock` tells the time, aware, in UTC; `timezone` names the zone of the days."""

    def __init__(
        self,
        usage: Usage,
        book: UsageBook,
        clock: Callable[[], datetime.datetime],
        timezone: Callable[[], str],
    ) -> None:
        self._usage = usage
        self._book = book
        self._clock = clock
        self._timezone = timezone
        self._began = clock()
        self._is_kept = True
        self._lock = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<UsageKeeper {self._book!r}>"

    async def watch(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Turn to the next stretch, again and again."""
        while True:
            await sleep(STRETCH)
            await self.turn()

    async def turn(self) -> None:
        """End the stretch and keep it; one that cannot be kept is lost, told of once, and stops nothing."""
        stretch, day = self._usage.turn(), self._day(self._began)
        now = self._began = self._clock()
        if not stretch.calls:
            return
        try:
            async with self._lock:
                await asyncio.to_thread(self._book.add, stretch, now, day)
        except OSError as error:
            if self._is_kept:
                problem = f"{self._book.folder}: {error.strerror}; mend `state`, or facade preview knows no calls"
                _log.warning("usage not kept", problem=problem)
            self._is_kept = False
        else:
            self._is_kept = True

    async def last_day(self) -> Day | None:
        """The last day that is over, else today; None where nothing was kept. Raises OSError."""
        today = self._day(self._clock())
        async with self._lock:  # one at a time: a day is a tenth of a second's work for a thread
            return await asyncio.to_thread(self._read, today)

    def _read(self, today: datetime.date) -> Day | None:
        days = self._book.days()
        over = [day for day in days if day < today]
        if not days:
            return None
        day = over[-1] if over else days[-1]
        return Day(day, bool(over), tally(self._book.samples(day)))

    def _day(self, moment: datetime.datetime) -> datetime.date:
        return moment.astimezone(ZoneInfo(self._timezone())).date()
