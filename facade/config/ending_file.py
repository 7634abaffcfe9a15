"""What an operator writes of a route's end: its dates, what documents them, and when the end is rehearsed.

A date is the start of that day on the clock of facade.yaml's `timezone`. What contradicts another key is told by
`checks.endings`, because which of two moments is the earlier depends on the zone.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field, WithJsonSchema, model_validator

from facade.config.block import Block, one_or_more, short_for
from facade.config.types import Name, PositiveShare, Text, Unfit, reads, written_as
from facade.ending.brownouts import LONGEST, MOST
from facade.routing.notice import Announced, Brownout, Notice

YEARS: Final = range(2000, 2200)
"""Years that are dates of a route: outside of them is a slip, and near the calendar's ends no zone can be applied."""

_TIME: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
_MOMENT: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?: {_TIME})?")
_LINK: Final = re.compile(r"(?:https?://[!#-;=?-Z_a-z~\[\]]{1,1990}|/[!#-;=?-Z_a-z~]{0,1990})")


def parse_day_or_moment(text: str) -> datetime.datetime:
    """A day, or a moment, with an offset or without: naive where it has none.

    >>> parse_day_or_moment("2027-03-31")
    datetime.datetime(2027, 3, 31, 0, 0)
    """
    if _MOMENT.fullmatch(text) is None:
        raise Unfit("is not a date; write one such as 2027-03-31, or with a time, such as 2027-03-31 17:00")
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Unfit("is no day of the calendar; mend the date") from None
    if moment.year not in YEARS:
        raise Unfit(f"is not of the years {YEARS.start} to {YEARS.stop - 1}; mend the date")
    return moment


def parse_link(text: str) -> str:
    """Where a caller reads more: a URL, or a path of the platform's own."""
    if _LINK.fullmatch(text) is None:
        raise Unfit("is no link; write a URL such as https://example.org/changes, or a path, in visible ASCII")
    return text


DayOrMoment = Annotated[datetime.datetime, reads(parse_day_or_moment), written_as(_MOMENT, "2027-03-31")]
Link = Annotated[
    str, reads(parse_link), WithJsonSchema({"type": "string", "examples": ["https://example.org/changes"]})
]


class AnnouncedBlock(Block):
    """A date alone, or with a page that tells more about it."""

    date: DayOrMoment
    link: Link | None = None


class BrownoutBlock(Block):
    """A planned refusal."""

    start: DayOrMoment = Field(alias="from")
    end: DayOrMoment = Field(alias="to")
    share: PositiveShare | None = None
    callers: Annotated[tuple[Name, ...], one_or_more(Name)] = ()
    why: Text

    @model_validator(mode="after")
    def _says_whom(self) -> BrownoutBlock:
        if (self.share is None) != bool(self.callers):
            raise Unfit("refuses nobody, or says it twice; write share, such as 10%, or callers, and not both")
        return self

    @model_validator(mode="after")
    def _is_a_short_window(self) -> BrownoutBlock:
        if (self.start.tzinfo is None) != (self.end.tzinfo is None):
            raise Unfit("gives an offset for one end only; write it for both, or for none")
        if self.end <= self.start:
            raise Unfit("ends before it begins; mend one of the two")
        if self.end - self.start > LONGEST:
            hours = LONGEST.total_seconds() / 3600
            raise Unfit(f"takes more than {hours:g} hours; write a shorter one: it is a rehearsal")
        return self


Dated = Annotated[AnnouncedBlock, short_for("date", AnnouncedBlock)]
Brownouts = Annotated[tuple[BrownoutBlock, ...], Field(max_length=MOST)]


def compile_notice(
    deprecated: AnnouncedBlock | None,
    sunset: AnnouncedBlock | None,
    brownouts: tuple[BrownoutBlock, ...],
    zone: ZoneInfo,
) -> Notice:
    """What these say, by the clock of `zone` where they give no offset."""
    return Notice(
        _announced(deprecated, zone), _announced(sunset, zone), tuple(_brownout(each, zone) for each in brownouts)
    )


def instant(written: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """A moment with its offset: Python compares two times of one zone by the wall's clock, which may go back."""
    if written.tzinfo is not None:
        return written
    there = written.replace(tzinfo=zone).astimezone(datetime.UTC).astimezone(zone)
    return there.replace(tzinfo=datetime.timezone(there.utcoffset() or datetime.timedelta()))


def _announced(block: AnnouncedBlock | None, zone: ZoneInfo) -> Announced | None:
    return None if block is None else Announced(instant(block.date, zone), block.link)


def _brownout(block: BrownoutBlock, zone: ZoneInfo) -> Brownout:
    start, end = instant(block.start, zone), instant(block.end, zone)
    callers = frozenset(block.callers)
    return Brownout(start, end, block.why, callers=callers) if callers else _shared(block, start, end)


def _shared(block: BrownoutBlock, start: datetime.datetime, end: datetime.datetime) -> Brownout:
    assert block.share is not None
    return Brownout(start, end, block.why, block.share)
