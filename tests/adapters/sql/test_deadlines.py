"""Many calls' deadlines by one timer: each is late at its own, and nobody else's cancellation is mistaken for it."""

from __future__ import annotations

import asyncio

import pytest

from adapters.sql.deadlines import Deadlines


async def bounded(deadlines: Deadlines, seconds: float, work: asyncio.Future[str]) -> str:
    bound = deadlines.begin(seconds)
    try:
        return await work
    except asyncio.CancelledError:
        if bound.is_why():
            return "late"
        raise
    finally:
        deadlines.end(bound)


def never() -> asyncio.Future[str]:
    return asyncio.get_running_loop().create_future()


async def test_each_call_is_late_at_its_own_deadline_in_whatever_order_they_began() -> None:
    deadlines, late = Deadlines(), []

    async def call(seconds: float) -> None:
        assert await bounded(deadlines, seconds, never()) == "late"
        late.append(seconds)

    await asyncio.gather(*(call(seconds) for seconds in (0.06, 0.02, 0.04, 0.0)))
    assert late == [0.0, 0.02, 0.04, 0.06]
    assert repr(deadlines) == "<Deadlines of 0 calls>"


async def test_a_call_that_ends_in_time_is_not_touched_when_its_deadline_comes() -> None:
    deadlines, work = Deadlines(), never()
    call = asyncio.gather(bounded(deadlines, 0.02, work))
    work.set_result("done")
    assert await call == ["done"]
    await asyncio.sleep(0.04)
    later = asyncio.gather(bounded(deadlines, 0.02, never()))
    assert await later == ["late"], "the timer is set anew"


async def test_a_caller_who_hangs_up_is_no_late_call() -> None:
    deadlines = Deadlines()
    call = asyncio.gather(bounded(deadlines, 3600, never()))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert repr(deadlines) == "<Deadlines of 0 calls>"


async def test_a_caller_who_hangs_up_as_the_deadline_comes_is_cancelled() -> None:
    deadlines = Deadlines()
    task = asyncio.gather(bounded(deadlines, 3600, never()))
    await asyncio.sleep(0)
    deadlines.expire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_all_are_late_at_once_and_no_timer_is_left() -> None:
    deadlines = Deadlines()
    calls = asyncio.gather(*(bounded(deadlines, 3600, never()) for _ in range(3)))
    await asyncio.sleep(0)
    deadlines.expire()
    deadlines.expire()
    assert await calls == ["late"] * 3
    assert deadlines._timer is None


async def test_a_sooner_deadline_sets_the_timer_and_a_later_one_does_not() -> None:
    deadlines = Deadlines()
    bounds = [deadlines.begin(seconds) for seconds in (30.0, 60.0)]
    first = deadlines._timer
    assert first is not None
    assert first.when() == bounds[0].at
    sooner = deadlines.begin(10.0)
    assert first.cancelled()
    assert deadlines._timer is not None
    assert deadlines._timer.when() == sooner.at
    for bound in (*bounds, sooner):
        deadlines.end(bound)
    deadlines.expire()
