"""A silo's values as an answer holds them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from facade.formats import MAX_DEPTH
from facade.port.plain import PlainError, plain_fields


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_moments_are_iso_8601_and_numbers_keep_their_digits() -> None:
    written = {
        "on": datetime.date(2027, 3, 31),
        "at": [datetime.time(9, 30), datetime.datetime(2027, 3, 31, 9, 30, tzinfo=datetime.UTC)],
        "price": Decimal("1.10"),
        "rate": 0.1,
        "pair": (1, None),
    }
    assert plain_fields(written) == {
        "on": "2027-03-31",
        "at": ["09:30:00", "2027-03-31T09:30:00+00:00"],
        "price": Decimal("1.10"),
        "rate": Decimal("0.1"),
        "pair": [1, None],
    }


@pytest.mark.parametrize(
    "value",
    [b"QQ", Decimal("NaN"), Decimal("1E+999"), float("inf"), object(), deep(MAX_DEPTH)],
    ids=lambda value: type(value).__name__,
)
def test_what_no_answer_can_hold_is_refused_by_its_fields_name(value: object) -> None:
    with pytest.raises(PlainError, match="amount"):
        plain_fields({"claim": {"amount": value}})


@pytest.mark.parametrize("name", [1, None, ("a",)])
def test_a_field_whose_name_is_no_text_is_refused(name: object) -> None:
    with pytest.raises(PlainError, match="claim has a field whose name is not text"):
        plain_fields({"claim": {name: "QQ123456C"}})


def test_what_is_just_deep_enough_passes() -> None:
    assert plain_fields(deep(MAX_DEPTH - 1)) == deep(MAX_DEPTH - 1)
