"""What bets come to."""

from __future__ import annotations

from math import exp, log

import pytest

from facade.control.judge.wager import EXCESSES, Counts
from facade.control.judge.wealth import SMALLEST_SAMPLE, Wealth

BLOCK = Counts(45, 0, 5, 5)


def settle(wealth: Wealth, gain: float, times: int = 1, block: Counts = BLOCK) -> None:
    for _ in range(times):
        wealth.settle(block, [gain] * len(EXCESSES))


def test_all_stakes_of_a_lifetime_sum_to_one_at_most() -> None:
    wealth = Wealth(0.01)
    settle(wealth, 0.0)
    assert exp(wealth.logarithm) == pytest.approx(1 / 2)
    settle(wealth, 0.0)
    assert exp(wealth.logarithm) == pytest.approx(2 / 3)
    settle(wealth, 0.0, 9_998)
    assert exp(wealth.logarithm) == pytest.approx(1 - 1 / 10_001)


def test_a_check_fails_once_its_bets_have_reached_the_odds_and_for_good() -> None:
    wealth = Wealth(0.01)
    settle(wealth, log(10), 2)
    assert wealth.finding is None
    assert exp(wealth.logarithm) == pytest.approx(100 / 2 + 10 / 6)
    settle(wealth, log(10))
    assert wealth.finding is not None
    found = wealth.finding
    settle(wealth, -1.0, 1000)
    assert wealth.finding == found


def test_nothing_fails_by_less_than_the_smallest_sample() -> None:
    wealth = Wealth(0.01)
    one = Counts(9, 0, 1, 1)
    settle(wealth, 5.0, SMALLEST_SAMPLE - 1, one)
    assert wealth.finding is None
    settle(wealth, 0.0, 1, one)
    assert wealth.finding is not None
    assert wealth.finding.counts.platform_calls == SMALLEST_SAMPLE


def test_what_decided_is_told_whole_where_it_is_nearly_all() -> None:
    wealth = Wealth(0.01)
    settle(wealth, -1.0, 1)
    settle(wealth, 0.4, 30)
    assert wealth.finding is not None
    assert wealth.finding == (wealth.total, True)
    assert 50 <= wealth.total.platform_calls < 150


def test_of_a_platform_that_broke_later_only_the_calls_since_then_are_told() -> None:
    wealth = Wealth(0.01)
    good = Counts(45, 0, 5, 0)
    settle(wealth, -0.1, 1000, good)
    settle(wealth, 3.0, 20)
    assert wealth.finding is not None
    counts, whole = wealth.finding
    assert not whole
    assert counts.platform_calls == counts.platform_hits
    assert counts.platform_calls <= 40


def test_a_long_good_time_costs_a_later_finding_little() -> None:
    young, old = Wealth(0.01), Wealth(0.01)
    settle(old, -0.1, 10_000, Counts(45, 0, 5, 0))
    blocks = []
    for wealth in (young, old):
        blocks.append(0)
        while wealth.finding is None:
            settle(wealth, 1.0)
            blocks[-1] += 1
    assert blocks == [6, 21]


def test_bets_are_kept_apart_and_the_best_one_tells() -> None:
    wealth = Wealth(0.01)
    for _ in range(10):
        wealth.settle(BLOCK, [2.0, *[-9.0] * (len(EXCESSES) - 1)])
    assert wealth.finding is not None
    assert wealth.finding.whole
    assert repr(wealth).startswith("<Wealth ")


def test_wealth_that_has_no_bets_yet_can_be_shown() -> None:
    assert (
        repr(Wealth(0.01))
        == "<Wealth 0 of 100 Counts(legacy_calls=0, legacy_hits=0, platform_calls=0, platform_hits=0)>"
    )
