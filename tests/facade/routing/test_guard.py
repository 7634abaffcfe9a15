"""What an operator allows a moving route."""

from __future__ import annotations

from fractions import Fraction

import pytest

from facade.routing.guard import Guard, LatencyMargin, Quantile


def test_a_margin_of_time_is_seconds_or_a_part_of_legacys_or_both() -> None:
    assert LatencyMargin(seconds=0.05).above(0.2) == 0.25
    assert LatencyMargin(share=Fraction(1, 2)).above(0.2) == pytest.approx(0.3)
    assert LatencyMargin(1.0, Fraction(1)).above(2.0) == 5.0


def test_only_the_quantiles_with_a_margin_are_checked() -> None:
    margin = LatencyMargin(0.05)
    assert Guard(p50=margin, p99=margin).latencies == ((Quantile.P50, margin), (Quantile.P99, margin))
    assert Guard().latencies == ()
    assert [str(each) for each in Quantile] == ["p50", "p95", "p99"]
