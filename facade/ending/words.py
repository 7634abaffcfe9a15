"""Days, numbers and shares as a sentence says them. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final

NAMED: Final = 5
"""Names that one sentence lists; the tables beside it have them all."""

_LEAST: Final = 0.001
"""A share below it is not told in figures: nobody switches off by a tenth of a per mille."""

_FEW: Final = 0.1
"""A share below it is told with one decimal."""


def written(day: datetime.date) -> str:
    """A day as it is read: `31 March 2027`."""
    return f"{day.day} {day:%B} {day.year}"


def between(first: datetime.date, last: datetime.date, told: datetime.date) -> str:
    """The two ends of a span, each with as little as is clear beside the day `told`.

    >>> between(datetime.date(2027, 3, 1), datetime.date(2027, 3, 30), datetime.date(2027, 3, 12))
    'between 1 and 30 March'
    """
    first_words, last_words = (
        f"{day.day} {day:%B}" + ("" if day.year == told.year else f" {day.year}") for day in (first, last)
    )
    if (first.year, first.month) == (last.year, last.month):
        first_words = str(first.day)
    return f"between {first_words} and {last_words}"


def number_of(number: int, noun: str) -> str:
    """A number with its noun: `1 day`, `1,204 calls`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share, 0 to 1, as it is read: `34%`, `2.5%`, `less than 0.1%`. Something is never told as nothing."""
    if 0 < share < _LEAST:
        return f"less than {_LEAST:.1%}"
    if share < _FEW:
        return f"{share:.1%}".replace(".0%", "%")
    return f"{share:.0%}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, `NAMED` at most: `a, b, and 7 more`."""
    told = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return f"{told}, and {more:,} more" if more > 0 else told
