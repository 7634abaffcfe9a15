"""The breaker's states as a table, and what holds in any order of calls."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from facade.targets.definition import BreakerRules
from facade.targets.protect.breaker import NO_PASS, PROBES, TRANSITIONS, Breaker, Event, Pass, State

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
        begun = breaker.begin()
        breaker.answered(begun, 0.0)
        breaker.broke_off(begun, 0.0)
    assert breaker.state is State.CLOSED
    begun = breaker.begin()
    breaker.answered(begun, 0.0)
    assert breaker.broke_off(begun, 0.0)


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


def test_calls_whose_bodies_still_come_take_no_probes_place() -> None:
    breaker = half_open()
    uploads = []
    while breaker.admits(10.0, still_comes=True):
        uploads.append(breaker.begin(still_comes=True))
    assert len(uploads) == PROBES
    probes = []
    while breaker.admits(10.0):
        probes.append(breaker.begin())
    assert len(probes) == PROBES
    breaker.left(uploads[0])
    assert breaker.admits(10.0, still_comes=True)
    assert not breaker.admits(10.0)
    assert [breaker.answered(each, 11.0) for each in probes] == [False] * (PROBES - 1) + [True]
    assert not breaker.failed(uploads[1], 12.0)  # it was let through before it closed


def test_an_upload_that_is_answered_counts_as_much_as_a_probe() -> None:
    breaker = half_open()
    uploads = [breaker.begin(still_comes=True) for _ in range(PROBES)]
    assert [breaker.answered(each, 11.0) for each in uploads] == [False] * (PROBES - 1) + [True]


def test_a_probe_without_an_answer_holds_its_place_for_no_more_than_a_pause() -> None:
    breaker = half_open()
    silent = [breaker.begin() for _ in range(PROBES)]
    assert not breaker.admits(RULES.pause * 2 - 0.001)
    later = []
    while breaker.admits(RULES.pause * 2):
        later.append(breaker.begin())
    assert len(later) == PROBES
    breaker.left(silent[0])
    assert not breaker.admits(RULES.pause * 2)  # its place was given to somebody else already
    assert not breaker.answered(silent[1], 25.0)
    assert [breaker.answered(each, 25.0) for each in later[:2]] == [False, True]


def test_a_probe_that_fails_late_still_opens_it() -> None:
    breaker = half_open()
    silent = breaker.begin()
    assert breaker.admits(RULES.pause * 2)
    breaker.begin()
    assert breaker.failed(silent, RULES.pause * 2 + 1)


def test_uploads_are_bounded_too_and_hold_their_places_no_longer() -> None:
    breaker = half_open()
    for _ in range(PROBES):
        breaker.begin(still_comes=True)
    assert not breaker.admits(RULES.pause * 2 - 0.001, still_comes=True)
    assert breaker.admits(RULES.pause * 2, still_comes=True)


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
    assert len({probe.turn for probe in probes}) == 1


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
    assert not Breaker(RULES).failed(NO_PASS, 0.0)


class AnyOrder(RuleBasedStateMachine):
    """Calls that come, go, fail, or stay for ever, in any order, and a clock that goes on."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(RULES)
        self.now = 0.0
        self.counted: list[float] = []

    @rule(seconds=st.floats(0, 12))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=calls, still_comes=st.booleans())
    def a_call_comes(self, still_comes: bool) -> Pass | None:
        if not self.breaker.admits(self.now, still_comes=still_comes):
            assert self.breaker.state is not State.CLOSED
            return None
        given = self.breaker.begin(still_comes=still_comes)
        if self.breaker.state is State.HALF_OPEN:
            assert given.out <= PROBES
        return given

    @rule(call=consumes(calls))
    def it_is_answered(self, call: Pass | None) -> None:
        if call is not None:
            self._count(call)
            self.breaker.answered(call, self.now)

    @rule(call=consumes(calls))
    def its_caller_leaves(self, call: Pass | None) -> None:
        if call is not None:
            self.breaker.left(call)

    @rule(call=consumes(calls))
    def it_fails(self, call: Pass | None) -> None:
        if call is None:
            return
        self._count(call)
        was = self.breaker.state
        opened = self.breaker.failed(call, self.now)
        assert opened is (self.breaker.state is not was)
        if opened and was is State.CLOSED:
            recent = [moment for moment in self.counted if moment > self.now - RULES.window * 1.1 - 0.001]
            assert len(recent) >= RULES.calls

    def _count(self, call: Pass) -> None:
        if call.turn == self.breaker.turn:
            self.counted.append(self.now)

    @invariant()
    def an_open_one_reopens_no_later_than_its_pause(self) -> None:
        if self.breaker.state is State.OPEN:
            assert self.breaker.until <= self.now + RULES.pause

    @invariant()
    def nobody_is_kept_out_for_longer_than_a_pause_by_calls_that_stay(self) -> None:
        if self.breaker.state is State.HALF_OPEN:
            assert self.breaker.until <= self.now + RULES.pause
            ahead = copy.deepcopy(self.breaker)
            assert ahead.admits(ahead.until)
            assert ahead.admits(ahead.until, still_comes=True)


AnyOrder.TestCase.settings = settings(deadline=None, stateful_step_count=60, max_examples=60)
test_a_breaker_keeps_its_promises_in_any_order = AnyOrder.TestCase
