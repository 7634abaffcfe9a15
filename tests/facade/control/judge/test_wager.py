"""A bet is fair: on average it gives 1 or less while the platform keeps within its limit, else it can give more."""

from __future__ import annotations

from math import comb, exp, inf, isfinite

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from facade.control.judge.wager import EXCESSES, Counts, log_factor, log_factor_alone

rates = st.floats(0, 1)
margins = st.sampled_from([0.0, 0.01, 0.05, 0.3])
few = st.integers(1, 6)
excesses = st.sampled_from(EXCESSES)


def chance(calls: int, hits: int, rate: float) -> float:
    return comb(calls, hits) * rate**hits * (1 - rate) ** (calls - hits)


def mean(
    legacy: tuple[int, float], platform: tuple[int, float], expected: float, margin: float, excess: float
) -> float:
    """What a block's bet gives on average: over every outcome of so many calls at such rates."""
    (m, a), (n, b) = legacy, platform
    return sum(
        chance(m, x, a) * chance(n, y, b) * exp(log_factor(Counts(m, x, n, y), expected, margin, excess))
        for x in range(m + 1)
        for y in range(n + 1)
    )


@given(few, few, rates, rates, rates, margins, excesses)
def test_within_the_limit_no_bet_gains_on_average(
    m: int, n: int, legacy: float, part: float, expected: float, margin: float, excess: float
) -> None:
    platform = part * min(legacy + margin, 1.0)
    assert mean((m, legacy), (n, platform), expected, margin, excess) <= 1 + 1e-9


@given(few, few, rates, rates, margins, excesses)
def test_at_the_limit_itself_no_bet_gains_on_average(
    m: int, n: int, legacy: float, expected: float, margin: float, excess: float
) -> None:
    platform = min(legacy + margin, 1.0)
    assert mean((m, legacy), (n, platform), expected, margin, excess) <= 1 + 1e-9


def test_bursts_within_a_block_do_not_make_a_bet_gain() -> None:
    def one_by_one(legacy: list[float], platform: list[float]) -> float:
        """On average, of calls that each have their own rate."""

        def hits(each: list[float]) -> dict[int, float]:
            chances = {0: 1.0}
            for rate in each:
                chances = {
                    count: chances.get(count, 0.0) * (1 - rate) + chances.get(count - 1, 0.0) * rate
                    for count in range(len(chances) + 1)
                }
            return chances

        return sum(
            p * q * exp(log_factor(Counts(len(legacy), x, len(platform), y), 0.01, 0.01, 0.2))
            for x, p in hits(legacy).items()
            for y, q in hits(platform).items()
        )

    assert one_by_one([0.0, 0.0, 0.9, 0.9], [0.0, 0.9]) <= 1
    assert one_by_one([0.0, 0.0, 0.0, 0.0], [0.0, 0.9]) > 1


@pytest.mark.parametrize("excess", EXCESSES)
def test_a_bet_on_what_is_true_gains(excess: float) -> None:
    assert mean((9, 0.01), (1, 0.02 + excess), 0.01, 0.01, excess) > 1


def test_a_bet_that_is_nearly_right_gains_nearly_all_there_is_to_gain() -> None:
    calls = [(Counts(9, x, 1, y), chance(9, x, 0.005) * chance(1, y, 0.05)) for x in range(10) for y in range(2)]
    gained = {
        excess: sum(odds * log_factor(block, 0.005, 0.01, excess) for block, odds in calls) for excess in (0.035, 0.02)
    }
    assert 0.0235 < gained[0.035] < 0.0242  # the least divergence of these rates from any allowed ones is 0.0242
    assert gained[0.02] > 0.8 * gained[0.035]


@given(few, few, st.data(), rates, margins, excesses)
def test_no_block_ruins_a_bet(
    m: int, n: int, data: st.DataObject, expected: float, margin: float, excess: float
) -> None:
    block = Counts(m, data.draw(st.integers(0, m)), n, data.draw(st.integers(0, n)))
    assert isfinite(log_factor(block, expected, margin, excess))


@given(few, few, rates, margins, excesses)
def test_errors_of_the_platform_speak_for_it_and_errors_of_legacy_against(
    m: int, n: int, expected: float, margin: float, excess: float
) -> None:
    bad = log_factor(Counts(m, 0, n, n), expected, margin, excess)
    good = log_factor(Counts(m, 0, n, 0), expected, margin, excess)
    both = log_factor(Counts(m, m, n, n), expected, margin, excess)
    assert bad >= good
    assert bad >= both
    assert good <= 1e-12 or expected > 0


def test_a_block_of_one_side_says_nothing() -> None:
    assert log_factor(Counts(0, 0, 5, 5), 0.01, 0.01, 0.2) == 0
    assert log_factor(Counts(5, 5, 0, 0), 0.01, 0.01, 0.2) == 0


def test_nothing_is_bet_where_no_rate_could_be_too_high() -> None:
    assert log_factor(Counts(5, 5, 5, 5), 0.97, 0.05, 0.2) == 0
    assert log_factor_alone(1, 1, 0.995, 0.2) == 0


@given(few, rates, st.floats(0.0001, 0.9), excesses)
def test_against_a_fixed_limit_no_bet_gains_on_average_either(n: int, part: float, limit: float, excess: float) -> None:
    rate = part * limit
    gained = sum(chance(n, x, rate) * exp(log_factor_alone(n, x, limit, excess)) for x in range(n + 1))
    assert gained <= 1 + 1e-9
    assert gained < inf


@given(st.lists(st.tuples(*[st.integers(0, 99)] * 4), min_size=1, max_size=5))
def test_counts_add_up(blocks: list[tuple[int, int, int, int]]) -> None:
    assume(blocks)
    total = Counts(0, 0, 0, 0)
    for block in blocks:
        total = total.plus(Counts(*block))
    assert total == tuple(map(sum, zip(*blocks, strict=True)))
