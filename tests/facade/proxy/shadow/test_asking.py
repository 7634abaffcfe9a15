"""What the other side answers to a copy, within its time, its size and what callers leave of its silo."""

from __future__ import annotations

import asyncio

import pytest
from far_end import settle
from network import resting_wheel
from sides import Sides

from facade.compare.answer import MAX_BODY
from facade.problem import Refusal
from facade.proxy.shadow.asking import Answered, Nothing, ask
from facade.targets.definition import Protect
from facade.targets.protect.protection import Protection
from facade.wire import refusals

SOON = 60.0


async def test_an_answer_comes_whole() -> None:
    sides = Sides()
    answered = await ask(sides.copy(), SOON)
    assert isinstance(answered, Answered)
    assert (answered.head.status, answered.body) == (200, b'{"a": 1}')
    assert sides.platform.in_flight.value == 0


@pytest.mark.parametrize(
    ("answer", "nothing"),
    [
        (Refusal(refusals.BROKEN), Nothing.ERROR),
        (Refusal(refusals.LATE), Nothing.LATE),
        (Refusal(refusals.CONNECT_LATE), Nothing.LATE),
        (b"x" * (MAX_BODY + 1), Nothing.ERROR),
    ],
)
async def test_what_is_no_answer_says_why(answer: bytes | Exception, nothing: Nothing) -> None:
    sides = Sides()
    sides.platform.body = answer
    assert await ask(sides.copy(), SOON) is nothing
    assert sides.platform.in_flight.value == 0


async def test_a_side_that_never_answers_is_late_at_the_end_of_its_time() -> None:
    sides = Sides()
    sides.platform.body = None
    assert await ask(sides.copy(), 0.0) is Nothing.LATE
    assert sides.platform.ended == 1


class Guarded:
    """A route whose platform takes one call at once."""

    def __init__(self) -> None:
        self.sides = Sides()
        self.sides.platform.body = None
        loop = asyncio.get_running_loop()
        self.protection = Protection("service", Protect(concurrency=1), resting_wheel(), loop.time, lambda: 0.0)
        self.sides.platform.protection = self.protection
        self.asking = loop.create_task(self._ask())

    async def _ask(self) -> Answered | Nothing:
        return await ask(self.sides.copy(), SOON)


async def test_a_copy_leaves_as_soon_as_a_caller_needs_its_slot() -> None:
    guarded = Guarded()
    await settle()
    assert guarded.protection.budget.taken == 1
    with await guarded.protection.admit(guarded.sides.copy().request):
        assert await guarded.asking is Nothing.DROPPED
        assert guarded.protection.budget.taken == 1
    assert guarded.sides.platform.ended == 1
    assert guarded.protection.budget.taken == 0


async def test_a_copy_for_which_no_slot_is_free_is_dropped_unasked() -> None:
    guarded = Guarded()
    await settle()
    assert await ask(guarded.sides.copy(), SOON) is Nothing.DROPPED
    assert len(guarded.sides.platform.asked) == 1
    guarded.asking.cancel()
    await settle()
    assert guarded.protection.budget.taken == 0
