"""The budget: never more than its limit, nobody waits for ever, and it opens gently."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from far_end import settle
from hypothesis import given
from hypothesis import strategies as st
from network import resting_wheel

from facade.problem import Problem, Refusal
from facade.targets.protect.budget import FEW, OPENING, UNLIMITED, Budget
from facade.targets.protect.problems import WAITED_IN_VAIN
from facade.wire import refusals
from facade.wire.deadlines import TICK


@pytest.fixture
def budget(time):
    """One slot, and two may wait."""
    return Budget(1, 2, time.wheel, time.clock)


class Caller:
    """Somebody who wants a slot, and what came of it."""

    def __init__(self, budget: Budget, until: float, *, empty_handed: bool = False) -> None:
        self.budget = budget
        self.empty_handed = empty_handed
        self.problem: Problem | None = None
        self.has_slot = False
        self.task = asyncio.get_running_loop().create_task(self._come(until))

    async def _come(self, until: float) -> None:
        try:
            if not self.budget.take():
                await self.budget.wait(until, empty_handed=self.empty_handed)
            self.has_slot = True
        except Refusal as refusal:
            self.problem = refusal.problem

    def goes(self) -> None:
        """Done, or hangs up."""
        self.task.cancel()
        if self.has_slot:
            self.has_slot = False
            self.budget.release()


async def come(budget: Budget, until: float = 1e9, *, empty_handed: bool = False) -> Caller:
    caller = Caller(budget, until, empty_handed=empty_handed)
    await settle()
    return caller


async def test_who_waits_gets_the_slot_in_the_order_of_arrival(budget: Budget) -> None:
    first, second, third = await come(budget), await come(budget), await come(budget)
    assert [caller.has_slot for caller in (first, second, third)] == [True, False, False]
    assert (budget.taken, budget.waiting) == (1, 2)
    first.goes()
    await settle()
    assert (second.has_slot, third.has_slot) == (True, False)
    second.goes()
    await settle()
    assert third.has_slot
    assert (budget.taken, budget.waiting) == (1, 0)


async def test_as_many_slow_ones_are_to_leave_as_wait_and_no_more(budget: Budget, time) -> None:
    assert not budget.wants_one_back()
    for _ in range(3):
        await come(budget)
    assert [budget.wants_one_back() for _ in range(3)] == [True, True, False]
    time.passes(1)  # those who were asked did not leave
    assert budget.wants_one_back()


async def test_who_was_turned_away_counts_for_a_moment_as_one_who_waits(time) -> None:
    budget = Budget(1, 0, time.wheel, time.clock)
    for _ in range(3):
        await come(budget)
    assert budget.waiting == 0
    assert [budget.wants_one_back() for _ in range(3)] == [True, True, False]
    await come(budget)
    time.passes(2.5)
    assert not budget.wants_one_back()


async def test_a_full_queue_is_told_at_once(budget: Budget) -> None:
    for _ in range(3):
        await come(budget)
    assert (await come(budget)).problem is refusals.FULL
    assert refusals.FULL.retry_after == 1


async def test_who_comes_empty_handed_is_served_last(budget: Budget) -> None:
    first, empty, third = await come(budget), await come(budget, empty_handed=True), await come(budget)
    first.goes()
    await settle()
    assert (empty.has_slot, third.has_slot) == (False, True)
    third.goes()
    await settle()
    assert (empty.has_slot, budget.waiting) == (True, 0)


async def test_who_comes_empty_handed_gives_up_the_last_place_of_a_full_queue_and_takes_nobodys(budget: Budget) -> None:
    await come(budget)
    early, late = [await come(budget, empty_handed=True) for _ in range(2)]
    assert (await come(budget, empty_handed=True)).problem is refusals.FULL
    whole = await come(budget)
    assert [caller.problem for caller in (early, late, whole)] == [None, refusals.FULL, None]
    assert not budget.turns_away
    await come(budget)
    assert (early.problem, budget.waiting, budget.turns_away) == (refusals.FULL, 2, False)
    assert (await come(budget)).problem is refusals.FULL
    assert budget.turns_away


async def test_where_a_slow_call_has_to_leave_nobody_empty_handed_gets_its_slot(budget: Budget) -> None:
    first, empty, whole = await come(budget), await come(budget, empty_handed=True), await come(budget)
    assert budget.wants_one_back()
    await settle()
    assert (empty.problem, whole.problem, budget.turns_away) == (refusals.FULL, None, True)
    first.goes()
    await settle()
    assert whole.has_slot


async def test_who_comes_empty_handed_is_turned_away_with_all_others(budget: Budget) -> None:
    await come(budget)
    empty, whole = await come(budget, empty_handed=True), await come(budget)
    budget.turn_away(refusals.CLOSED)
    await settle()
    assert (empty.problem, whole.problem, budget.waiting) == (refusals.CLOSED, refusals.CLOSED, 0)


async def test_nobody_waits_beyond_their_time(budget: Budget, time) -> None:
    first = await come(budget)
    second = await come(budget, until=time.clock() + 1.0)
    time.passes(0.9)
    await settle()
    assert second.problem is None
    time.passes(0.3)
    await settle()
    assert second.problem is WAITED_IN_VAIN
    assert budget.waiting == 0
    first.goes()
    assert budget.taken == 0


async def test_who_has_no_time_left_is_passed_over(budget: Budget, time) -> None:
    first = await come(budget)
    late = await come(budget, until=time.clock() + 1.0)
    early = await come(budget, until=time.clock() + 9.0)
    time.wheel.now += 2.0  # the wheel has not turned yet: nobody has told the late one
    first.goes()
    await settle()
    assert late.problem is WAITED_IN_VAIN
    assert early.has_slot
    assert budget.taken == 1


async def test_a_caller_who_hangs_up_leaves_the_queue(budget: Budget, time) -> None:
    first, second, third = await come(budget), await come(budget), await come(budget)
    second.goes()
    await settle()
    assert budget.waiting == 1
    first.goes()
    await settle()
    assert third.has_slot
    third.goes()
    await settle()
    assert repr(budget) == "<Budget taken=0 room=1 limit=1 waiting=0>"
    assert repr(time.wheel) == "<Deadlines watched=0>"


async def test_a_caller_who_hangs_up_just_as_it_is_their_turn_gives_the_slot_on(budget: Budget) -> None:
    first, second, third = await come(budget), await come(budget), await come(budget)
    first.goes()
    second.task.cancel()
    await settle()
    assert not second.has_slot
    assert third.has_slot
    assert budget.taken == 1


async def test_a_caller_who_hangs_up_just_before_it_is_their_turn_is_passed_over(budget: Budget) -> None:
    first, second, third = await come(budget), await come(budget), await come(budget)
    second.task.cancel()
    first.goes()
    await settle()
    assert third.has_slot
    assert budget.taken == 1


async def test_all_who_wait_can_be_turned_away(budget: Budget) -> None:
    first, second, third = await come(budget), await come(budget), await come(budget)
    budget.turn_away(refusals.CLOSED)
    await settle()
    assert (second.problem, third.problem) == (refusals.CLOSED, refusals.CLOSED)
    assert (first.has_slot, budget.waiting) == (True, 0)


async def test_other_numbers_hold_at_once_and_nobody_loses_a_slot(time) -> None:
    budget = Budget(2, 2, time.wheel, time.clock)
    callers = [await come(budget) for _ in range(4)]
    budget.adjust(1, 0)
    assert (budget.taken, budget.waiting) == (2, 2)
    callers[0].goes()
    await settle()
    assert (budget.taken, budget.waiting) == (1, 2)
    assert (await come(budget)).problem is refusals.FULL
    budget.adjust(3, 2)
    await settle()
    assert (budget.taken, budget.waiting) == (3, 0)


async def test_without_a_limit_nobody_ever_waits(time) -> None:
    budget = Budget(UNLIMITED, 100, time.wheel, time.clock)
    assert sum(budget.take() for _ in range(1000)) == 1000
    budget.open_gently()
    assert budget.take()


async def test_a_budget_opens_with_a_few_and_one_more_for_each_good_answer(time) -> None:
    budget = Budget(20, 100, time.wheel, time.clock)
    callers = [await come(budget) for _ in range(20)]
    assert budget.taken == FEW
    budget.widen()
    await settle()
    assert budget.taken == FEW + 1
    callers[0].goes()
    await settle()
    assert budget.taken == FEW + 1


async def test_a_budget_opens_by_the_clock_too_for_a_silo_that_takes_its_time(time) -> None:
    budget = Budget(20, 100, time.wheel, time.clock)
    callers = [await come(budget) for _ in range(30)]
    seen = []
    for _ in range(int(OPENING / TICK) + 2):
        time.passes(TICK)
        await settle()
        seen.append(budget.taken)
    assert seen == sorted(seen)
    assert max(later - sooner for sooner, later in pairwise(seen)) <= 2
    assert (budget.taken, budget.waiting) == (20, 10)
    assert sum(caller.has_slot for caller in callers) == 20


async def test_while_it_opens_as_many_may_come_as_ever(time) -> None:
    budget = Budget(5, 0, time.wheel, time.clock)
    callers = [await come(budget) for _ in range(6)]
    assert [caller.problem for caller in callers] == [None] * 5 + [refusals.FULL]
    assert budget.taken == FEW


async def test_other_numbers_do_not_hurry_a_budget_that_opens(time) -> None:
    budget = Budget(20, 0, time.wheel, time.clock)
    budget.adjust(30, 0)
    assert budget.room == FEW
    budget.widen(30)
    budget.adjust(40, 0)
    assert budget.room == 40


async def test_the_clock_rests_while_nobody_waits(time) -> None:
    budget = Budget(20, 100, time.wheel, time.clock)
    await come(budget)
    time.passes(100.0)
    assert budget.room == FEW


async def test_it_can_open_gently_again_and_nobody_loses_a_slot(time) -> None:
    budget = Budget(5, 9, time.wheel, time.clock)
    budget.widen(5)
    callers = [await come(budget) for _ in range(7)]
    budget.open_gently()
    assert (budget.taken, budget.waiting) == (5, 2)
    for caller in callers[:3]:
        caller.goes()
    await settle()
    assert (budget.taken, budget.waiting) == (3, 1)
    time.passes(0.3)
    await settle()
    assert (budget.taken, budget.waiting) == (4, 0)


def test_it_shows_what_it_is(time) -> None:
    assert repr(Budget(20, 9, time.wheel, time.clock)) == "<Budget taken=0 room=3 limit=20 waiting=0>"


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("comes"), st.floats(0, 3)),
        st.tuples(st.just("goes"), st.integers(0, 30)),
        st.tuples(st.just("passes"), st.floats(0, 1)),
        st.tuples(st.just("answers"), st.just(0)),
        st.tuples(st.just("closes"), st.just(0)),
        st.tuples(st.just("reloads"), st.integers(1, 8)),
        st.tuples(st.just("settles"), st.just(0)),
    ),
    max_size=60,
)


@given(st.integers(1, 6), st.integers(0, 4), HAPPENINGS)
def test_in_any_order_no_slot_is_lost_nor_given_twice_and_nobody_waits_for_ever(
    limit: int, queue: int, happenings: list[tuple[str, float]]
) -> None:
    asyncio.run(live(limit, queue, happenings))


async def live(limit: int, queue: int, happenings: list[tuple[str, float]]) -> None:
    wheel = resting_wheel()
    budget = Budget(limit, queue, wheel, lambda: wheel.now)
    callers: list[Caller] = []
    most = limit
    for what, number in happenings:
        if what == "comes":
            callers.append(Caller(budget, wheel.now + number, empty_handed=len(callers) % 3 == 1))
        elif what == "goes" and callers:
            callers.pop(int(number) % len(callers)).goes()
        elif what == "passes":
            wheel.turn(wheel.now + number)
        elif what == "answers":
            budget.widen()
        elif what == "closes":
            budget.turn_away(refusals.CLOSED)
            budget.open_gently()
        elif what == "reloads":
            most = max(most, int(number))
            budget.adjust(int(number), queue)
        else:
            await settle()
            assert sum(caller.has_slot for caller in callers) == budget.taken <= most
    await settle()
    for _ in range(50):
        wheel.turn(wheel.now + 0.1)
        await settle()
    assert budget.waiting == 0
    assert all(caller.has_slot or caller.problem for caller in callers)
    for caller in callers:
        caller.goes()
    await settle()
    assert (budget.taken, budget.waiting) == (0, 0)


class Borrower:
    """Somebody nobody waits for."""

    def __init__(self, budget: Budget) -> None:
        self.told = False
        self.loan = budget.lend(self._leave)

    def _leave(self) -> None:
        self.told = True


async def test_a_free_slot_is_lent_until_somebody_would_have_to_wait(budget: Budget) -> None:
    borrower = Borrower(budget)
    assert borrower.loan is not None
    caller = await come(budget)
    assert (borrower.told, caller.has_slot) == (True, False)
    with borrower.loan:
        pass
    await settle()
    assert caller.has_slot
    caller.goes()
    assert budget.taken == 0


async def test_no_slot_is_lent_that_there_is_not_or_that_somebody_waits_for(budget: Budget) -> None:
    first, second = await come(budget), await come(budget)
    assert Borrower(budget).loan is None
    first.goes()
    await settle()
    assert second.has_slot
    assert Borrower(budget).loan is None
    second.goes()
    assert Borrower(budget).loan is not None


async def test_what_is_lent_takes_nobodys_place_in_the_queue(time) -> None:
    budget = Budget(1, 0, time.wheel, time.clock)
    borrower = Borrower(budget)
    assert borrower.loan is not None
    first, second = await come(budget), await come(budget)
    assert (first.problem, second.problem) == (None, refusals.FULL)
    budget.give_back(borrower.loan)
    await settle()
    assert first.has_slot
    first.goes()


async def test_of_several_borrowers_one_leaves_for_each_who_waits(time) -> None:
    budget = Budget(3, 5, time.wheel, time.clock)
    borrowers = [Borrower(budget) for _ in range(3)]
    waiting = [await come(budget), await come(budget)]
    assert [borrower.told for borrower in borrowers] == [True, True, False]
    for borrower in borrowers:
        assert borrower.loan is not None
        budget.give_back(borrower.loan)
    await settle()
    assert all(caller.has_slot for caller in waiting)
    for caller in waiting:
        caller.goes()
    assert budget.taken == 0


async def test_whoever_waits_for_what_is_lent_takes_one_place_and_not_two(time) -> None:
    budget = Budget(2, 0, time.wheel, time.clock)
    borrowers = [Borrower(budget) for _ in range(2)]
    callers = [await come(budget), await come(budget)]
    assert [caller.problem for caller in callers] == [None, None]
    assert (await come(budget)).problem is refusals.FULL
    for borrower in borrowers:
        assert borrower.loan is not None
        budget.give_back(borrower.loan)
    await settle()
    assert all(caller.has_slot for caller in callers)
    for caller in callers:
        caller.goes()
    assert budget.taken == 0
