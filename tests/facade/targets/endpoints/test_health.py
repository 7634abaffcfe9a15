"""Whether an endpoint is used: out after failures in a row, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.targets.endpoints.health import ANSWERS, CANNOT_ANSWER, CANNOT_CONNECT, CONNECTS, LONGEST, SHORTEST, Health
from facade.wire import refusals


def left_out(now: float = 0.0) -> Health:
    health = Health()
    for _ in range(CONNECTS):
        health.failed(refusals.REFUSED, now)
    assert not health.is_in
    return health


@pytest.mark.parametrize("problem", CANNOT_CONNECT)
def test_an_endpoint_that_cannot_be_connected_to_is_left_out_after_three_failures(problem) -> None:
    health = Health()
    assert [health.failed(problem, 0.0) for _ in range(4)] == [False, False, True, False]
    assert not health.is_in


@pytest.mark.parametrize("problem", CANNOT_ANSWER)
def test_an_endpoint_that_does_not_answer_is_left_out_after_five(problem) -> None:
    health = Health()
    assert [health.failed(problem, 0.0) for _ in range(5)] == [False] * 4 + [True]


def test_an_endpoint_that_says_no_five_times_is_left_out_and_only_an_answer_brings_it_back() -> None:
    health = Health()
    assert [health.said_no(0.0) for _ in range(6)] == [False] * 4 + [True, False]
    health.tried(SHORTEST)
    assert not health.said_no(SHORTEST)
    assert not health.is_in
    assert health.answered()


def test_any_answer_ends_the_row() -> None:
    health = Health()
    for _ in range(10):
        assert not health.failed(refusals.REFUSED, 0.0)
        assert not health.failed(refusals.BROKEN, 0.0)
        assert not health.said_no(0.0)
        assert not health.answered()
    assert health.is_in


def test_what_is_not_the_endpoints_doing_counts_for_nothing() -> None:
    health = Health()
    for _ in range(ANSWERS):
        assert not health.failed(refusals.BODY_TOO_LARGE, 0.0)
    assert (health.is_in, health.failures) == (True, 0)


def test_one_that_is_out_is_due_once_its_spell_is_over() -> None:
    health = left_out(now=100.0)
    assert not health.is_due(100.0 + SHORTEST - 0.1)
    assert health.is_due(100.0 + SHORTEST)


def test_one_that_is_in_is_never_due() -> None:
    assert not Health().is_due(1e9)


def test_each_try_doubles_the_wait_for_the_next_up_to_a_bound() -> None:
    health, now, waits = left_out(), SHORTEST, []
    for _ in range(7):
        health.tried(now)
        health.failed(refusals.REFUSED, now)
        due = next(now + seconds for seconds in range(1, 100) if health.is_due(now + seconds))
        waits.append(due - now)
        now = due
    assert waits == [2, 4, 8, 16, LONGEST, LONGEST, LONGEST]


def test_an_answer_brings_it_back_for_good() -> None:
    health = left_out()
    health.tried(SHORTEST)
    assert health.answered()
    assert health.is_in
    assert not health.is_due(1e9)
    assert repr(health) == "<Health in failures=0>"
    assert [health.failed(refusals.REFUSED, 50.0) for _ in range(CONNECTS)][-1]
    assert health.is_due(50.0 + SHORTEST)  # and the spells begin anew


@given(some.lists(some.sampled_from(["failed", "said no", "answered", "tried"])))
def test_an_endpoint_that_is_out_is_tried_again_within_the_longest_spell(events: list[str]) -> None:
    health, now = Health(), 0.0
    for event in events:
        if event == "failed":
            health.failed(refusals.LATE, now)
        elif event == "said no":
            health.said_no(now)
        elif event == "answered":
            health.answered()
        elif health.is_due(now):
            health.tried(now)
        now += 0.5
        assert health.is_in or health.is_due(now + LONGEST)
        assert health.is_in or health.failures
