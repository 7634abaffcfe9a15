import pytest

from facade.config.calendar import check_window, parse_moment, parse_timezone
from facade.config.types import Unfit


@pytest.mark.parametrize("text", ["UTC", "Europe/London", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_time_zone_is_one_of_the_database(text: str):
    assert parse_timezone(text) == text


@pytest.mark.parametrize(
    "text", ["Europe", "Europe/Londn", "zone.tab", "../UTC", "/etc/passwd", "", "A" * 300, "Zulu/x"]
)
def test_what_is_no_time_zone_is_refused(text: str):
    with pytest.raises(Unfit, match="time zone; write one such as Europe/London or UTC"):
        parse_timezone(text)


@pytest.mark.parametrize(
    "text", ["Fri 15:00", "2026-12-18 17:00", "2026-12-18 17:00Z", "2026-12-18 17:00+01:00"]
)  # fmt: skip
def test_a_moment_is_weekly_or_dated(text: str):
    assert parse_moment(text) == text


@pytest.mark.parametrize("text", ["Friday 15:00", "15:00", "Fri 24:00", "Fri 9:00", "2026-12-18", "2026-12-18T17:00"])
def test_what_is_no_moment_is_refused(text: str):
    with pytest.raises(Unfit, match="is not a moment; write one such as Fri 15:00, or 2026-12-18 17:00"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["2026-02-30 17:00", "2026-12-18 17:00+99:00"])
def test_a_moment_is_in_the_calendar(text: str):
    with pytest.raises(Unfit, match="is no day of the calendar, or no offset; mend it"):
        parse_moment(text)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("Fri 15:00", "Mon 09:00"),
        ("2026-12-18 17:00", "2027-01-04 09:00"),
        ("2026-01-01 10:00Z", "2026-01-01 12:00+01:00"),
    ],
)
def test_a_window_has_two_ends_of_one_kind(start: str, end: str):
    check_window(start, end)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("Fri 15:00", "2026-12-18 17:00", "mixes a weekday and a date; write two weekdays, or two dates"),
        ("Fri 15:00", "Fri 15:00", "begins and ends at the same moment; mend one of the two"),
        ("2026-12-18 17:00", "2026-12-17 17:00", "ends before it begins; mend one of the two"),
        ("2026-12-18 17:00Z", "2026-12-19 17:00", "gives an offset for one end only; write it for both, or for none"),
        ("2026-12-18 17:00Z", "2026-12-18 17:30+01:00", "ends before it begins; mend one of the two"),
    ],
)
def test_what_is_no_window_says_why(start: str, end: str, sentence: str):
    with pytest.raises(Unfit) as caught:
        check_window(start, end)
    assert str(caught.value) == sentence
