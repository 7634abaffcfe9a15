"""Connecting where one of several endpoints may be dead."""

from __future__ import annotations

import asyncio

import pytest
from far_end import settle
from network import Network, resting_wheel

from facade.problem import Problem, Refusal
from facade.targets.endpoints import race as module
from facade.targets.endpoints.origin import Member
from facade.targets.endpoints.race import race
from facade.wire import refusals
from facade.wire.deadlines import NEVER
from facade.wire.pool import Endpoint, Pool
from facade.wire.upstream import Upstream


class Field:
    """Members called `a`, `b` and `c`, and what was said of them."""

    def __init__(self, names: str = "abc") -> None:
        self.members = [Member(Pool(Endpoint(name, 1), resting_wheel()), b"") for name in names]
        self.failed: list[tuple[str, Problem]] = []

    def run(self, until: float = NEVER) -> asyncio.Task[tuple[Member, Upstream]]:
        def failed(member: Member, problem: Problem) -> None:
            self.failed.append((member.pool.endpoint.host, problem))

        return asyncio.ensure_future(race(self.members, until, failed))


def silent(names: str) -> dict[str, asyncio.Event]:
    return {name: asyncio.Event() for name in names}


async def until_connecting(network: Network, count: int) -> None:
    for _ in range(100):
        if len(network.connected) == count:
            break
        await asyncio.sleep(0)
    await settle()
    assert len(network.connected) == count


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No patience at all with one that does not answer."""
    monkeypatch.setattr(module, "STAGGER", 0.0)


async def test_the_first_is_taken_where_it_answers(network: Network) -> None:
    field = Field()
    member, upstream = await field.run()
    assert member is field.members[0]
    assert upstream in member.pool._open
    assert network.connected == ["a"]
    assert field.failed == []


async def test_the_next_is_tried_at_once_where_one_refuses(network: Network) -> None:
    network.failures = {"a": ConnectionRefusedError(), "b": OSError("no route")}
    field = Field()
    member, _ = await field.run()
    assert member is field.members[2]
    assert network.connected == ["a", "b", "c"]
    assert field.failed == [("a", refusals.REFUSED), ("b", refusals.UNREACHABLE)]


async def test_the_last_ones_refusal_is_told_where_all_fail(network: Network) -> None:
    network.failures = {name: ConnectionRefusedError() for name in "abc"}
    with pytest.raises(Refusal) as caught:
        await Field().run()
    assert caught.value.problem is refusals.REFUSED


async def test_one_that_keeps_us_waiting_is_overtaken_and_has_failed(network: Network, hurried: None) -> None:
    network.silent_at = silent("a")
    field = Field()
    member, _ = await field.run()
    assert member is field.members[1]
    assert field.failed == [("a", refusals.CONNECT_LATE)]
    await settle()
    assert field.members[0].pool.busy == 0


async def test_one_that_was_tried_later_has_not_failed(network: Network, hurried: None) -> None:
    network.silent_at = silent("abc")
    field = Field()
    racing = field.run()
    await until_connecting(network, 3)
    network.silent_at["b"].set()
    member, _ = await racing
    assert member is field.members[1]
    assert field.failed == [("a", refusals.CONNECT_LATE)]


async def test_it_is_too_late_where_all_keep_us_waiting(network: Network, hurried: None) -> None:
    network.silent_at = silent("abc")
    field = Field()
    with pytest.raises(Refusal) as caught:
        await field.run(until=asyncio.get_running_loop().time() + 0.01)
    assert caught.value.problem is refusals.CONNECT_LATE
    assert network.connected == ["a", "b", "c"]


async def test_of_two_that_answer_together_the_second_is_let_go(network: Network, hurried: None) -> None:
    network.silent_at = silent("ab")
    field = Field("ab")
    racing = field.run()
    await until_connecting(network, 2)
    for answers in network.silent_at.values():
        answers.set()
    member, _ = await racing
    await settle()
    assert member is field.members[0]
    assert [end.cut for end in network.ends] == [False, True]
    assert [each.pool.busy for each in field.members] == [1, 0]
    assert field.failed == []


async def test_whoever_gives_up_leaves_nothing_open(network: Network, hurried: None) -> None:
    network.silent_at = silent("abc")
    field = Field()
    racing = field.run()
    await until_connecting(network, 3)
    racing.cancel()
    await settle()
    assert racing.cancelled()
    assert [member.pool.busy for member in field.members] == [0, 0, 0]
    assert field.failed == []
