"""Freezes: whether traffic may be moved forward now, and when it may be again."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.settings import Freeze
from facade.control.freezes import in_force

LONDON = "Europe/London"
WEEKEND = Freeze("Fri 15:00", "Mon 09:00")
CHRISTMAS = Freeze("2026-12-18 17:00", "2027-01-04 09:00", "Christmas")

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = 7 * 24 * 60
MINUTE = datetime.timedelta(minutes=1)
ZONES = st.sampled_from(("UTC", LONDON, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"))
MOMENTS = st.integers(1_262_476_800, 2_051_222_400).map(  # 2010 to 2035
    lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.UTC)
)


def at(text: str, zone: str = LONDON) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def written(minute: int) -> str:
    return f"{DAYS[minute // 1440]} {minute % 1440 // 60:02}:{minute % 60:02}"


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-27 14:59", None),
        ("2026-11-27 15:00", "2026-11-30 09:00"),
        ("2026-11-29 12:00", "2026-11-30 09:00"),
        ("2026-11-30 08:59", "2026-11-30 09:00"),
        ("2026-11-30 09:00", None),
        ("2026-11-25 12:00", None),
        ("2027-01-02 00:00", "2027-01-04 09:00"),
    ],
)
def test_a_weekly_freeze_goes_over_the_weeks_end(moment: str, until: str | None) -> None:
    found = in_force([WEEKEND], LONDON, at(moment))
    assert (None if found is None else found.until) == (None if until is None else at(until))


def test_a_dated_freeze_is_told_with_its_reason_and_its_end() -> None:
    found = in_force([CHRISTMAS], LONDON, at("2026-12-24 12:00"))
    assert str(found) == (
        "the freeze 2026-12-18 17:00 to 2027-01-04 09:00 (Christmas) is in force until Mon 2027-01-04 09:00 GMT"
    )
    assert in_force([CHRISTMAS], LONDON, at("2027-12-24 12:00")) is None


def test_a_date_with_an_offset_is_that_moment_whatever_the_files_timezone() -> None:
    freeze = Freeze("2026-06-01 12:00+02:00", "2026-06-01 12:00Z")
    assert in_force([freeze], "Asia/Tokyo", at("2026-06-01 10:30", "UTC")) is not None
    assert in_force([freeze], "Asia/Tokyo", at("2026-06-01 09:59", "UTC")) is None
    assert in_force([freeze], "Asia/Tokyo", at("2026-06-01 12:00", "UTC")) is None


def test_of_several_freezes_the_one_that_ends_last_is_told() -> None:
    found = in_force([CHRISTMAS, WEEKEND], LONDON, at("2026-12-19 12:00"))
    assert found is not None
    assert found.freeze is CHRISTMAS
    assert in_force([], LONDON, at("2026-12-19 12:00")) is None


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-03-29 00:30+00:00", "2026-03-30 08:00+00:00"),  # the night that the clocks go forward: 65 h, not 66
        ("2026-10-25 01:30+00:00", "2026-10-26 09:00+00:00"),  # and the night that they go back: 67 h
    ],
)
def test_a_freeze_ends_by_the_walls_clock_however_long_the_night_was(moment: str, until: str) -> None:
    found = in_force([WEEKEND], LONDON, datetime.datetime.fromisoformat(moment))
    assert found is not None
    assert found.until == datetime.datetime.fromisoformat(until)


@given(st.integers(0, WEEK - 1), st.integers(0, WEEK - 1), MOMENTS)
def test_in_utc_a_weekly_freeze_is_in_force_exactly_between_its_two_minutes_of_the_week(
    start: int, end: int, moment: datetime.datetime
) -> None:
    if start == end:
        return
    minute = moment.weekday() * 1440 + moment.hour * 60 + moment.minute
    expected = (minute - start) % WEEK < (end - start) % WEEK
    assert (in_force([Freeze(written(start), written(end))], "UTC", moment) is not None) is expected


@given(st.integers(0, WEEK - 1), st.integers(0, WEEK - 1), MOMENTS, ZONES)
def test_in_any_zone_a_freeze_lasts_until_the_moment_it_says_and_no_longer(
    start: int, end: int, moment: datetime.datetime, zone: str
) -> None:
    if start == end:
        return
    freeze = Freeze(written(start), written(end))
    found = in_force([freeze], zone, moment)
    if found is None:
        return
    assert moment < found.until <= moment + datetime.timedelta(days=8, hours=2)
    assert in_force([freeze], zone, found.until.astimezone(datetime.UTC) - MINUTE / 60) == found
    assert in_force([freeze], zone, found.until) is None
