from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.ending.trend import Point, quantile, zero_of

DECLINES = 300


def decline(
    chance: random.Random, *, alike: float = 0.0, noise: float = 0.02, days: int = 0
) -> tuple[list[Point], float]:
    """A made-up decline with weekdays of their own and noise, and the day on which it truly reaches zero."""
    days = days or chance.randint(21, 56)
    start = chance.uniform(0.4, 0.95)
    slope = chance.uniform(0.15, start - 0.05) / days
    weekdays = [chance.uniform(-0.05, 0.05) for _ in range(7)]
    level = sum(weekdays) / 7
    shaken, points = 0.0, []
    for day in range(days):
        shaken = alike * shaken + chance.gauss(0, noise * (1 - alike**2) ** 0.5)
        points.append(Point(day, start - slope * day + weekdays[day % 7] - level + shaken))
    return points, start / slope


@pytest.mark.parametrize("alike", [0.0, 0.4])
@pytest.mark.parametrize("noise", [0.002, 0.02, 0.05])
def test_nine_of_ten_made_up_declines_reach_zero_within_the_band(alike: float, noise: float):
    chance = random.Random(f"{alike} {noise}")
    within = found = 0
    for _ in range(DECLINES):
        points, truly = decline(chance, alike=alike, noise=noise)
        zero = zero_of(points)
        if zero is not None:
            found += 1
            within += zero.earliest <= truly <= zero.latest
    assert found > 0.9 * DECLINES
    assert within >= 0.9 * found


def test_the_band_says_something_it_is_no_wider_than_what_is_left():
    widths = []
    for seed in range(100):
        points, truly = decline(random.Random(seed), days=56)
        zero = zero_of(points)
        assert zero is not None
        widths.append((zero.latest - zero.earliest) / truly)
    assert sorted(widths)[50] < 0.25


@given(st.integers(0, 2**32), st.integers(21, 56), st.integers(1, 400_000))
def test_a_shift_of_all_days_shifts_the_answer_and_nothing_else(seed: int, days: int, shift: int):
    points, _ = decline(random.Random(seed), days=days)
    here, there = zero_of(points), zero_of([Point(day + 7 * shift, share) for day, share in points])
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        for one, other in zip(
            (here.earliest, here.day, here.latest), (there.earliest, there.day, there.latest), strict=True
        ):
            assert other - 7 * shift == pytest.approx(one, rel=1e-3, abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1)), max_size=60, unique_by=lambda each: each[0]))
def test_whatever_the_shares_the_best_guess_lies_in_its_band(days: list[tuple[int, float]]):
    zero = zero_of([Point(*each) for each in sorted(days)])
    if zero is not None:
        assert zero.earliest <= zero.day + 1e-6
        assert zero.day <= zero.latest + 1e-6


def test_an_exact_line_is_met_exactly_whatever_the_weekdays():
    points = [Point(day, 1 - day / 100 + (0.04 if day % 7 == 3 else -0.04 / 6)) for day in range(28)]
    zero = zero_of(points)
    assert zero is not None
    assert (zero.earliest, zero.day, zero.latest) == pytest.approx((100, 100, 100), abs=0.01)


@pytest.mark.parametrize("shares", [[0.5] * 56, [0.2 + 0.01 * day for day in range(56)], [0.5, 0.4, 0.6] * 12])
def test_what_does_not_surely_fall_has_no_zero(shares: list[float]):
    assert zero_of([Point(day, share) for day, share in enumerate(shares)]) is None


def test_too_few_days_have_no_zero():
    assert zero_of([]) is None
    assert zero_of([Point(day, 1 - day / 20) for day in range(10)]) is None


@pytest.mark.parametrize(("freedom", "known"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (120, 1.980)])
def test_the_quantile_is_students_within_a_hundredth(freedom: int, known: float):
    assert quantile(freedom) == pytest.approx(known, rel=0.01)


def test_the_quantile_falls_with_more_freedom():
    assert all(one > other for one, other in pairwise(map(quantile, range(3, 100))))
