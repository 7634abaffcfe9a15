"""The failure rate of a sliding window: exact within a bucket, and no clock's jump makes it wrong."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from facade.targets.protect.rate import BUCKETS, FailureRate

HALF = Fraction(1, 2)
STEPS = st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=60)


def test_calls_and_failures_are_counted() -> None:
    rate = FailureRate(30.0)
    for failed in (True, False, True):
        rate.called(1.0)
        if failed:
            rate.failed(1.0)
    assert (rate.calls, rate.failures) == (3, 2)
    assert rate.reaches(HALF, 3)
    assert not rate.reaches(HALF, 4)
    assert not rate.reaches(Fraction(3, 4), 3)
    assert repr(rate) == "<FailureRate 2 of 3 in 30 s>"


def test_exactly_the_share_is_reached() -> None:
    rate = FailureRate(30.0)
    for _ in range(2):
        rate.called(0.0)
    rate.failed(0.0)
    assert rate.reaches(HALF, 2)


def test_what_is_older_than_the_window_is_forgotten() -> None:
    rate = FailureRate(30.0)
    rate.called(0.0)
    rate.failed(0.0)
    rate.called(29.0)
    assert (rate.calls, rate.failures) == (2, 1)
    rate.called(33.1)
    assert (rate.calls, rate.failures) == (2, 0)
    rate.called(1000.0)
    assert (rate.calls, rate.failures) == (1, 0)


def test_another_window_keeps_what_was_counted() -> None:
    rate = FailureRate(30.0)
    rate.called(0.0)
    rate.called(20.0)
    rate.failed(20.0)
    rate.resize(10.0)
    assert (rate.calls, rate.failures) == (2, 1)
    rate.called(31.0)
    assert (rate.calls, rate.failures) == (1, 0)


@given(STEPS)
def test_it_counts_what_happened_within_the_window_give_or_take_a_bucket(steps: list[tuple[float, bool]]) -> None:
    window, now = 30.0, 0.0
    rate, happened = FailureRate(window), []
    for wait, failed in steps:
        now += wait
        happened.append((now, failed))
        rate.called(now)
        if failed:
            rate.failed(now)
        newer = [each for moment, each in happened if moment > now - window + window / BUCKETS]
        older = [each for moment, each in happened if moment > now - window - window / BUCKETS]
        assert len(newer) <= rate.calls <= len(older)
        assert sum(newer) <= rate.failures <= sum(older)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_a_clock_that_jumps_makes_no_count_negative_and_no_more_failures_than_calls(moments: list[float]) -> None:
    rate = FailureRate(30.0)
    for moment in moments:
        rate.called(moment)
        rate.failed(moment)
        assert 0 < rate.failures == rate.calls
