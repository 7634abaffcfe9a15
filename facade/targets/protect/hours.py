"""Opening hours: windows of the week on a wall's clock, and the moments at which they open and close. Pure.

A time that the clock skips in spring counts as many minutes later as were skipped; one that comes twice in autumn is
the first of the two (RFC 5545 section 3.3.5). So hours never flap, and every window is one stretch of real time.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

DAY_MINUTES: Final = 24 * 60

_BEFORE: Final = 2
"""Days back at which a window may have opened that is open now: over midnight, and in a zone that skipped a day."""

_AHEAD: Final = 16
"""Days ahead in which every window opens again: a week, another where the clock skips all of a window, and two days."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some days. `days` are weekdays, 0 is Monday; `start` and `end` minutes after the day's midnight.

    An `end` beyond `DAY_MINUTES` lies on the day after. `text` is what the operator wrote.
    """

    days: frozenset[int]
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Hours:
    """When a silo is open: in any of its windows, by the clock of `zone`."""

    windows: tuple[Window, ...]
    zone: ZoneInfo

    def __str__(self) -> str:
        return ", ".join(window.text for window in self.windows)

    def open_at(self, moment: datetime.datetime) -> bool:
        """Whether the silo is open at an aware moment."""
        return any(start <= moment < end for start, end in self._stretches(moment, 0))

    def opens_next(self, moment: datetime.datetime) -> datetime.datetime:
        """When it opens: `moment` itself where it is open then, else the next time, on the zone's clock."""
        if self.open_at(moment):
            return moment.astimezone(self.zone)
        starts = (start for start, end in self._stretches(moment, _AHEAD) if moment < start < end)
        return min(starts).astimezone(self.zone)

    def _stretches(
        self, moment: datetime.datetime, ahead: int
    ) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The windows around a moment as stretches of UTC, from `_BEFORE` days back to `ahead` days on."""
        today = moment.astimezone(self.zone).date()
        for number in range(-_BEFORE, ahead + 1):
            day = today + datetime.timedelta(days=number)
            for window in self.windows:
                if day.weekday() in window.days:
                    yield self._instant(day, window.start), self._instant(day, window.end)

    def _instant(self, day: datetime.date, minutes: int) -> datetime.datetime:
        """A time of the wall's clock as a moment of UTC: Python compares two times of one zone by the wall."""
        midnight = datetime.datetime.combine(day, datetime.time(), self.zone)
        return (midnight + datetime.timedelta(minutes=minutes)).astimezone(datetime.UTC)
