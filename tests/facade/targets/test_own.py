"""The answers of a route that is gone."""

from __future__ import annotations

import pytest
from calls import request_of, route_of

from facade.problem import Refusal
from facade.routing.stage import Stage
from facade.targets.own import GoneAnswer, options_reply
from facade.telemetry.metrics import Metrics
from facade.wire.message import name


def gone(successor: str | None = None) -> GoneAnswer:
    route = route_of(stage=Stage.GONE, successor=successor)
    return GoneAnswer(route, Metrics("1", []).in_flight("facade"))


async def test_a_route_that_is_gone_says_so_and_asks_nobody() -> None:
    with pytest.raises(Refusal) as refusal:
        await gone().ask(request_of())
    problem = refusal.value.problem
    assert (problem.status, problem.reason, problem.detail) == (
        410,
        "gone",
        "The operation titles.read was switched off.",
    )


@pytest.mark.parametrize(
    ("successor", "location"),
    [
        ("/v2/{number}", b"/v2/a%2Db?q=1"),
        ("/find", b"/find?q=1"),
        ("https://new.example/{number}", b"https://new.example/a%2Db?q=1"),
    ],
)
async def test_a_route_with_a_successor_leads_there_with_method_body_parameters_and_query_kept(
    successor: str, location: bytes
) -> None:
    request = request_of(b"POST", b"/titles/a%2Db?q=1", parameters={"number": "a%2Db"})
    reply = await gone(successor).ask(request)
    assert (reply.head.status, reply.head.reason) == (308, b"Permanent Redirect")
    assert reply.head.get(name("location")) == location
    assert reply.head.get(name("content-length")) == b"0"
    assert (reply.body.ended, reply.body.length) == (True, 0)


def test_own_answers_belong_to_no_silo() -> None:
    assert (gone().name, gone().silo) == ("facade", None)


def test_the_facade_says_which_methods_it_serves() -> None:
    head = options_reply().head
    assert (head.status, head.get(name("content-length"))) == (200, b"0")
    assert head.tokens(name("allow")) == [b"delete", b"get", b"head", b"options", b"patch", b"post", b"put"]
