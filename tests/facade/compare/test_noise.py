"""What differs anyhow does not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.compare.noise import counts

rates = st.floats(0, 1)


@pytest.mark.parametrize(
    ("raw", "noise", "counted"),
    [
        (1.0, 0.0, True),
        (0.0, 0.0, False),
        (1.0, 1.0, False),
        (0.10, 0.20, False),
        (0.16, 0.10, True),
        (0.14, 0.10, False),
        (0.00031, 0.0, True),
        (0.00029, 0.0, False),
        (0.0006, 0.0004, False),
    ],
)
def test_a_field_counts_when_it_differs_clearly_more_than_legacy_from_itself(
    raw: float, noise: float, counted: bool
) -> None:
    assert counts(raw, noise) is counted


@given(rates, rates, rates)
def test_more_noise_never_makes_a_field_count(raw: float, noise: float, more: float) -> None:
    low, high = sorted((noise, more))
    assert counts(raw, low) or not counts(raw, high)
