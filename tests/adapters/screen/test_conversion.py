"""A text of a page is read as a value exactly, or not at all."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.screen.conversion import Conversion, Unconverted


@pytest.mark.parametrize(
    ("written", "text", "value"),
    [
        ("date:%d/%m/%Y", "31/03/2027", datetime.date(2027, 3, 31)),
        ("date:%d %B %Y", "1 March 2027", datetime.date(2027, 3, 1)),
        ("int", "0042", 42),
        ("int", "-7", -7),
        ("decimal", "1,250.50", Decimal("1250.50")),
        ("decimal", "£1250.50", Decimal("1250.50")),
        ("decimal:,.", "1.234,50 €", Decimal("1234.50")),
        ("decimal:,", "-€ 0,10", Decimal("-0.10")),
        ("decimal", "-$1,000", Decimal(-1000)),
        ("decimal:, ", "1 234 567,8", Decimal("1234567.8")),
    ],
)
def test_a_value_is_read_as_it_is_written(written: str, text: str, value: object) -> None:
    found = Conversion.parse(written).of(text)
    assert (type(found), str(found)) == (type(value), str(value))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("date:%d/%m/%Y", "31/02/2027"),
        ("date:%d/%m/%Y", "2027-03-31"),
        ("date:%d/%m/%Y", "\u0663\u0661/03/2027"),
        ("int", "12.0"),
        ("int", "1_000"),
        ("int", "\u0661\u0662"),
        ("int", ""),
        ("int", "9" * 201),
        ("decimal", "1,25"),
        ("decimal", "1,2345.00"),
        ("decimal", "1.234,50"),
        ("decimal:,.", "1234.50"),
        ("decimal", "12-"),
        ("decimal", "1e5"),
        ("decimal", "NaN"),
        ("decimal", "£"),
    ],
)
def test_what_is_no_such_value_is_not_read_and_not_shown(written: str, text: str) -> None:
    with pytest.raises(Unconverted) as wrong:
        Conversion.parse(written).of(text)
    assert text == "" or text not in str(wrong.value)


@pytest.mark.parametrize(
    "written", ["date", "date:%d/%m", "date:%H:%M", "date:x", "int:2", "decimal:ab", "decimal:,,", "text"]
)
def test_a_conversion_that_means_nothing_is_the_operators_mistake(written: str) -> None:
    with pytest.raises(ValueError, match="; write "):
        Conversion.parse(written)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_that_is_written_with_marks_is_the_same_number(value: Decimal) -> None:
    written = f"{value:,.2f}"
    assert Conversion.parse("decimal:.,").of(written) == value
    assert Conversion.parse("decimal:,.").of(written.translate({44: 46, 46: 44})) == value
