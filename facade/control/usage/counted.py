"""Keeps the counts of calls: takes a turn every few seconds, writes it in a thread, and reads days when asked.

A day is one of the operator's timezone: a turn ends at midnight. How long a day was watched is told by a clock that
nobody sets, so that a kill leaves a gap where nobody watched and a clock that jumps leaves none.
"""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import structlog

from facade.calls import TURN, Calls, Turn
from facade.config.settings import Configuration
from facade.control.usage.counts_book import CountsBook
from facade.control.usage.counts_read import CountsReading, reading
from facade.control.usage.words import words
from facade.ending.counts import CallerCalls, Counts, DayCalls
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics

_IDLE: Final = 60.0
"""Seconds without a call after which it is written that they were watched: a sidecar at rest leaves its disk alone."""

_LONGEST: Final = 4 * TURN
"""Seconds of a turn that count as watched: one that took longer was a process that stood still."""

_SOONEST: Final = 0.05
"""Seconds of the shortest turn, at midnight."""

_WAITING: Final = 64
"""Turns that wait for the disk, four minutes of them; then a turn takes as long as the disk does."""

_log = structlog.get_logger("facade.control.usage")

Read = TypeVar("Read")


class _Taken(NamedTuple):
    """A turn as the book takes it."""

    day: datetime.date
    turn: Turn
    last: datetime.datetime
    watched: float
    length: float


class CountsKeeper:
    """Takes each turn of `calls` to the book; `configuration` gives the zone of the days and the operator's words.

    `clock` tells the time, aware, in UTC; `monotonic` is in seconds. `is_watching` until a successor does.
    """

    def __init__(
        self,
        calls: Calls,
        book: CountsBook,
        configuration: Callable[[], Configuration],
        metrics: Metrics,
        clock: Callable[[], datetime.datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._calls = calls
        self._book = book
        self._configuration = configuration
        self._metrics = metrics
        self._clock = clock
        self._monotonic = monotonic
        self._spoken: Configuration | None = None
        self._began = clock()
        self._since = monotonic()
        self._watched = 0.0
        self._is_kept = True
        self._taken: deque[_Taken] = deque()
        self._keeping = asyncio.Lock()
        self.is_watching = True

    def __repr__(self) -> str:
        return f"<CountsKeeper {self._book!r}>"

    async def watch(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Turn again and again, and at midnight, however long the disk takes meanwhile."""
        while True:
            if not self._keeping.locked():
                _ = spawn(self._keep(), "keep counts of calls")
            await sleep(self._rest())
            self._take(_IDLE)

    async def turn(self, idle: float = _IDLE) -> None:
        """End the turn and keep it, unless nothing was watched for `idle` seconds but silence.

        What cannot be written waits for the next turn; it is told once, and stops nothing.
        """
        self._take(idle)
        await self._keep()

    def _take(self, idle: float) -> None:
        """End the turn, at once: what is counted from now on may be another day's."""
        self._watched += self._elapsed()
        day, now = self._day(self._began), self._clock()
        is_over = self._day(now) != day
        if len(self._taken) >= _WAITING:
            return
        turn, last = self._calls.turn(), self._began if is_over else now
        self._began = now
        if is_over:
            self._calls.forget()
        elif not turn.calls and not turn.orphans and self._watched < idle:
            return
        self._taken.append(_Taken(day, turn, last, self._watched, self._length(day)))
        self._watched = 0.0

    async def _keep(self) -> None:
        """Write what was taken, in its order."""
        async with self._keeping:
            await self._learn()
            while self._taken:
                try:
                    await asyncio.to_thread(self._book.add, *self._taken.popleft())
                except (OSError, sqlite3.Error, msgspec.DecodeError) as error:
                    self._unkept(error)
                else:
                    self._is_kept = True

    async def end(self) -> None:
        """The last turn; nothing is counted after it."""
        await self.turn(idle=0.0)
        await asyncio.to_thread(self._book.close)

    async def read(self, since: datetime.date, target: str | None = None) -> Counts:
        """The counts of each day from then on: rows of all targets or one's, who watched, and the orphans.

        It never fails: what keeps it from being read is its `problem`, and then no day is known.
        """
        return await self._known(since, lambda counts: counts.counts(target))

    async def watched(self, since: datetime.date) -> Counts:
        """The same without the rows: who watched, and the orphans."""
        return await self._known(since, CountsReading.watched)

    async def days(self, since: datetime.date) -> tuple[DayCalls, ...]:
        """The calls of each day to each target. Raises OSError and sqlite3.Error."""
        return await self._read(since, CountsReading.days) or ()

    async def callers(self, since: datetime.date) -> tuple[CallerCalls, ...]:
        """The calls of each caller to each target since that day. Raises OSError and sqlite3.Error."""
        return await self._read(since, CountsReading.callers) or ()

    def today(self) -> datetime.date:
        """The day it is where the operator is."""
        return self._day(self._clock())

    async def _known(self, since: datetime.date, read: Callable[[CountsReading], Counts]) -> Counts:
        try:
            return await self._read(since, read) or Counts()
        except (OSError, sqlite3.Error, msgspec.DecodeError) as error:
            return Counts(problem=f"{self._book.file.path}: {error}; mend `state`, or nothing is known of past calls")

    async def _read(self, since: datetime.date, read: Callable[[CountsReading], Read]) -> Read | None:
        """What is read once everything up to now is written; None where nothing ever was."""
        await self.turn()
        return await asyncio.to_thread(self._reading, since, self.today(), read)

    def _reading(
        self, since: datetime.date, today: datetime.date, read: Callable[[CountsReading], Read]
    ) -> Read | None:
        if not self._book.file.path.exists():
            return None
        with reading(self._book.file.path, since, today) as counts:
            return read(counts)

    async def _learn(self) -> None:
        """The words of the configuration that runs."""
        configuration = self._configuration()
        if configuration is not self._spoken:
            self._spoken = configuration
            self._calls.words = await asyncio.to_thread(words, configuration)

    def _elapsed(self) -> float:
        now = self._monotonic()
        elapsed, self._since = now - self._since, now
        return min(elapsed, _LONGEST) if self.is_watching else 0.0

    def _rest(self) -> float:
        """Seconds to the end of this turn."""
        now = self._clock()
        return min(TURN, max(_SOONEST, (self._midnight(self._day(now), 1) - now).total_seconds()))

    def _unkept(self, error: Exception) -> None:
        self._metrics.unkept("counts")
        if self._is_kept:
            what = f"{self._book.file.path}: {error}; counts wait in memory and are lost at a restart: mend `state`"
            _log.error("counts not kept", problem=what)
        self._is_kept = False

    def _length(self, day: datetime.date) -> float:
        return (self._midnight(day, 1) - self._midnight(day)).total_seconds()

    def _midnight(self, day: datetime.date, days: int = 0) -> datetime.datetime:
        """The beginning of the day so many days later, in UTC."""
        begins = datetime.datetime.combine(day + datetime.timedelta(days), datetime.time(), self._zone())
        return begins.astimezone(datetime.UTC)

    def _day(self, moment: datetime.datetime) -> datetime.date:
        return moment.astimezone(self._zone()).date()

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._configuration().settings.timezone)
