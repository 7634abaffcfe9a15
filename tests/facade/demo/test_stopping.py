import asyncio
import os
import signal

import pytest

from facade.demo.stopping import SIGNALS, until_stopped


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_ends_the_performance_and_what_it_opened_is_closed(number: signal.Signals):
    closed = []

    async def performance() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            closed.append("everything")

    assert not await until_stopped(performance())
    assert closed == ["everything"]


async def test_a_second_signal_does_not_disturb_the_closing():
    closed = []

    async def performance() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.01)
            closed.append("everything")

    assert not await until_stopped(performance())
    assert closed == ["everything"]


async def test_a_performance_that_ends_by_itself_says_so():
    async def performance() -> None:
        await asyncio.sleep(0)

    assert await until_stopped(performance())


async def test_what_a_performance_raises_is_raised():
    async def performance() -> None:
        raise ValueError("stage fright")

    with pytest.raises(ValueError, match="stage fright"):
        await until_stopped(performance())
