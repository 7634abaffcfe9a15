"""A value fits its type exactly, or is refused in words that do not show it."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.port.fitting import Misfit, Type, as_text, fit

anything = (
    st.text()
    | st.text(alphabet="0123456789+-.eE_ \u0660\u00b2\uff15\ud800", max_size=50)
    | st.integers()
    | st.decimals()
    | st.booleans()
    | st.lists(st.integers(), max_size=2)
    | st.floats()
)


@pytest.mark.parametrize(
    ("wanted", "value", "fitted"),
    [
        (Type.STR, "Zo\u00eb", "Zo\u00eb"),
        (Type.STR, "", ""),
        (Type.INT, "-007", -7),
        (Type.INT, "+5", 5),
        (Type.INT, 12, 12),
        (Type.INT, "9" * 40, 10**40 - 1),
        (Type.DECIMAL, "0.10", Decimal("0.10")),
        (Type.DECIMAL, 3, Decimal(3)),
        (Type.DECIMAL, Decimal("1E+2"), Decimal(100)),
        (Type.DECIMAL, Decimal("1.50"), Decimal("1.50")),
        (Type.BOOL, "true", True),
        (Type.BOOL, False, False),
        (Type.DATE, "2027-03-31", datetime.date(2027, 3, 31)),
    ],
)
def test_what_fits_is_taken_as_it_is(wanted: Type, value: object, fitted: object) -> None:
    result = fit(wanted, value)
    assert (result, type(result), str(result)) == (fitted, type(fitted), str(fitted))


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        (Type.STR, 5),
        (Type.STR, "a\0b"),
        (Type.STR, "\ud800"),
        (Type.STR, ["a"]),
        (Type.INT, ""),
        (Type.INT, " 5"),
        (Type.INT, "5\n"),
        (Type.INT, "1_0"),
        (Type.INT, "0x10"),
        (Type.INT, "\u0665"),
        (Type.INT, "\uff15"),
        (Type.INT, "5.0"),
        (Type.INT, Decimal("5.0")),
        (Type.INT, True),
        (Type.INT, "9" * 41),
        (Type.INT, 10**40),
        (Type.INT, -(10**40)),
        (Type.DECIMAL, "NaN"),
        (Type.DECIMAL, "Infinity"),
        (Type.DECIMAL, Decimal("NaN")),
        (Type.DECIMAL, Decimal("-Infinity")),
        (Type.DECIMAL, "1e5"),
        (Type.DECIMAL, "."),
        (Type.DECIMAL, "1."),
        (Type.DECIMAL, Decimal("1E+999999999")),
        (Type.DECIMAL, Decimal("1E-999999999")),
        (Type.DECIMAL, True),
        (Type.DECIMAL, 1.5),
        (Type.BOOL, "yes"),
        (Type.BOOL, "True"),
        (Type.BOOL, 1),
        (Type.DATE, "2027-02-30"),
        (Type.DATE, "20270331"),
        (Type.DATE, "2027-W13-3"),
        (Type.DATE, "2027-03-31T00:00"),
        (Type.DATE, 20270331),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused(wanted: Type, value: object) -> None:
    with pytest.raises(Misfit, match=r"must be|holds a character"):
        fit(wanted, value)


WORDS = {
    "must be text",
    "holds a character that no silo can store",
    "must be a whole number of at most 40 digits",
    "must be a number of at most 40 digits before and after the point",
    "must be true or false",
    "must be a date, as YYYY-MM-DD",
    "must be a day that exists, as YYYY-MM-DD",
}


@given(st.sampled_from(Type), anything)
def test_a_value_fits_or_is_refused_in_words_that_do_not_show_it(wanted: Type, value: object) -> None:
    words = None
    try:
        fitted = fit(wanted, value)
    except Misfit as misfit:
        words = str(misfit)
    assert words in WORDS if words else fit(wanted, as_text(fitted)) == fitted


@given(st.decimals(min_value=-(10**30), max_value=10**30, places=9))
def test_a_decimal_sent_as_text_or_as_a_number_is_the_same(number: Decimal) -> None:
    assert fit(Type.DECIMAL, as_text(number)) == fit(Type.DECIMAL, number) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (5, "5"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.10"), "0.10"),
        (datetime.date(2027, 3, 31), "2027-03-31"),
        ("V", "V"),
    ],
)
def test_a_value_inside_a_text_is_written_plainly(value: object, text: str) -> None:
    assert as_text(value) == text
