"""Numbers as an operator reads them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.control.judge import words
from facade.routing.guard import LatencyMargin


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (0.041, "4.1 %"),
        (0.004, "0.4 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5, "50 %"),
        (0.98, "98 %"),
        (0.995, "99.5 %"),
        (0.99953, "99.953 %"),
        (0.00042, "0.042 %"),
        (0.1249, "12 %"),
        (1.5, "150 %"),
    ],
)
def test_a_percentage_keeps_what_tells_it_from_none_and_from_all(part: float, said: str) -> None:
    assert words.percent(part) == said


@given(st.floats(1e-6, 1 - 1e-6))
def test_a_percentage_is_never_rounded_to_none_or_all(part: float) -> None:
    assert words.percent(part) not in {"0 %", "100 %"}
    assert float(words.percent(part).removesuffix(" %")) == pytest.approx(part * 100, abs=0.5)


@pytest.mark.parametrize(
    ("part", "said"),
    [(0.01, "+1 point"), (0.05, "+5 points"), (0.0, "+0 points"), (0.002, "+0.2 points"), (0.1, "+10 points")],
)
def test_a_margin_in_points(part: float, said: str) -> None:
    assert words.points(part) == said


@pytest.mark.parametrize(
    ("margin", "said"),
    [
        (LatencyMargin(0.05), "+50 ms"),
        (LatencyMargin(2.5), "+2.5 s"),
        (LatencyMargin(share=Fraction(1, 5)), "+20 %"),
        (LatencyMargin(0.05, Fraction(1, 5)), "+20 % +50 ms"),
        (LatencyMargin(), "+0 ms"),
    ],
)
def test_a_margin_in_time(margin: LatencyMargin, said: str) -> None:
    assert words.margin(margin) == said


def test_things_are_counted() -> None:
    assert [words.counted(number, "call") for number in (0, 1, 1204)] == ["0 calls", "1 call", "1,204 calls"]
