"""`/api/preview`, asked as a command asks it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import structlog
from counted import NOON, a_route

from facade.config.settings import Configuration, Settings
from facade.control.answers import Question
from facade.control.preview.page import pages
from facade.control.usage.keep import Day


class Unreadable:
    async def last_day(self) -> Day | None:
        raise PermissionError(13, "Permission denied")


async def pause() -> None:
    pass


async def test_where_usage_cannot_be_read_the_routes_are_answered_and_it_is_told() -> None:
    configuration = Configuration("abc", Settings(), {}, (a_route(),), ())
    reloader = cast(Any, SimpleNamespace(ordered=configuration, overrides=SimpleNamespace(now=())))
    answering = pages(reloader, cast(Any, Unreadable()), lambda: NOON, pause)["/api/preview"]
    with structlog.testing.capture_logs() as lines:
        reply = await answering(Question("GET", "/api/preview"))
    assert not isinstance(reply.body, bytes)
    document = msgspec.json.decode(b"".join([piece async for piece in reply.body]))
    assert document["told"] == [
        {
            "revision": "abc",
            "at": NOON.isoformat().replace("+00:00", "Z"),
            "frozen": None,
            "day": None,
            "is_over": False,
            "calls": 0,
            "sampled": 0,
        }
    ]
    assert [route["name"] for route in document["routes"]] == ["titles.read"]
    assert [line["event"] for line in lines] == ["usage not read"]
