"""Times as an operator writes them: the file's timezone, and the windows in which traffic is not moved forward."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from facade.config.types import Unfit, reads, written_as

_TIMEZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_WEEKLY: Final = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:[01][0-9]|2[0-3]):[0-5][0-9]")
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


Timezone = Annotated[str, reads(parse_timezone), written_as(_TIMEZONE, "Europe/London")]
Moment = Annotated[str, reads(parse_moment), written_as(_MOMENT, "Fri 15:00")]
