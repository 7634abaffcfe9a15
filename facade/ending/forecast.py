"""When a silo's share of the calls reaches zero, by the trend of the last eight weeks, held against its date. Pure.

The law of this file: "not enough data" is an answer, and so is "not falling". A day is only told where `trend` finds
that the share surely falls, and never without the two ends between which it lies about nine times in ten. It says when
the line that was gets to zero, not what anybody plans: a silo is emptied by moving its routes.
"""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from facade.ending.burndown import BurnDown
from facade.ending.trend import WEEK, Point, Zero, zero_of
from facade.ending.words import between, number_of, percent, written

WINDOW: Final = 8 * WEEK
"""Days of the trend: what moved a year ago says nothing of the pace of now, and each weekday is there eight times."""

FEWEST: Final = 3 * WEEK
"""Whole days with calls that a trend takes: two weeks make one comparison, which says nothing of how sure it is."""

EMPTY: Final = WEEK
"""Whole days without a call after which a silo is called empty: each weekday once. The evidence asks for more."""

FURTHEST: Final = 3650
"""Days ahead that are told: ten years. A silo that takes longer is not being emptied."""


class ForecastKind(enum.StrEnum):
    """What could be said."""

    EMPTY = "empty"
    FALLING = "falling"
    NOT_FALLING = "not falling"
    NOT_ENOUGH = "not enough data"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a silo, in a `sentence` that its name may stand before.

    `day` is the best guess of the first day without calls, and lies between `earliest` and `latest` about nine
    times in ten; None unless `kind` is falling. `latest` is None too where that is further away than anybody can tell.
    """

    kind: ForecastKind
    sentence: str
    day: datetime.date | None = None
    earliest: datetime.date | None = None
    latest: datetime.date | None = None


def forecast(burn_down: BurnDown, today: datetime.date, switch_off: datetime.date | None) -> Forecast:
    """What is to be expected of the silo, seen from the morning of `today`."""
    quiet = burn_down.quiet
    if len(quiet) >= EMPTY:
        told = number_of(len(quiet), "whole day")
        return Forecast(ForecastKind.EMPTY, f"is empty: no call on the last {told}, since {written(quiet[0].day)}")
    points = _points(burn_down, today)
    if len(points) < FEWEST:
        lacking = f"{len(points)} of the {FEWEST} whole days that a forecast takes, of the last {WINDOW}"
        return Forecast(ForecastKind.NOT_ENOUGH, f"has not enough data for a forecast: {lacking}")
    return _by_trend(zero_of(points), burn_down.recent or 0.0, today, switch_off)


def _points(burn_down: BurnDown, today: datetime.date) -> list[Point]:
    oldest = today - datetime.timedelta(days=WINDOW)
    return [
        Point(each.day.toordinal(), each.share)
        for each in burn_down.days
        if each.is_whole and each.share is not None and oldest <= each.day < today
    ]


def _by_trend(zero: Zero | None, now: float, today: datetime.date, switch_off: datetime.date | None) -> Forecast:
    still = f"answers {percent(now)} of all calls"
    if zero is None:
        return Forecast(ForecastKind.NOT_FALLING, f"{still}, and that does not surely fall")
    last = today.toordinal() + FURTHEST
    if zero.day < today.toordinal():
        reached = written(datetime.date.fromordinal(max(1, floor(zero.day))))
        return Forecast(
            ForecastKind.NOT_FALLING, f"still {still}, which by its trend should have ended about {reached}"
        )
    if zero.day > last:
        return Forecast(ForecastKind.NOT_FALLING, f"{still}, and at this pace does so for more than ten years")
    day = datetime.date.fromordinal(ceil(zero.day))
    earliest = datetime.date.fromordinal(max(today.toordinal(), floor(zero.earliest)))
    latest = datetime.date.fromordinal(ceil(zero.latest)) if zero.latest <= last else None
    span = f"from {written(earliest)} on, with no sure end" if latest is None else between(earliest, latest, day)
    told = f"reaches zero about {written(day)} ({span}){_against(switch_off, day, latest)}"
    return Forecast(ForecastKind.FALLING, told, day, earliest, latest)


def _against(switch_off: datetime.date | None, day: datetime.date, latest: datetime.date | None) -> str:
    if switch_off is None:
        return ""
    early = (switch_off - day).days
    if early < 0:
        return f", and would miss its date by {number_of(-early, 'day')}"
    told = f", {number_of(early, 'day')} before its date" if early else ", on its date"
    return told if latest is not None and latest <= switch_off else f"{told}, which it may still miss"
