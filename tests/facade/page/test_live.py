"""Live updates: what changed is told once, and nothing is made while nobody watches."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
from collections.abc import AsyncIterator
from typing import Any

from shown import BAD, NOON, TITLES, Page, World

from facade.control.answers import Question
from facade.control.view import Calls
from facade.page.live import LARGEST, Live, events

LATER = NOON + datetime.timedelta(seconds=2)


class Watching:
    """One who watches a world, and what they were told."""

    def __init__(self, world: World, live: Live, since: float = 0.0) -> None:
        self.live = live
        self.pieces: AsyncIterator[bytes] = world.watchers.watch(live.first(since))

    async def told(self) -> Any:
        event, content = (await anext(self.pieces)).split(b"\ndata: ")
        assert event == b"event: changed"
        assert content.endswith(b"\n\n")
        return json.loads(content)


async def watched(world: World) -> tuple[Live, Watching]:
    """Somebody who was told at first to ask again, for nobody looked before they came."""
    live = Live(world.sources())
    watching = Watching(world, live)
    assert await watching.told() == {"again": True, "parts": {}}
    await live.look()
    return live, watching


async def test_a_route_that_moved_is_told_as_its_row_and_nothing_else_is() -> None:
    world = World()
    live, watching = await watched(world)
    world.routes, world.now = (dataclasses.replace(TITLES, verdict="pass"),), LATER
    await live.look()
    told = await watching.told()
    assert list(told["parts"]) == ["route-titles.read"]
    row = Page(f"<table>{told['parts']['route-titles.read']}</table>")
    assert row.all("tr") == [{"id": "route-titles.read", "data-stage": "canary"}]
    assert "passes" in row.said


async def test_a_call_more_is_no_change_until_a_share_looks_different() -> None:
    world = World()
    live, watching = await watched(world)
    world.routes = (dataclasses.replace(TITLES, calls=Calls(76, 25, 1)),)
    world.silos = (dataclasses.replace(world.silos[0], calls=76, share=0.7501), world.silos[1])
    world.now = LATER
    await live.look()
    told = await watching.told()
    assert set(told["parts"]) == {"headline", "services"}  # 24.8% became 24.5%


async def test_what_serves_and_what_was_rejected_is_told() -> None:
    world = World()
    live, watching = await watched(world)
    world.config, world.now = BAD, LATER
    await live.look()
    told = await watching.told()
    assert list(told["parts"]) == ["standing"]
    assert "was rejected" in Page(told["parts"]["standing"]).said


async def test_who_comes_later_is_told_what_changed_since_their_page_was_made() -> None:
    world = World()
    live, _ = await watched(world)
    world.routes, world.now = (dataclasses.replace(TITLES, verdict="pass"),), LATER
    await live.look()
    before, after = NOON.timestamp(), LATER.timestamp() + 0.5
    assert list((await Watching(world, live, before).told())["parts"]) == ["route-titles.read"]
    assert await Watching(world, live, after).told() == {"again": False, "parts": {}}
    assert (await Watching(world, live, before - 1).told())["again"]


async def test_routes_that_come_or_go_have_everybody_ask_again() -> None:
    world = World()
    live, watching = await watched(world)
    world.routes = (TITLES, dataclasses.replace(TITLES, name="new"))
    await live.look()
    assert (await watching.told())["again"]
    world.routes = ()
    await live.look()
    assert (await watching.told())["again"]


async def test_what_is_too_much_for_one_event_is_asked_for_instead() -> None:
    world = World()
    world.routes = tuple(dataclasses.replace(TITLES, name=f"r{number}") for number in range(200))
    live, watching = await watched(world)
    world.routes = tuple(dataclasses.replace(each, verdict="pass", evidence="x" * 400) for each in world.routes)
    world.now = LATER
    await live.look()
    told = await watching.told()
    assert told == {"again": True, "parts": {}}
    assert len(json.dumps(told)) < LARGEST


async def test_nobody_looks_while_nobody_watches() -> None:
    world = World()
    looks = []

    async def look() -> None:
        looks.append(1)

    live = Live(world.sources())
    live.look = look  # type: ignore[method-assign]  # counts them
    task = asyncio.create_task(live.watch(lambda _: asyncio.sleep(0)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert looks == []
    pieces = world.watchers.watch(b"")
    await anext(pieces)
    for _ in range(4):
        await asyncio.sleep(0)
    assert looks
    task.cancel()


async def test_one_look_that_fails_ends_none_of_those_that_follow() -> None:
    world = World()
    live = Live(world.sources())
    looks = []

    async def look() -> None:
        looks.append(1)
        raise ValueError("a defect")

    live.look = look  # type: ignore[method-assign]  # fails
    pieces = world.watchers.watch(b"")
    await anext(pieces)
    task = asyncio.create_task(live.watch(lambda _: asyncio.sleep(0)))
    for _ in range(6):
        await asyncio.sleep(0)
    assert len(looks) > 1
    task.cancel()


async def test_the_stream_lasts_and_a_moment_that_is_none_asks_for_all() -> None:
    world = World()
    live = Live(world.sources())
    answer = events(live, world.sources())
    for query in ((), (("since", "soon"),), (("since", "nan"),), (("since", "-inf"),)):
        reply = await answer(Question("GET", "/events", query))
        assert (reply.lasts, reply.content_type) == (True, "text/event-stream; charset=utf-8")
        assert b'"again":true' in await anext(reply.body)  # type: ignore[arg-type]  # it comes in pieces
