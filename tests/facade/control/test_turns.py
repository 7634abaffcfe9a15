from __future__ import annotations

import asyncio
from itertools import pairwise

from facade.control.turns import Turns


async def test_of_all_who_wait_one_goes_on_in_each_round_of_the_loop():
    turns, rounds = Turns(), []
    went = 0

    async def go_on() -> None:
        nonlocal went
        for _ in range(5):
            await turns.pause()
            went += 1

    async def look() -> None:
        while went < 50:
            rounds.append(went)
            await asyncio.sleep(0)

    await asyncio.gather(look(), *(go_on() for _ in range(10)))
    assert max(after - before for before, after in pairwise(rounds)) == 1


async def test_they_go_on_in_the_order_in_which_they_asked():
    turns, order = Turns(), []

    async def go_on(name: int) -> None:
        await turns.pause()
        order.append(name)

    await asyncio.gather(*(go_on(name) for name in range(20)))
    assert order == list(range(20))


async def test_who_has_left_takes_no_turn_from_others():
    turns = Turns()
    leaving, staying = asyncio.create_task(turns.pause()), asyncio.create_task(turns.pause())
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait_for(staying, 5)
    assert repr(turns) == "<Turns waiting=0>"
    await asyncio.wait_for(turns.pause(), 5)
