"""Counts that a test makes up, asked as those of a sidecar are."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field

from ended import TODAY

from facade.ending.counts import CallerCalls, Counts, DayCalls


@dataclass
class MadeUpCounts:
    """`asked` are the questions and since when; `broken` makes those for calls fail."""

    every: tuple[DayCalls, ...] = ()
    who: tuple[CallerCalls, ...] = ()
    known: Counts = field(default_factory=Counts)
    day: datetime.date = TODAY
    broken: bool = False
    asked: list[tuple[str, datetime.date]] = field(default_factory=list)

    def today(self) -> datetime.date:
        return self.day

    async def watched(self, since: datetime.date) -> Counts:
        self.asked.append(("watched", since))
        return self.known

    async def days(self, since: datetime.date) -> tuple[DayCalls, ...]:
        self._answer("days", since)
        return tuple(each for each in self.every if each.day >= since)

    async def callers(self, since: datetime.date) -> tuple[CallerCalls, ...]:
        self._answer("callers", since)
        return self.who

    def _answer(self, what: str, since: datetime.date) -> None:
        self.asked.append((what, since))
        if self.broken:
            raise sqlite3.OperationalError("disk I/O error")
