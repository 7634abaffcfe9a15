from __future__ import annotations

import datetime
import random
from dataclasses import replace

import pytest
from ended import DAY, TODAY, burnt, falling

from facade.ending.burndown import BurnDownDay
from facade.ending.forecast import EMPTY, FEWEST, WINDOW, Forecast, ForecastKind, forecast


def shaken(shares: list[float], noise: float = 0.01) -> list[float]:
    chance = random.Random(7)
    return [min(1.0, max(0.0, share + chance.gauss(0, noise))) for share in shares]


def expected(shares: list[float | None], switch_off: datetime.date | None = None) -> Forecast:
    return forecast(burnt(shares), TODAY, switch_off)


FALLING = shaken(falling(0.9, 0.4, WINDOW), 0.04)


def test_a_falling_share_is_told_with_its_day_and_both_ends():
    found = expected([*FALLING])
    assert found.kind is ForecastKind.FALLING
    assert found.earliest is not None
    assert found.day is not None
    assert found.latest is not None
    assert TODAY < found.earliest < found.day < found.latest
    assert abs((found.day - TODAY).days - 44) < 8
    assert found.sentence == "reaches zero about 5 January 2027 (between 31 December 2026 and 9 January)"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (40, ", 40 days before its date"),
        (1, ", 1 day before its date, which it may still miss"),
        (0, ", on its date, which it may still miss"),
        (-40, ", and would miss its date by 40 days"),
    ],
)
def test_it_is_held_against_the_date(days: int, told: str):
    day = expected([*FALLING]).day
    assert day is not None
    assert expected([*FALLING], day + days * DAY).sentence.endswith(f"){told}")


def test_a_week_without_a_call_is_empty():
    found = expected([0.1] * 30 + [0.0] * EMPTY)
    assert found.kind is ForecastKind.EMPTY
    assert found.sentence == "is empty: no call on the last 7 whole days, since 16 November 2026"


def test_less_than_a_week_without_a_call_is_not_empty():
    assert expected([0.1] * 30 + [0.0] * (EMPTY - 1)).kind is not ForecastKind.EMPTY


def test_fewer_whole_days_than_a_trend_takes_are_not_enough_data():
    found = expected([*FALLING[: FEWEST - 1]])
    assert found.kind is ForecastKind.NOT_ENOUGH
    assert (
        found.sentence
        == "has not enough data for a forecast: 20 of the 21 whole days that a forecast takes, of the last 56"
    )
    assert expected([]).kind is ForecastKind.NOT_ENOUGH


def test_days_that_nobody_watched_are_no_data_and_make_no_wrong_trend():
    holes = [None if number % 3 == 1 else share for number, share in enumerate(falling(0.9, 0.4, WINDOW))]
    found = expected([*holes])
    assert found.day is not None
    assert abs((found.day - TODAY).days - 44) <= 1


def test_a_day_watched_in_part_counts_for_no_trend():
    exact = burnt([*falling(0.9, 0.4, WINDOW)])
    first, *others = exact.days
    partly = replace(exact, days=(BurnDownDay(first.day, 1, 100, 0.01, is_whole=False), *others))
    assert forecast(partly, TODAY, None).day == forecast(exact, TODAY, None).day


def test_what_was_long_ago_says_nothing():
    assert expected([*falling(0.9, 0.4, 60), *[None] * WINDOW]).kind is ForecastKind.NOT_ENOUGH


def test_a_level_share_does_not_fall():
    found = expected([*shaken([0.34] * WINDOW)])
    assert found == Forecast(ForecastKind.NOT_FALLING, "answers 34% of all calls, and that does not surely fall")


def test_a_rest_that_stays_behind_its_trend_is_not_called_falling():
    found = expected([*falling(0.9, 0.02, 40), *[0.001] * 16])
    assert found.kind is ForecastKind.NOT_FALLING
    assert "which by its trend should have ended about" in found.sentence
    assert "answers 0.1% of all calls" in found.sentence


def test_a_fall_that_takes_more_than_ten_years_is_none():
    found = expected([*falling(0.9, 0.899, WINDOW)])
    assert found.kind is ForecastKind.NOT_FALLING


def test_a_band_without_a_sure_end_is_told_so():
    found = expected([*shaken(falling(0.9, 0.86, WINDOW), 0.05)])
    assert found.kind is ForecastKind.FALLING
    assert found.latest is None
    assert "with no sure end" in found.sentence


def test_the_earliest_day_is_never_before_today():
    found = expected([*shaken(falling(0.9, 0.03, WINDOW), 0.05)])
    assert found.earliest is not None
    assert found.earliest >= TODAY


def test_today_is_not_over_and_counts_for_nothing():
    yesterday = burnt([*FALLING])
    today = replace(yesterday, days=(*yesterday.days, BurnDownDay(TODAY, 1, 1, 1.0, is_whole=False)))
    assert forecast(today, TODAY, None) == forecast(yesterday, TODAY, None)
