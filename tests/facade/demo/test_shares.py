import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.demo.shares import Measured, fits, percent, tolerance

TENTH = Fraction(1, 10)


@pytest.mark.parametrize("platform", [63, 100, 137])
def test_a_tenth_of_a_thousand_may_be_missed_by_four_deviations(platform: int):
    assert fits(Measured(1000, platform), TENTH)


@pytest.mark.parametrize("platform", [0, 62, 138, 1000])
def test_a_tenth_of_a_thousand_may_not_be_missed_by_more(platform: int):
    assert not fits(Measured(1000, platform), TENTH)


@given(st.integers(1, 5000), st.sampled_from([Fraction(0), Fraction(1)]))
def test_nobody_and_everybody_are_exact(callers: int, share: Fraction):
    exact = int(callers * share)
    assert fits(Measured(callers, exact), share)
    assert not fits(Measured(callers, exact + (1 if share == 0 else -1)), share)
    assert tolerance(callers, share) == 0


def test_no_callers_prove_nothing():
    assert not fits(Measured(0, 0), Fraction(0))


def test_a_caller_whom_both_sides_answered_refutes_every_share():
    assert not fits(Measured(1000, 100, both=1), TENTH)


def test_a_fair_draw_fits_nearly_always():
    chance = random.Random(3)
    draws = [sum(chance.random() < 0.1 for _ in range(1000)) for _ in range(500)]
    assert sum(not fits(Measured(1000, drawn), TENTH) for drawn in draws) == 0


@pytest.mark.parametrize(
    ("share", "text"),
    [(Fraction(1, 10), "10%"), (Fraction(1, 8), "12.5%"), (Fraction(0), "0%"), (1.0, "100%"), (0.005, "0.5%")],
)
def test_shares_are_written_as_an_operator_writes_them(share: Fraction | float, text: str):
    assert percent(share) == text
