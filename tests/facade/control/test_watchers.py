from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

from facade.control import watchers as module
from facade.control.overview import breathe
from facade.control.watchers import AT_ONCE, BEHIND, Watchers, event


def watching(watchers: Watchers) -> AsyncGenerator[bytes, None]:
    return cast("AsyncGenerator[bytes, None]", watchers.watch(b"first"))


async def test_everybody_is_told_the_same_in_order_after_what_they_are_told_first():
    watchers = Watchers(breathe)
    all_of_them = [watching(watchers) for _ in range(3)]
    assert [await anext(each) for each in all_of_them] == [b"first"] * 3
    await watchers.tell(b"one")
    await watchers.tell(b"two")
    for each in all_of_them:
        assert [await anext(each), await anext(each)] == [b"one", b"two"]


async def test_the_loop_is_given_back_after_a_few_of_them():
    pauses = []

    async def pause() -> None:
        pauses.append(1)

    watchers = Watchers(pause)
    all_of_them = [watching(watchers) for _ in range(10 * AT_ONCE)]
    for each in all_of_them:
        await anext(each)
    await watchers.tell(b"one")
    assert len(pauses) == 10


async def test_who_does_not_keep_up_is_dropped_and_nobody_else_is():
    watchers = Watchers(breathe)
    slow, quick = watching(watchers), watching(watchers)
    await anext(slow)
    await anext(quick)
    for number in range(BEHIND + 1):
        await watchers.tell(str(number).encode())
        assert await anext(quick) == str(number).encode()
    assert [each async for each in slow] == []
    assert len(watchers) == 1


async def test_who_leaves_is_forgotten_and_somebody_is_who_watches():
    watchers = Watchers(breathe)
    waiting = asyncio.create_task(watchers.somebody())
    await asyncio.sleep(0)
    assert not waiting.done()
    one = watching(watchers)
    await anext(one)
    await waiting
    await one.aclose()
    assert repr(watchers) == "<Watchers 0>"
    assert not await _is_somebody(watchers)


async def test_all_go_when_the_listener_closes_and_nobody_comes_any_more():
    watchers = Watchers(breathe)
    one = watching(watchers)
    await anext(one)
    waits = asyncio.create_task(_rest(one))
    await asyncio.sleep(0)
    watchers.end()
    assert await waits == [b": nothing has changed\n\n"]
    assert await _rest(watching(watchers)) == [b"first"]


async def test_silence_is_broken_by_a_comment(monkeypatch: Any):
    monkeypatch.setattr(module, "SILENCE", 0.0)
    watchers = Watchers(breathe)
    one = watching(watchers)
    await anext(one)
    assert (await anext(one)).startswith(b":")
    await watchers.tell(b"one")
    assert await anext(one) == b"one"


def test_an_event_is_two_fields_and_an_empty_line():
    assert event("changed", b"{}") == b"event: changed\ndata: {}\n\n"


async def _rest(pieces: AsyncGenerator[bytes, None]) -> list[bytes]:
    return [piece async for piece in pieces]


async def _is_somebody(watchers: Watchers) -> bool:
    waiting = asyncio.create_task(watchers.somebody())
    await asyncio.sleep(0)
    waiting.cancel()
    return waiting.done() and not waiting.cancelled()
