import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.types import (
    LARGEST,
    LONGEST,
    Unfit,
    format_share,
    parse_count,
    parse_date,
    parse_duration,
    parse_flag,
    parse_name,
    parse_number,
    parse_positive_duration,
    parse_share,
    parse_size,
    parse_text,
    parse_whole,
    parse_word,
)

UNITS = {"ms": Fraction(1, 1000), "s": Fraction(1), "m": Fraction(60), "h": Fraction(3600), "d": Fraction(86_400)}
SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("10s", 10.0), ("5m", 300.0), ("2h", 7200.0), ("7d", 604_800.0), ("1.5s", 1.5), ("0s", 0.0)],
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: float):
    assert parse_duration(text) == seconds


@given(st.decimals(0, 1000, places=3), st.sampled_from(sorted(UNITS)))
def test_every_duration_is_read_exactly(number: Decimal, unit: str):
    seconds = Fraction(number) * UNITS[unit]
    assert parse_duration(f"{number}{unit}") == float(seconds)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10", "carries no unit; write it with one, such as 10s"),
        ("10 s", "is not a duration; write a number and ms, s, m, h or d, such as 250ms or 10s"),
        ("ten", "is not a duration; write a number and ms, s, m, h or d, such as 250ms or 10s"),
        ("-1s", "is not a duration; write a number and ms, s, m, h or d, such as 250ms or 10s"),
        ("12:30", "is not a duration; write a number and ms, s, m, h or d, such as 250ms or 10s"),
        ("4000d", "is longer than ten years; write a shorter duration"),
    ],
)
def test_what_is_no_duration_says_why(text: str, sentence: str):
    with pytest.raises(Unfit) as caught:
        parse_duration(text)
    assert str(caught.value) == sentence


def test_the_longest_duration_is_read():
    assert parse_duration("3650d") == LONGEST


def test_no_time_at_all_bounds_nothing():
    with pytest.raises(Unfit, match="is no time at all; write a duration above 0"):
        parse_positive_duration("0ms")


@pytest.mark.parametrize(
    ("text", "share"), [("25%", Fraction(1, 4)), ("0.5%", Fraction(1, 200)), ("0%", 0), ("100%", 1)]
)
def test_a_share_is_a_percentage_with_its_sign(text: str, share: Fraction):
    assert parse_share(text) == share


@given(st.decimals(0, 100, places=12))
def test_every_share_comes_back_as_it_was(percent: Decimal):
    share = Fraction(percent) / 100
    assert parse_share(format_share(share)) == share
    assert parse_share(f"{percent:f}%") == share


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("25", "carries no sign; write it with %, such as 25%"),
        ("0.25", "carries no sign; write it with %, such as 0.25%"),
        ("a quarter", "is not a share; write a percentage, such as 25% or 0.5%"),
        ("-1%", "is not a share; write a percentage, such as 25% or 0.5%"),
        ("101%", "is more than everything; write 100% or less"),
        ("100.000000000001%", "is more than everything; write 100% or less"),
    ],
)
def test_what_is_no_share_says_why(text: str, sentence: str):
    with pytest.raises(Unfit) as caught:
        parse_share(text)
    assert str(caught.value) == sentence


@given(st.integers(0, 10**6), st.sampled_from(sorted(SIZES)))
def test_every_size_is_read_in_powers_of_1024(number: int, unit: str):
    size = number * SIZES[unit]
    if size <= LARGEST:
        assert parse_size(f"{number}{unit}") == size
    else:
        with pytest.raises(Unfit, match="is more than 1024 TiB"):
            parse_size(f"{number}{unit}")


@pytest.mark.parametrize("text", ["64KB", "64", "64 KiB", "1.5GiB", "-1B", "0x4B", "064KiB", "64kib"])
def test_what_is_no_size_says_why(text: str):
    with pytest.raises(Unfit) as caught:
        parse_size(text)
    assert str(caught.value) == "is not a size; write a whole number and B, KiB, MiB or GiB, such as 64KiB"


@pytest.mark.parametrize("text", ["0123", "1_000", "1e3", "+1", "-1", "1.0", "0x1F", "", "٣", "9" * 17])
def test_a_whole_number_is_decimal_digits_and_nothing_else(text: str):
    with pytest.raises(Unfit) as caught:
        parse_whole(text)
    assert str(caught.value) == "is not a whole number; write it in decimal digits, without leading zeros"


def test_a_count_is_at_least_one():
    assert parse_count("1") == 1
    assert parse_whole("0") == 0
    with pytest.raises(Unfit, match="is none; write 1 or more"):
        parse_count("0")


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "True", "1", ""])
def test_only_true_and_false_are_truths(text: str):
    assert parse_flag("true")
    assert not parse_flag("false")
    with pytest.raises(Unfit, match="is neither true nor false; write one of the two"):
        parse_flag(text)


def test_a_number_may_have_a_point():
    assert parse_number("1.25") == 1.25
    with pytest.raises(Unfit, match="is not a number; write it in decimal digits"):
        parse_number("1e5")


def test_a_text_is_one_line():
    assert parse_text("Licensing directorate") == "Licensing directorate"
    for text in ("", "a\nb", "\x1b[0m", "x" * 201):
        with pytest.raises(Unfit, match="is not a line of text"):
            parse_text(text)


def test_a_name_may_have_dots_and_a_word_may_not():
    assert parse_name("titles.read_2-x") == "titles.read_2-x"
    assert parse_word("land-registry") == "land-registry"
    with pytest.raises(Unfit, match="is not a name"):
        parse_word("land.registry")
    for text in ("", ".a", "a b", "ä", "x" * 101, "a/b", "a\n"):
        with pytest.raises(Unfit, match="is not a name"):
            parse_name(text)


def test_a_date_is_year_month_and_day():
    assert parse_date("2027-03-31") == datetime.date(2027, 3, 31)
    for text in ("31.3.2027", "20270331", "2027-W01-1", "2027-3-1"):
        with pytest.raises(Unfit, match="is not a date; write year, month and day, such as 2027-03-31"):
            parse_date(text)
    with pytest.raises(Unfit, match="is no day of the calendar; mend the date"):
        parse_date("2027-02-29")


@given(st.text(max_size=30))
def test_no_text_is_too_odd_to_be_refused(text: str):
    parsers = (parse_duration, parse_share, parse_size, parse_whole, parse_flag, parse_text, parse_name, parse_date)
    for parse in parsers:
        try:
            parse(text)
        except Unfit as unfit:
            what, mend = str(unfit).split("; ", 1)
            assert what
            assert mend
