"""Parity and its bound."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.compare.parity import Agreement, comparisons_needed, lower_bound, upper_bound

trials = st.integers(1, 10**6)


@pytest.mark.parametrize(("parity", "needed"), [("0.995", 539), ("0.99", 268), ("0.9", 25), ("0.999", 2703), ("0", 0)])
def test_a_parity_needs_so_many_equal_answers(parity: str, needed: int) -> None:
    assert comparisons_needed(Fraction(parity)) == needed


def test_full_parity_is_never_shown() -> None:
    assert comparisons_needed(Fraction(1)) is None


@given(st.fractions(Fraction(1, 100), Fraction(9999, 10_000)))
def test_what_is_needed_suffices_and_one_less_does_not(parity: Fraction) -> None:
    needed = comparisons_needed(parity)
    assert needed is not None
    assert lower_bound(needed, needed) >= float(parity) - 1e-12
    assert lower_bound(needed - 1, needed - 1) < float(parity)


@given(trials, st.data())
def test_the_bounds_stand_on_both_sides_of_what_was_measured(count: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, count))
    assert 0 <= lower_bound(hits, count) <= hits / count <= upper_bound(hits, count) + 1e-12 <= 1 + 1e-12


@given(trials, st.data())
def test_the_upper_bound_is_the_lower_one_of_what_is_left(count: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, count))
    assert upper_bound(hits, count) == pytest.approx(1 - lower_bound(count - hits, count))


def test_the_bound_is_wilsons() -> None:
    for bound in (lower_bound(90, 100), upper_bound(90, 100)):
        assert abs(0.9 - bound) == pytest.approx(1.6449 * sqrt(bound * (1 - bound) / 100), rel=1e-4)


def test_nothing_compared_tells_nothing() -> None:
    assert (Agreement().share, Agreement().at_least, upper_bound(0, 0)) == (0.0, 0.0, 1.0)
    assert Agreement(4, 3).share == 0.75
