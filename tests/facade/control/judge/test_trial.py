"""A trial of the platform against legacy."""

from __future__ import annotations

import random

import pytest

from facade.control.judge.trial import Trial, TrialAlone
from facade.control.judge.wager import Counts


def drawn(draw: random.Random, calls: int, rate: float) -> int:
    return sum(draw.random() < rate for _ in range(calls))


def calls_until(trial: Trial, legacy: float, platform: float, seed: int, most: int = 20_000) -> int | None:
    """Calls of the platform until it fails, at a tenth's share."""
    draw = random.Random(seed)
    for block in range(most // 5):
        trial.settle(Counts(45, drawn(draw, 45, legacy), 5, drawn(draw, 5, platform)))
        if trial.wealth.finding is not None:
            return 5 * (block + 1)
    return None


def test_an_equal_platform_is_not_found_guilty() -> None:
    assert [calls_until(Trial(0.0, 0.01, 0.01), 0.05, 0.05, seed, 2_000) for seed in range(20)] == [None] * 20


def test_a_platform_beyond_the_margin_is_found_and_one_within_it_is_not() -> None:
    assert calls_until(Trial(0.05, 0.01, 0.01), 0.01, 0.15, seed=1) is not None
    assert calls_until(Trial(0.05, 0.01, 0.01), 0.01, 0.05, seed=1, most=5_000) is None


def test_what_is_expected_of_legacy_follows_it() -> None:
    trial = Trial(0.0, 0.01, 0.5)
    assert trial.expected == 0.5
    for _ in range(50):
        trial.settle(Counts(100, 0, 10, 0))
    assert trial.expected < 0.001
    for _ in range(50):
        trial.settle(Counts(100, 20, 10, 2))
    assert trial.expected == pytest.approx(0.2, abs=0.02)


def test_a_block_of_more_calls_than_are_remembered_is_all_that_is_remembered() -> None:
    trial = Trial(0.0, 0.01, 0.5)
    trial.settle(Counts(5_000, 5_000, 5, 5))
    assert trial.expected == 1.0
    trial.settle(Counts(5_000, 0, 5, 0))
    assert trial.expected == 0.0
    trial.settle(Counts(5_000, 0, 5, 5))
    assert trial.wealth.total.platform_calls == 15


def test_a_block_of_one_side_teaches_nothing() -> None:
    trial = Trial(0.0, 0.01, 0.5)
    trial.settle(Counts(100, 0, 0, 0))
    trial.settle(Counts(0, 0, 5, 5))
    assert trial.expected == 0.5
    assert trial.wealth.total == (0, 0, 0, 0)


def test_differences_beyond_a_limit_are_found_and_those_within_it_are_not() -> None:
    draw = random.Random(7)
    within, beyond = TrialAlone(0.005, 0.01), TrialAlone(0.005, 0.01)
    for _ in range(3_000):
        within.settle(hit=draw.random() < 0.005)
        beyond.settle(hit=draw.random() < 0.05)
    assert within.wealth.finding is None
    assert beyond.wealth.finding is not None


def test_against_a_limit_of_none_one_difference_does_not_decide() -> None:
    trial = TrialAlone(0.0, 0.0006)
    for _ in range(20):
        trial.settle(hit=False)
    trial.settle(hit=True)
    assert trial.wealth.finding is None
    trial.settle(hit=True)
    trial.settle(hit=True)
    assert trial.wealth.finding is not None
    assert "limit=0.0001" in repr(trial)
    assert "margin=0.05" in repr(Trial(0.05, 0.01, 0.5))
