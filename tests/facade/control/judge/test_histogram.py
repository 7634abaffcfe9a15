"""How long calls took."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.control.judge.histogram import BUCKETS, GROWTH, LONGEST, SHORTEST, Histogram


def of(*times: float) -> Histogram:
    histogram = Histogram()
    for seconds in times:
        histogram.add(seconds)
    return histogram


@given(st.lists(st.floats(SHORTEST, LONGEST), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_the_time_that_so_many_do_not_exceed_or_a_twentieth_more(times: list[float], part: float) -> None:
    exact = sorted(times)[math.ceil(part * len(times)) - 1]
    assert exact * (1 - 1e-9) <= of(*times).quantile(part) <= max(exact, SHORTEST) * GROWTH * (1 + 1e-9)


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan, SHORTEST])
def test_what_is_no_time_counts_as_the_shortest(seconds: float) -> None:
    assert of(seconds).quantile(0.5) == SHORTEST


@pytest.mark.parametrize("seconds", [LONGEST, 1e12, math.inf])
def test_what_is_longer_than_an_hour_counts_as_the_longest(seconds: float) -> None:
    assert of(seconds).quantile(0.5) >= LONGEST
    assert of(seconds).quantile(0.5) == of(math.inf).quantile(0.5)


def test_nothing_counted_has_no_quantile() -> None:
    assert Histogram().quantile(0.99) == 0.0
    assert repr(of(0.1)) == "<Histogram of 1: p50=0.1021 s p99=0.1021 s>"


def test_the_buckets_are_few() -> None:
    assert BUCKETS < 400
