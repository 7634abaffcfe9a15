"""The breaker's states as a table, and what holds in any order of calls."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from facade.targets.definition import BreakerRules
from facade.targets.protect.breaker import NO_TURN, PROBES, TRANSITIONS, Breaker, Event, State

RULES = BreakerRules(errors=Fraction(1, 2), window=30.0, calls=4, pause=10.0)


def opened() -> Breaker:
    """A breaker that opened at 0."""
    breaker = Breaker(RULES)
    for _ in range(RULES.calls):
        breaker.failed(breaker.begin(), 0.0)
    assert breaker.state is State.OPEN
    return breaker


def half_open() -> Breaker:
    breaker = opened()
    assert breaker.admits(RULES.pause)
    assert breaker.state is State.HALF_OPEN
    return breaker


@pytest.mark.parametrize(
    ("state", "event", "becomes"),
    [
        (State.CLOSED, Event.TOO_MANY_FAILED, State.OPEN),
        (State.OPEN, Event.PAUSE_IS_OVER, State.HALF_OPEN),
        (State.HALF_OPEN, Event.PROBES_WERE_ANSWERED, State.CLOSED),
        (State.HALF_OPEN, Event.PROBE_FAILED, State.OPEN),
    ],
)
def test_the_table_of_states_is_the_one_in_the_manual(state: State, event: Event, becomes: State) -> None:
    assert TRANSITIONS[state, event] is becomes
    assert len(TRANSITIONS) == 4


def test_it_opens_when_the_share_of_failures_is_reached() -> None:
    breaker = Breaker(RULES)
    turn = breaker.begin()
    assert not breaker.answered(turn, 0.0)
    assert not breaker.answered(turn, 0.0)
    assert not breaker.failed(turn, 0.0)
    assert breaker.failed(turn, 0.0)
    assert breaker.state is State.OPEN


def test_it_stays_closed_below_the_minimum_of_calls() -> None:
    breaker = Breaker(RULES)
    for _ in range(RULES.calls - 1):
        breaker.failed(breaker.begin(), 0.0)
    assert breaker.state is State.CLOSED
    breaker.answered(breaker.begin(), 0.0)
    assert breaker.state is State.CLOSED  # four calls, three failed: only a failure opens it
    breaker.failed(breaker.begin(), 0.0)
    assert breaker.state is State.OPEN


def test_failures_further_apart_than_the_window_do_not_open_it() -> None:
    breaker = Breaker(RULES)
    for number in range(20):
        breaker.failed(breaker.begin(), number * 11.0)
    assert breaker.state is State.CLOSED


def test_an_answer_that_breaks_off_is_one_failed_call_and_not_two_calls() -> None:
    breaker = Breaker(RULES)
    for _ in range(RULES.calls - 1):
        breaker.answered(breaker.begin(), 0.0)
        breaker.broke_off(breaker.turn, 0.0)
    assert breaker.state is State.CLOSED
    breaker.answered(breaker.begin(), 0.0)
    assert breaker.broke_off(breaker.turn, 0.0)


def test_while_open_it_lets_nobody_in_until_the_pause_is_over() -> None:
    breaker = opened()
    assert not breaker.admits(RULES.pause - 0.001)
    assert breaker.admits(RULES.pause)


def test_a_clock_that_goes_back_does_not_end_the_pause() -> None:
    breaker = opened()
    assert not breaker.admits(-1000.0)


def test_half_open_it_lets_a_few_in_and_closes_when_all_were_answered() -> None:
    breaker = half_open()
    turns = []
    while breaker.admits(10.0):
        turns.append(breaker.begin())
    assert len(turns) == PROBES
    assert [breaker.answered(turn, 11.0) for turn in turns] == [False] * (PROBES - 1) + [True]
    assert breaker.state is State.CLOSED
    assert breaker.admits(11.0)


def test_one_probe_that_fails_opens_it_for_another_pause() -> None:
    breaker = half_open()
    first, second = breaker.begin(), breaker.begin()
    assert not breaker.answered(first, 11.0)
    assert breaker.failed(second, 12.0)
    assert breaker.state is State.OPEN
    assert not breaker.admits(12.0 + RULES.pause - 0.001)
    assert breaker.admits(12.0 + RULES.pause)


def test_a_probe_whose_answer_breaks_off_opens_it_too() -> None:
    breaker = half_open()
    turn = breaker.begin()
    breaker.answered(turn, 11.0)
    assert breaker.broke_off(turn, 12.0)
    assert breaker.state is State.OPEN


def test_a_probe_whose_caller_left_makes_room_for_another() -> None:
    breaker = half_open()
    turns = [breaker.begin() for _ in range(PROBES)]
    assert not breaker.admits(10.0)
    breaker.left(turns[0])
    assert breaker.admits(10.0)


def test_calls_from_before_it_opened_say_nothing_about_the_time_after() -> None:
    breaker = Breaker(RULES)
    late = [breaker.begin() for _ in range(10)]
    for turn in late[: RULES.calls]:
        breaker.failed(turn, 0.0)
    assert breaker.admits(RULES.pause)
    assert not breaker.failed(late[5], 10.0)
    assert not any(breaker.answered(turn, 10.0) for turn in late[6:])
    breaker.left(late[7])
    assert breaker.state is State.HALF_OPEN
    probes = [breaker.begin() for _ in range(PROBES)]
    assert not breaker.admits(10.0)
    assert len(set(probes)) == 1


def test_a_failure_from_before_it_opened_does_not_count_after_it_has_closed() -> None:
    breaker = Breaker(RULES)
    late = [breaker.begin() for _ in range(10)]
    for turn in late[: RULES.calls]:
        breaker.failed(turn, 0.0)
    assert breaker.admits(10.0)
    for probe in [breaker.begin() for _ in range(PROBES)]:
        breaker.answered(probe, 10.0)
    for turn in late[RULES.calls :]:
        breaker.failed(turn, 10.0)
    for _ in range(RULES.calls - 1):
        breaker.failed(breaker.begin(), 10.0)
    assert breaker.state is State.CLOSED


def test_nothing_is_left_of_the_failures_when_it_closes() -> None:
    breaker = half_open()
    for turn in [breaker.begin() for _ in range(PROBES)]:
        breaker.answered(turn, 10.0)
    for _ in range(RULES.calls - 1):
        breaker.failed(breaker.begin(), 10.0)
    assert breaker.state is State.CLOSED


def test_other_rules_hold_from_now_on_and_the_state_stays() -> None:
    breaker = Breaker(RULES)
    for _ in range(3):
        breaker.failed(breaker.begin(), 0.0)
    breaker.adjust(BreakerRules(errors=Fraction(1), window=60.0, calls=5, pause=1.0))
    breaker.failed(breaker.begin(), 50.0)
    assert breaker.state is State.CLOSED
    assert breaker.failed(breaker.begin(), 50.0)
    breaker.adjust(RULES)
    assert breaker.state is State.OPEN
    assert breaker.admits(51.0)


def test_no_breaker_takes_a_call_of_another() -> None:
    assert Breaker(RULES).turn != Breaker(RULES).turn
    assert not Breaker(RULES).failed(NO_TURN, 0.0)


class AnyOrder(RuleBasedStateMachine):
    """Calls that come, go and fail in any order, and a clock that goes on."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(RULES)
        self.now = 0.0
        self.probes: set[tuple[int, int]] = set()
        self.number = 0
        self.counted: list[float] = []

    @rule(seconds=st.floats(0, 12))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=calls)
    def a_call_comes(self) -> tuple[int, int] | None:
        if not self.breaker.admits(self.now):
            assert self.breaker.state is not State.CLOSED
            return None
        self.number += 1
        call = (self.breaker.begin(), self.number)
        if self.breaker.state is State.HALF_OPEN:
            self.probes.add(call)
            assert sum(turn == self.breaker.turn for turn, _ in self.probes) <= PROBES
        return call

    @rule(call=consumes(calls))
    def it_is_answered(self, call: tuple[int, int] | None) -> None:
        if call is not None:
            self._count(call)
            self.breaker.answered(call[0], self.now)

    @rule(call=consumes(calls))
    def its_caller_leaves(self, call: tuple[int, int] | None) -> None:
        if call is not None:
            self.breaker.left(call[0])
            self.probes.discard(call)

    @rule(call=consumes(calls))
    def it_fails(self, call: tuple[int, int] | None) -> None:
        if call is None:
            return
        self._count(call)
        was = self.breaker.state
        opened = self.breaker.failed(call[0], self.now)
        assert opened is (self.breaker.state is not was)
        if opened and was is State.CLOSED:
            recent = [moment for moment in self.counted if moment > self.now - RULES.window * 1.1 - 0.001]
            assert len(recent) >= RULES.calls

    def _count(self, call: tuple[int, int]) -> None:
        if call[0] == self.breaker.turn:
            self.counted.append(self.now)

    @invariant()
    def an_open_one_reopens_no_later_than_its_pause(self) -> None:
        if self.breaker.state is State.OPEN:
            assert self.breaker.until <= self.now + RULES.pause


AnyOrder.TestCase.settings = settings(deadline=None, stateful_step_count=60, max_examples=60)
test_a_breaker_keeps_its_promises_in_any_order = AnyOrder.TestCase
