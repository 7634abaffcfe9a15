"""Opening hours by the clock on the wall, through weekends, midnights and the nights in which the clock changes."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.calendar import parse_open_window
from facade.targets.protect.hours import Hours

LONDON = ZoneInfo("Europe/London")
APIA = ZoneInfo("Pacific/Apia")
ZONES = st.sampled_from([LONDON, ZoneInfo("UTC"), APIA, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")])
MOMENTS = st.integers(1_293_840_000, 1_924_992_000).map(  # the years from 2011 to 2030
    lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.UTC)
)
TEXTS = st.sampled_from(
    [
        "Mon-Fri 07:00-22:00",
        "Sat,Sun 22:00-06:00",
        "Sun 01:15-01:45",
        "00:00-24:00",
        "01:30-01:00",
        "Fri-Mon 23:59-00:00",
    ]
)


def hours(*texts: str, zone: ZoneInfo = LONDON) -> Hours:
    return Hours(tuple(parse_open_window(text) for text in texts), zone)


def at(text: str, zone: datetime.tzinfo = LONDON) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("Mon-Fri 07:00-22:00", "2026-11-23 06:59:59", False),  # a Monday
        ("Mon-Fri 07:00-22:00", "2026-11-23 07:00:00", True),
        ("Mon-Fri 07:00-22:00", "2026-11-23 21:59:59", True),
        ("Mon-Fri 07:00-22:00", "2026-11-23 22:00:00", False),
        ("Mon-Fri 07:00-22:00", "2026-11-28 12:00:00", False),  # a Saturday
        ("Mon 22:00-06:00", "2026-11-24 05:59:00", True),  # the window of Monday, on Tuesday morning
        ("Mon 22:00-06:00", "2026-11-23 05:59:00", False),  # that of Sunday is none
        ("Fri-Mon 09:00-10:00", "2026-11-29 09:30:00", True),
        ("Fri-Mon 09:00-10:00", "2026-11-24 09:30:00", False),
        ("Mon,Wed 09:00-10:00", "2026-11-25 09:30:00", True),
        ("00:00-24:00", "2026-11-29 23:59:59", True),
        ("09:00-10:00", "2026-11-29 09:30:00", True),
    ],
)
def test_a_silo_is_open_from_the_first_minute_of_its_window_to_the_last(text: str, moment: str, is_open: bool) -> None:
    assert hours(text).open_at(at(moment)) is is_open


def test_it_is_open_in_any_of_its_windows() -> None:
    both = hours("Mon-Fri 07:00-22:00", "Sat 09:00-13:00")
    assert [both.open_at(at(f"2026-11-28 {time}")) for time in ("08:59", "09:00", "13:00")] == [False, True, False]
    assert str(both) == "Mon-Fri 07:00-22:00, Sat 09:00-13:00"


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 06:00", "2026-11-23 07:00"),
        ("2026-11-27 22:00", "2026-11-30 07:00"),
        ("2026-11-23 12:00", "2026-11-23 12:00"),  # it is open
        ("2026-10-24 12:00", "2026-10-26 07:00"),  # the clock goes back that night
    ],
)
def test_it_says_when_it_opens_next_on_the_clock_of_its_operators(moment: str, opens: str) -> None:
    next_time = hours("Mon-Fri 07:00-22:00").opens_next(at(moment).astimezone(datetime.UTC))
    assert next_time == at(opens)
    assert next_time.tzinfo is LONDON


def test_the_hours_follow_the_clock_into_summer() -> None:
    office = hours("Mon-Fri 07:00-22:00")
    assert not office.open_at(at("2026-03-27 06:30", datetime.UTC))  # the Friday before: 06:30 in London
    assert office.open_at(at("2026-03-30 06:30", datetime.UTC))  # the Monday after: 07:30


def test_a_time_that_the_clock_skips_counts_as_much_later_as_was_skipped() -> None:
    night = hours("Sun 01:30-04:00")  # on 29 March 2026 there is no time between 01:00 and 02:00 in London
    assert not night.open_at(at("2026-03-29 01:29", datetime.UTC))
    assert night.open_at(at("2026-03-29 01:30", datetime.UTC))
    assert night.opens_next(at("2026-03-29 00:00", datetime.UTC)) == at("2026-03-29 02:30")


def test_a_window_that_the_clock_skips_opens_a_week_later() -> None:
    skipped = hours("Sun 01:15-02:05")
    assert not skipped.open_at(at("2026-03-29 01:15", datetime.UTC))
    assert skipped.opens_next(at("2026-03-28 12:00")) == at("2026-04-05 01:15")


def test_of_a_time_that_comes_twice_the_first_counts_so_that_hours_never_flap() -> None:
    night = hours("Sun 01:30-01:45", zone=LONDON)  # on 25 October 2026 there are two such quarters in London
    minutes = [at("2026-10-25 00:00", datetime.UTC) + datetime.timedelta(minutes=number) for number in range(180)]
    assert sum(night.open_at(minute) for minute in minutes) == 15
    assert night.open_at(at("2026-10-25 00:30", datetime.UTC))


def test_a_zone_that_skips_a_whole_day_still_opens() -> None:
    friday = hours("Fri 09:00-10:00", zone=APIA)  # Friday 30 December 2011 was none in Samoa
    opens = friday.opens_next(at("2011-12-29 12:00", APIA))
    assert opens.date() in {datetime.date(2011, 12, 31), datetime.date(2012, 1, 6)}


@given(st.lists(TEXTS, min_size=1, max_size=3), ZONES, MOMENTS)
def test_it_opens_next_at_the_first_moment_at_which_it_is_open(texts: list[str], zone: ZoneInfo, moment) -> None:
    some = hours(*texts, zone=zone)
    opens = some.opens_next(moment)
    assert opens >= moment
    assert some.open_at(opens)
    if some.open_at(moment):
        assert opens == moment
    else:
        step = (opens - moment) / 50
        assert not any(some.open_at(moment + step * number) for number in range(50))
