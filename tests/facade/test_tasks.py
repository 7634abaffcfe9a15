"""Background tasks: kept until they end, and no failure is silent."""

from __future__ import annotations

import asyncio
import gc

import pytest
from structlog.testing import capture_logs

from facade import tasks
from facade.tasks import spawn


async def test_a_task_runs_under_its_name_and_is_let_go_when_it_ends() -> None:
    ran: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0)
        ran.append("yes")

    task = spawn(work(), "look around")
    assert task.get_name() == "look around"
    assert task in tasks._running
    await task
    await asyncio.sleep(0)
    assert ran == ["yes"]
    assert task not in tasks._running


async def test_a_task_that_nobody_holds_is_not_lost() -> None:
    done = asyncio.Event()

    async def work() -> None:
        waiting = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, waiting.set_result, None)
        await waiting
        done.set()

    spawn(work(), "alone")
    gc.collect()
    async with asyncio.timeout(30):
        await done.wait()


async def test_a_failure_is_logged_with_the_tasks_name_and_not_what_it_says() -> None:
    async def work() -> None:
        raise ValueError("4711-secret")

    with capture_logs() as events:
        task = spawn(work(), "watch files")
        with pytest.raises(ValueError, match="secret"):
            await task
        await asyncio.sleep(0)
    (event,) = events
    error = event.pop("exc_info")
    assert isinstance(error, ValueError)
    assert event == {"event": "background task failed", "log_level": "error", "task": "watch files"}


async def test_a_task_that_is_cancelled_has_not_failed() -> None:
    with capture_logs() as events:
        task = spawn(asyncio.sleep(60), "sleep")
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
    assert events == []
