"""Freezes: the windows in which traffic is not moved forward, and which of them is in force at a moment. Pure.

A weekly window begins and ends by the wall's clock of the file's `timezone`, whichever offset it has then: a time that
the clock skips in spring counts as many minutes later as were skipped, one that comes twice in autumn is the first of
the two (RFC 5545 section 3.3.5). So is a dated one without an offset. A window takes in its first moment, not its last.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from facade.config.calendar import is_weekly, minute_of_week
from facade.config.settings import Freeze

_WEEK: Final = datetime.timedelta(weeks=1)
_WEEKS: Final = range(-2, 2)
"""Weeks, from the one of the moment, whose window may hold it: a window is shorter than a week and may begin in the
week before; one week more to each side is for a zone that skips a day, whose weeks begin late."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A freeze that is in force, and when this window of it ends: aware, on the clock of the file's zone."""

    freeze: Freeze
    until: datetime.datetime

    def __str__(self) -> str:
        window = f"the freeze {self.freeze.start} to {self.freeze.end}"
        why = f" ({self.freeze.why})" if self.freeze.why else ""
        return f"{window}{why} is in force until {self.until:%a %Y-%m-%d %H:%M %Z}"


def in_force(freezes: Iterable[Freeze], timezone: str, now: datetime.datetime) -> InForce | None:
    """The freeze in force at `now`, an aware moment; the one that ends last, if several are. None if none is."""
    zone = ZoneInfo(timezone)
    ends = [(end, freeze) for freeze in freezes for start, end in _windows(freeze, zone, now) if start <= now < end]
    if not ends:
        return None
    until, freeze = max(ends, key=lambda each: each[0])
    return InForce(freeze, until.astimezone(zone))


def _windows(
    freeze: Freeze, zone: ZoneInfo, now: datetime.datetime
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """The windows of a freeze around `now`, as stretches of UTC."""
    if not is_weekly(freeze.start):
        yield _dated(freeze.start, zone), _dated(freeze.end, zone)
        return
    start, end = _into_week(freeze.start), _into_week(freeze.end)
    if end < start:
        end += _WEEK
    today = now.astimezone(zone).date()
    monday = datetime.datetime.combine(today - datetime.timedelta(days=today.weekday()), datetime.time())
    for number in _WEEKS:
        week = monday + number * _WEEK
        yield _instant(week + start, zone), _instant(week + end, zone)


def _into_week(moment: str) -> datetime.timedelta:
    return datetime.timedelta(minutes=minute_of_week(moment))


def _dated(moment: str, zone: ZoneInfo) -> datetime.datetime:
    written = datetime.datetime.fromisoformat(moment)
    return _instant(written, zone) if written.tzinfo is None else written.astimezone(datetime.UTC)


def _instant(wall: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """A time of the wall's clock as a moment of UTC: Python compares two times of one zone by the wall."""
    return wall.replace(tzinfo=zone).astimezone(datetime.UTC)
