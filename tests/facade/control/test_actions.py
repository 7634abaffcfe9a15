"""The API that changes things: what it takes, what it refuses, and how."""

from __future__ import annotations

import asyncio
import json
from fractions import Fraction
from typing import Any

import pytest

from facade.control.actions import SENT_AS, actions
from facade.control.answers import Question, Reply
from facade.control.because import Because
from facade.control.done import Done, Scope
from facade.control.mover import Conflict
from facade.control.order import LONGEST_TOLD, Order, Verb
from facade.control.subject import Refused
from facade.problem import Problem, Refusal
from facade.routing.stage import Stage

DONE = Done((), (), (), Scope.FILES, "abc", True, "Ada", "numbers are good")
MOVE = {"name": "titles.read", "stage": "canary", "share": "25%", "reason": "numbers are good", "by": "Ada"}


class Carrying:
    """A mover that carries nothing out: it keeps the orders, and answers as it is told."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.raises: Exception | None = None
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.ended = 0

    async def carry_out(self, order: Order) -> Done:
        self.orders.append(order)
        self.began.set()
        await self.may_end.wait()
        self.ended += 1
        if self.raises is not None:
            raise self.raises
        return DONE


@pytest.fixture
async def mover() -> Any:
    return Carrying()


async def post(mover: Any, verb: str, content: object, kind: str = SENT_AS) -> Reply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return await actions(mover)[f"/api/{verb}"](Question("POST", f"/api/{verb}", content_type=kind, body=body))


async def refused(mover: Any, verb: str, content: object, kind: str = SENT_AS) -> Problem:
    with pytest.raises(Refusal) as refusal:
        await post(mover, verb, content, kind)
    return refusal.value.problem


async def test_there_is_one_for_each_verb(mover: Any):
    assert set(actions(mover)) == {"/api/move", "/api/back", "/api/hold", "/api/evict"}


async def test_a_move_is_carried_out_as_it_is_asked_for_and_what_was_done_is_answered(mover: Any):
    reply = await post(mover, "move", MOVE | {"force": True, "revision": "abc"})
    (order,) = mover.orders
    assert order == Order(
        Verb.MOVE,
        "titles.read",
        Because("api", "numbers are good", "Ada"),
        Stage.CANARY,
        Fraction(1, 4),
        force=True,
        revision="abc",
    )
    assert order.revision == "abc"
    assert reply.status == 200
    told = json.loads(reply.body)
    assert (told["scope"], told["running"], told["by"]) == ("file", True, "Ada")


@pytest.mark.parametrize(
    ("verb", "document", "name"),
    [
        ("back", {"name": "titles.read", "by": "Ada"}, "titles.read"),
        ("back", {"all": True, "share": "5%", "by": "Ada"}, None),
        ("hold", {"name": "titles.read", "by": "Ada"}, "titles.read"),
        ("evict", {"name": "titles.read", "reason": "an outage", "by": "Ada"}, "titles.read"),
    ],
)
async def test_what_takes_from_the_platform_needs_no_reason(mover: Any, verb: str, document: Any, name: str | None):
    await post(mover, verb, document)
    assert (mover.orders[0].verb, mover.orders[0].name, mover.orders[0].because.cause) == (verb, name, "api")


@pytest.mark.parametrize("cause", ["command", "page"])
async def test_who_speaks_for_a_person_says_so(mover: Any, cause: str):
    await post(mover, "back", {"all": True, "cause": cause, "by": "Ada"})
    assert mover.orders[0].because.cause == cause


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/problem+json"])
async def test_what_a_form_could_send_is_refused(mover: Any, kind: str):
    problem = await refused(mover, "back", {"all": True}, kind)
    assert (problem.status, problem.detail) == (415, "Send a document of type application/json.")
    assert mover.orders == []


@pytest.mark.parametrize(
    ("verb", "content", "said"),
    [
        ("back", b"", "The document cannot be read"),
        ("back", b"{", "The document cannot be read"),
        ("back", b"\xff{}", "The document cannot be read"),
        ("back", b"[" * 16_000, "The document cannot be read"),
        ("back", b"[]", "The document cannot be read"),
        ("back", {"all": True, "shrae": "5%"}, "unknown field `shrae`"),
        ("back", {"all": "yes"}, "Expected `bool`"),
        ("back", {"all": True, "cause": "guard"}, "The document cannot be read"),
        ("back", {"all": True, "cause": "file"}, "The document cannot be read"),
        ("back", {}, "The document names no route and no group; give name."),
        ("back", {"name": "a", "all": True}, "The document names one route and means all; leave one out."),
        ("back", {"name": "a", "stage": "legacy", "by": "Ada"}, "stage: a move leads to one"),
        ("hold", {"all": True, "by": "Ada"}, "hold: goes for one route or group; name it"),
        ("evict", {"name": "a", "share": "5%", "by": "Ada"}, "share: evict leaves the share as it is"),
        ("move", MOVE | {"reason": "  "}, "A move wants a reason; give it."),
        ("move", MOVE | {"stage": "onwards"}, "Invalid enum value 'onwards'"),
        ("move", {"name": "a", "reason": "why", "by": "Ada"}, "stage: a move leads to one"),
        ("move", MOVE | {"share": "120%"}, "The share "),
        ("move", MOVE | {"share": "-1%"}, "The share "),
        ("move", MOVE | {"share": "25"}, "The share "),
        ("move", MOVE | {"share": 0.25}, "Expected `str | null`"),
        ("back", {"name": "a"}, "The order names nobody who gives it; give by."),
        ("hold", {"name": "a", "by": " "}, "The order names nobody who gives it; give by."),
        ("back", {"name": "a", "force": True, "by": "Ada"}, "force: wants a name and a reason; give both"),
        ("move", MOVE | {"reason": "two\nlines"}, "Give reason as one line"),
        ("move", MOVE | {"by": "\x1b[2J"}, "Give by as one line"),
        ("move", MOVE | {"by": "x" * (LONGEST_TOLD + 1)}, f"Give by as one line of at most {LONGEST_TOLD} characters"),
    ],
)
async def test_what_is_no_order_is_400_with_what_to_do(mover: Any, verb: str, content: object, said: str):
    problem = await refused(mover, verb, content)
    assert (problem.status, problem.reason) == (400, "argument")
    assert said in problem.detail
    assert mover.orders == []


@pytest.mark.parametrize(
    ("raised", "status", "reason"),
    [
        (Refused("titles.read: the freeze is in force; wait, or force it with a reason"), 422, "refused"),
        (Conflict("move titles.read: back everything is under way; look at facade status"), 409, "conflict"),
    ],
)
async def test_what_is_in_the_way_is_422_and_who_was_first_409(mover: Any, raised: Exception, status: int, reason: str):
    mover.raises = raised
    problem = await refused(mover, "move", MOVE)
    assert (problem.status, problem.reason, problem.detail) == (status, reason, str(raised))


async def test_what_was_begun_is_ended_though_whoever_asked_has_left(mover: Any):
    mover.may_end.clear()
    asked = asyncio.create_task(post(mover, "back", {"all": True, "by": "Ada"}))
    await mover.began.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert mover.ended == 0
    mover.may_end.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert mover.ended == 1
