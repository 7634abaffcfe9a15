"""Built-in types: what is written is what is read, to the last digit."""

from __future__ import annotations

import contextlib
import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.soap.lexical import BUILT_INS, Misfit, as_lexical


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_is_itself_again(number):
    assert BUILT_INS["decimal"].read(as_lexical(number)) == number


@given(st.integers())
def test_a_whole_number_is_itself_again(number):
    assert BUILT_INS["integer"].read(as_lexical(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_read_as_the_decimal_that_says_it(number):
    assert BUILT_INS["double"].read(repr(number)) == Decimal(repr(number))


@given(st.dates())
def test_a_date_is_its_own_text(day):
    assert BUILT_INS["date"].read(as_lexical(day)) == day.isoformat()


@given(
    st.datetimes(
        timezones=st.sampled_from([None, datetime.UTC, datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))])
    )
)
def test_a_date_time_is_its_own_text(moment):
    assert BUILT_INS["dateTime"].read(moment.isoformat()) == moment.isoformat()


@given(st.booleans())
def test_a_truth_is_itself_again(truth):
    assert BUILT_INS["boolean"].read(as_lexical(truth)) is truth


@given(st.sampled_from(sorted(BUILT_INS)), st.text(max_size=30))
def test_any_text_is_read_or_a_misfit(name, text):
    with contextlib.suppress(Misfit):
        BUILT_INS[name].read(text)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("byte", ["-128", "127", "+1", "007"], ["128", "-129", "1.0", "", "1 "]),
        ("unsignedLong", ["18446744073709551615"], ["18446744073709551616", "-1"]),
        ("positiveInteger", ["1"], ["0"]),
        ("integer", ["9" * 400], ["9" * 401, "1e3", "٣"]),
        ("decimal", ["1.", ".5", "-0"], [".", "1e3", "1,5", "Infinity", "9" * 401]),
        ("float", ["1e-400", "-.5E+4"], ["INF", "NaN", "1e401", "1e99999"]),
        ("time", ["23:59:59", "24:00:00", "00:00:00.123456789Z"], ["24:00:01", "12:00", "25:00:00"]),
        ("date", ["2020-02-29+14:00"], ["2019-02-29", "2020-2-9", "2020-02-29+15:00"]),
        ("gYear", ["2020", "2020Z"], ["20"]),
        ("gYearMonth", ["2020-12"], ["2020-13"]),
        ("gMonth", ["--12"], ["--13", "12"]),
        ("gDay", ["---31"], ["---32"]),
        ("gMonthDay", ["--02-29"], ["--02-32"]),
        ("duration", ["P1Y2M3DT4H5M6.7S", "-PT1S", "P1D"], ["P", "PT", "1D", "P1DT"]),
        ("hexBinary", ["", "0aFF"], ["0", "0g"]),
        ("base64Binary", ["", "aGk=", "aG k="], ["a-b", "=="[:1] + "a"]),
    ],
)
def test_a_type_has_its_texts_and_no_others(name, good, bad):
    for text in good:
        BUILT_INS[name].read(text)
    for text in bad:
        with pytest.raises(Misfit):
            BUILT_INS[name].read(text)
