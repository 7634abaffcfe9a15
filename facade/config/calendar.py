"""Times as an operator writes them: the file's timezone, freezes of moves, and the opening hours of silos."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from facade.config.types import Unfit, reads, written_as
from facade.targets.protect.hours import DAY_MINUTES, Window

_TIMEZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY: Final = f"(?:{'|'.join(_DAYS)})"
_TIME: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_OPEN: Final = re.compile(rf"(?:({_DAY}(?:-{_DAY})?(?:, ?{_DAY}(?:-{_DAY})?)*) )?({_TIME})-({_TIME}|24:00)")
_WEEKLY: Final = re.compile(rf"{_DAY} {_TIME}")
_DATED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} (?:[01][0-9]|2[0-3]):[0-5][0-9](?:Z|[+-][0-9]{2}:[0-9]{2})?")
_MOMENT: Final = re.compile(rf"{_WEEKLY.pattern}|{_DATED.pattern}")


def parse_timezone(text: str) -> str:
    """A name of the IANA time zone database."""
    if _TIMEZONE.fullmatch(text) is None:
        raise Unfit("is not a time zone; write one such as Europe/London or UTC")
    try:
        ZoneInfo(text)
    except (OSError, ValueError, LookupError):  # a folder of zones, a file that is no zone, no such zone
        raise Unfit("is not a known time zone; write one such as Europe/London or UTC") from None
    return text


def parse_moment(text: str) -> str:
    """An end of a freeze: `Fri 15:00` every week, or `2026-12-18 17:00` once, with an offset or without."""
    if _MOMENT.fullmatch(text) is None:
        raise Unfit("is not a moment; write one such as Fri 15:00, or 2026-12-18 17:00")
    if not is_weekly(text):
        try:
            datetime.datetime.fromisoformat(text)
        except ValueError:
            raise Unfit("is no day of the calendar, or no offset; mend it") from None
    return text


def is_weekly(moment: str) -> bool:
    return _WEEKLY.fullmatch(moment) is not None


def minute_of_week(moment: str) -> int:
    """A weekly moment as minutes since the Monday before it began, on the wall's clock."""
    day, _, time = moment.partition(" ")
    return _DAYS.index(day) * DAY_MINUTES + _minutes(time)


def check_window(start: str, end: str) -> None:
    """A window has two ends of one kind, the later one last. Raises Unfit."""
    if is_weekly(start) != is_weekly(end):
        raise Unfit("mixes a weekday and a date; write two weekdays, or two dates")
    if start == end:
        raise Unfit("begins and ends at the same moment; mend one of the two")
    if is_weekly(start):
        return
    first, last = datetime.datetime.fromisoformat(start), datetime.datetime.fromisoformat(end)
    if (first.tzinfo is None) != (last.tzinfo is None):
        raise Unfit("gives an offset for one end only; write it for both, or for none")
    if first > last:
        raise Unfit("ends before it begins; mend one of the two")


def parse_open_window(text: str) -> Window:
    """Hours of some days, or of every day: `Mon-Fri 07:00-22:00`, `Sat,Sun 22:00-06:00`, `00:00-24:00`."""
    found = _OPEN.fullmatch(text)
    if found is None:
        raise Unfit("is no window of opening hours; write days and times, such as Mon-Fri 07:00-22:00")
    start, end = _minutes(found[2]), _minutes(found[3])
    if start == end:
        raise Unfit("begins and ends at the same time; write 00:00-24:00 for the whole day")
    days = frozenset(range(len(_DAYS))) if found[1] is None else frozenset(_days(found[1]))
    return Window(days, start, end if end > start else end + DAY_MINUTES, text)


def _days(text: str) -> Iterator[int]:
    """Weekdays, 0 is Monday, of days and ranges; a range goes over the week's end where it has to."""
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        for number in range(start, end + 1 if end >= start else end + 1 + len(_DAYS)):
            yield number % len(_DAYS)


def _minutes(time: str) -> int:
    hour, _, minute = time.partition(":")
    return int(hour) * 60 + int(minute)


Timezone = Annotated[str, reads(parse_timezone), written_as(_TIMEZONE, "Europe/London")]
Moment = Annotated[str, reads(parse_moment), written_as(_MOMENT, "Fri 15:00")]
OpenWindow = Annotated[Window, reads(parse_open_window), written_as(_OPEN, "Mon-Fri 07:00-22:00")]
