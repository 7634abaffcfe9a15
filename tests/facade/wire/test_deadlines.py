"""The wheel of deadlines, turned by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network import resting_wheel

from facade.wire.deadlines import NEVER, TICK, Deadlines


class Item:
    """Something watched: it notes when it was overdue."""

    def __init__(self, wheel: Deadlines, then: Callable[[], None] = lambda: None) -> None:
        self.due = NEVER
        self.wakes = NEVER
        self.overdue_at: list[float] = []
        self._wheel = wheel
        self._then = then

    def overdue(self) -> None:
        self.overdue_at.append(self._wheel.now)
        self._then()


def turn(wheel: Deadlines, seconds: float) -> None:
    """Let the time pass tick by tick, as the loop does."""
    until = wheel.now + seconds
    while wheel.now + TICK < until:
        wheel.turn(wheel.now + TICK)
    wheel.turn(until)


async def test_an_item_is_overdue_once_and_at_most_a_tick_or_two_late() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    due = wheel.now + 3
    wheel.watch(item, due)
    turn(wheel, 2.9)
    assert item.overdue_at == []
    turn(wheel, 5)
    (at,) = item.overdue_at
    assert due <= at <= due + 2.5 * TICK


async def test_a_deadline_pushed_back_by_assignment_is_met_later() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    start = wheel.now
    wheel.watch(item, start + 1)
    item.due = start + 3
    turn(wheel, 2.9)
    assert item.overdue_at == []
    turn(wheel, 1)
    assert len(item.overdue_at) == 1


async def test_a_deadline_that_is_brought_forward_is_met_sooner() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    wheel.watch(item, wheel.now + 100)
    wheel.watch(item, wheel.now + 1)
    turn(wheel, 1.5)
    assert len(item.overdue_at) == 1
    turn(wheel, 200)
    assert len(item.overdue_at) == 1


async def test_a_deadline_that_is_taken_back_is_never_met_and_can_be_set_again() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    wheel.watch(item, wheel.now + 1)
    item.due = NEVER
    turn(wheel, 5)
    assert (item.overdue_at, item.wakes) == ([], NEVER)
    wheel.watch(item, wheel.now + 1)
    turn(wheel, 2)
    assert len(item.overdue_at) == 1


async def test_what_is_forgotten_is_not_kept() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    wheel.watch(item, wheel.now + 1)
    wheel.forget(item)
    wheel.forget(item)
    assert repr(wheel) == "<Deadlines watched=0>"
    turn(wheel, 5)
    assert item.overdue_at == []


async def test_what_was_forgotten_can_be_watched_again_for_later() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    wheel.watch(item, wheel.now + 1)
    wheel.forget(item)
    wheel.watch(item, wheel.now + 3)
    turn(wheel, 5)
    assert len(item.overdue_at) == 1


async def test_no_deadline_at_all_is_watched_for_nothing() -> None:
    wheel = resting_wheel()
    wheel.watch(Item(wheel), NEVER)
    assert repr(wheel) == "<Deadlines watched=0>"


async def test_a_deadline_in_the_past_is_met_with_the_next_turn() -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    wheel.watch(item, wheel.now - 50)
    turn(wheel, 2 * TICK)
    assert len(item.overdue_at) == 1


async def test_one_that_is_overdue_may_end_others_that_are_overdue_at_the_same_moment() -> None:
    wheel = resting_wheel()
    items: list[Item] = []
    for _ in range(5):
        items.append(Item(wheel, lambda: [wheel.forget(each) for each in items] and None))
        wheel.watch(items[-1], wheel.now + 1)
    turn(wheel, 3)
    assert sum(len(item.overdue_at) for item in items) == 1
    assert repr(wheel) == "<Deadlines watched=0>"


async def test_one_that_is_overdue_may_set_itself_and_others_a_new_deadline() -> None:
    wheel = resting_wheel()
    other = Item(wheel)

    def watch_both() -> None:
        wheel.watch(again, wheel.now + 1)
        wheel.watch(other, wheel.now + 1.5)

    again = Item(wheel, watch_both)
    wheel.watch(again, wheel.now + 1)
    turn(wheel, 1.3)
    assert (len(again.overdue_at), len(other.overdue_at)) == (1, 0)
    wheel.forget(again)
    turn(wheel, 1.7)
    assert (len(again.overdue_at), len(other.overdue_at)) == (1, 1)


async def test_a_loop_that_stood_still_meets_all_deadlines_it_missed() -> None:
    wheel = resting_wheel()
    items = [Item(wheel) for _ in range(50)]
    for number, item in enumerate(items):
        wheel.watch(item, wheel.now + number)
    wheel.turn(wheel.now + 60)
    assert [len(item.overdue_at) for item in items] == [1] * 50


@given(
    st.lists(
        st.tuples(st.sampled_from(["watch", "push", "forget", "turn"]), st.integers(0, 3), st.floats(0, 3)), max_size=40
    )
)
async def test_every_item_is_overdue_exactly_when_its_last_word_has_passed(
    events: list[tuple[str, int, float]],
) -> None:
    wheel = resting_wheel()
    items = [Item(wheel) for _ in range(4)]
    late = 2.5 * TICK
    for event, which, seconds in events:
        item = items[which]
        if event == "watch":
            wheel.watch(item, wheel.now + seconds)
            item.overdue_at.clear()
        elif event == "push" and item.wakes != NEVER:
            item.due = max(item.due, wheel.now + seconds)
        elif event == "forget":
            wheel.forget(item)
            item.overdue_at.clear()
        elif event == "turn":
            turn(wheel, seconds)
        for each in items:
            if each.due == NEVER:
                assert not each.overdue_at
            elif each.due + late < wheel.now:
                assert len(each.overdue_at) == 1
            assert all(at >= each.due for at in each.overdue_at)


async def test_the_wheel_turns_by_itself_until_it_is_stopped() -> None:
    wheel = Deadlines(asyncio.get_running_loop())
    met = asyncio.Event()
    wheel.watch(Item(wheel, met.set), wheel.now + 2 * TICK)
    try:
        async with asyncio.timeout(30):
            await met.wait()
    finally:
        wheel.stop()
    wheel.stop()
    now = wheel.now
    await asyncio.sleep(3 * TICK)
    assert wheel.now == now


@pytest.mark.parametrize("due", [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.7])
async def test_a_deadline_is_never_met_early(due: float) -> None:
    wheel = resting_wheel()
    item = Item(wheel)
    at = wheel.now + due
    wheel.watch(item, at)
    for step in range(1, 101):
        wheel.turn(at - due + step * 0.01)
        assert bool(item.overdue_at) <= (wheel.now >= at)
    assert len(item.overdue_at) == 1
