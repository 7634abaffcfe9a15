import pytest

from facade.config.calendar import check_window, parse_moment, parse_open_window, parse_timezone
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


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("Mon-Fri 07:00-22:00", {0, 1, 2, 3, 4}, 420, 1320),
        ("Sat 00:00-24:00", {5}, 0, 1440),
        ("Sat-Mon 09:30-10:00", {5, 6, 0}, 570, 600),
        ("Mon,Wed-Thu 09:00-10:00", {0, 2, 3}, 540, 600),
        ("Mon, Wed 22:00-06:00", {0, 2}, 1320, 1800),
        ("Mon-Mon 22:00-06:00", {0}, 1320, 1800),
        ("23:00-00:00", set(range(7)), 1380, 1440),
    ],
)
def test_an_open_window_is_days_and_times(text: str, days: set[int], start: int, end: int):
    window = parse_open_window(text)
    assert (window.days, window.start, window.end, str(window)) == (days, start, end, text)


@pytest.mark.parametrize(
    "text",
    ["", "Mon", "07:00", "Mon-Fri", "mon 07:00-08:00", "Mon 7:00-8:00", "Mon 07:00 - 08:00", "Mon;Tue 07:00-08:00"],
)
def test_what_is_no_open_window_is_refused(text: str):
    with pytest.raises(Unfit, match="is no window of opening hours; write days and times, such as Mon-Fri 07:00-22:00"):
        parse_open_window(text)


def test_an_open_window_is_not_empty():
    with pytest.raises(Unfit, match="begins and ends at the same time; write 00:00-24:00 for the whole day"):
        parse_open_window("Mon 07:00-07:00")
