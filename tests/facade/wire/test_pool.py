"""The connections of one endpoint: which are used again, and which never."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
from far_end import FarEnd, settle
from network import Network, resting_wheel

from facade.problem import Problem, Refusal
from facade.wire import descriptors, refusals
from facade.wire.body import Body
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.descriptors import Wants
from facade.wire.pool import Endpoint, Pool
from facade.wire.question import Question
from facade.wire.upstream import Upstream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
QUESTION = Question(b"GET / HTTP/1.1\r\n\r\n", Body.whole(b""), False, False, 10.0, NEVER, lambda head: None)


def pool_of(wheel: Deadlines | None = None) -> Pool:
    return Pool(Endpoint("127.0.0.1", 7000), wheel or resting_wheel())


async def answered(upstream: Upstream, far: FarEnd, answer: bytes = OK) -> None:
    """Ask once and get a whole answer."""
    asking = asyncio.ensure_future(upstream.ask(QUESTION))
    await settle()
    far.sends(answer)
    assert (await asking).head.status == 200


async def used(pool: Pool, network: Network, count: int) -> list[Upstream]:
    """Connections that have been used at the same time and are idle now, in the order in which they became so."""
    upstreams = [await pool.connect(NEVER) for _ in range(count)]
    for upstream, far in zip(upstreams, network.ends[-count:], strict=True):
        await answered(upstream, far)
    return upstreams


async def test_a_new_pool_has_no_connection_to_offer() -> None:
    assert pool_of().idle(repeatable=True) is None


async def test_a_connection_is_offered_again_once_its_answer_is_whole(network: Network) -> None:
    pool = pool_of()
    upstream = await pool.connect(NEVER)
    assert pool.idle(repeatable=True) is None
    await answered(upstream, network.ends[0])
    assert repr(pool) == "<Pool 127.0.0.1:7000 open=1 idle=1>"
    assert pool.idle(repeatable=True) is upstream
    assert pool.idle(repeatable=True) is None
    assert network.asked == [("127.0.0.1", 7000, None, None)]


async def test_the_latest_is_used_first(network: Network) -> None:
    pool = pool_of()
    first, second = await used(pool, network, 2)
    assert pool.idle(repeatable=False) is second
    assert pool.idle(repeatable=True) is first


@contextmanager
def bytes_that_lie_unread(far: FarEnd) -> Iterator[None]:
    """The system says that something came; the loop has not read it."""
    reading, writing = os.pipe()
    os.write(writing, b"HTTP/1.1 200 OK")
    far.socket.descriptor = reading
    try:
        yield
    finally:
        far.socket.descriptor = -1
        os.close(reading)
        os.close(writing)


async def test_a_connection_on_which_something_came_that_nobody_asked_for_is_never_offered(network: Network) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    first, _ = await used(pool, network, 2)
    wheel.turn(wheel.now + 5)
    with bytes_that_lie_unread(network.ends[1]):
        assert pool.idle(repeatable=True) is first
        await settle()
    assert [end.cut for end in network.ends] == [False, True]


@pytest.mark.parametrize("how", ["with the answer", "behind it", "unread"])
async def test_an_endpoint_that_says_more_than_its_answer_gets_each_call_on_a_new_connection(
    network: Network, how: str
) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    await used(pool, network, 1)
    upstream = await pool.connect(NEVER)
    await answered(upstream, network.ends[1], OK + b"x" if how == "with the answer" else OK)
    if how == "behind it":
        network.ends[1].sends(b"x")
        await settle()
    with bytes_that_lie_unread(network.ends[1]) if how == "unread" else nullcontext():
        assert pool.idle(repeatable=True) is None
        await settle()
    assert [end.cut for end in network.ends] == [True, True]
    await answered(await pool.connect(NEVER), network.ends[2])
    assert pool.idle(repeatable=True) is None
    wheel.turn(wheel.now + 601)
    await used(pool, network, 1)
    assert pool.idle(repeatable=True) is not None


async def test_an_idle_connection_may_end_with_a_word_and_the_others_are_used_again(network: Network) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    first, _ = await used(pool, network, 2)
    wheel.turn(wheel.now + 5)
    network.ends[1].sends(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
    await settle()
    assert network.ends[1].cut
    assert pool.idle(repeatable=True) is first


async def test_only_a_fresh_connection_is_offered_to_what_must_not_be_repeated(network: Network) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    (upstream,) = await used(pool, network, 1)
    wheel.turn(wheel.now + 0.95)  # a second for all that the wheel, which may be a tick behind, can tell
    assert pool.idle(repeatable=False) is None
    assert pool.idle(repeatable=True) is upstream


async def test_what_is_too_old_for_a_write_stays_for_the_next_read(network: Network) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    first, second = await used(pool, network, 2)
    wheel.turn(wheel.now + 5)
    assert pool.idle(repeatable=False) is None
    assert [pool.idle(repeatable=True), pool.idle(repeatable=True)] == [second, first]


async def test_an_idle_connection_is_closed_after_a_while(network: Network) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    await used(pool, network, 2)
    wheel.turn(wheel.now + 29)
    await settle()
    assert [far.cut for far in network.ends] == [False, False]
    wheel.turn(wheel.now + 2)
    await settle()
    assert [far.cut for far in network.ends] == [True, True]
    assert repr(pool) == "<Pool 127.0.0.1:7000 open=0 idle=0>"


@pytest.mark.parametrize("how", ["ends", "resets"])
async def test_a_connection_that_the_target_closes_leaves_the_pool(network: Network, how: str) -> None:
    pool = pool_of()
    first, _ = await used(pool, network, 2)
    getattr(network.ends[1], how)()
    assert pool.idle(repeatable=True) is first
    await settle()
    assert repr(pool) == "<Pool 127.0.0.1:7000 open=1 idle=0>"


async def test_a_connection_that_is_closing_is_passed_over_for_a_write_too(network: Network) -> None:
    pool = pool_of()
    first, _ = await used(pool, network, 2)
    network.ends[1].ends()
    assert pool.idle(repeatable=False) is first


async def test_stray_bytes_on_an_idle_connection_close_it(network: Network) -> None:
    pool = pool_of()
    await used(pool, network, 1)
    network.ends[0].sends(OK)
    assert pool.idle(repeatable=True) is None
    await settle()
    assert network.ends[0].cut
    assert repr(pool) == "<Pool 127.0.0.1:7000 open=0 idle=0>"


async def test_stray_bytes_on_a_connection_that_was_never_used_close_it(network: Network) -> None:
    upstream = await pool_of().connect(NEVER)
    network.ends[0].sends(OK)
    with pytest.raises(Refusal) as refusal:
        await upstream.ask(QUESTION)
    assert refusal.value.problem is refusals.BROKEN
    assert network.ends[0].got == b""


async def test_no_more_than_a_burst_of_idle_connections_is_kept(network: Network) -> None:
    pool = pool_of()
    await used(pool, network, 258)
    await settle()
    assert repr(pool) == "<Pool 127.0.0.1:7000 open=256 idle=256>"
    assert [far.cut for far in network.ends] == [False] * 256 + [True] * 2


async def test_a_target_whose_connections_die_when_they_are_used_again_gets_each_call_on_a_new_one(
    network: Network,
) -> None:
    wheel = resting_wheel()
    pool = pool_of(wheel)
    for _ in range(10):
        await used(pool, network, 1)
        assert pool.idle(repeatable=True) is not None
        pool.died()
    await used(pool, network, 2)
    pool.died()
    await settle()
    assert network.ends[-1].cut
    assert network.ends[-2].cut
    await used(pool, network, 1)
    await settle()
    assert network.ends[-1].cut
    assert pool.idle(repeatable=True) is None
    wheel.turn(wheel.now + 10)
    await used(pool, network, 1)
    assert pool.idle(repeatable=True) is not None


async def test_a_closed_pool_keeps_no_connection_but_lets_answers_end(network: Network) -> None:
    pool = pool_of()
    idle, busy = await pool.connect(NEVER), await pool.connect(NEVER)
    await answered(idle, network.ends[0])
    asking = asyncio.ensure_future(busy.ask(QUESTION))
    await settle()
    pool.close()
    await settle()
    assert [far.cut for far in network.ends] == [True, False]
    network.ends[1].sends(OK)
    assert (await asking).head.status == 200
    await settle()
    assert network.ends[1].cut
    assert pool.idle(repeatable=True) is None


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (ConnectionRefusedError(), refusals.REFUSED),
        (OSError("no route to host"), refusals.UNREACHABLE),
        (ssl.SSLError("handshake"), refusals.UNREACHABLE),
        (ssl.SSLCertVerificationError("who is that"), refusals.UNTRUSTED),
        (TimeoutError(), refusals.CONNECT_LATE),
    ],
)
async def test_a_failed_connect_says_why(network: Network, failure: OSError, problem: Problem) -> None:
    network.failure = failure
    with pytest.raises(Refusal) as refusal:
        await pool_of().connect(NEVER)
    assert refusal.value.problem is problem


async def test_connecting_ends_with_the_call_it_is_for(network: Network) -> None:
    network.silent = True
    with pytest.raises(Refusal) as refusal:
        await pool_of().connect(asyncio.get_running_loop().time() + 0.02)
    assert refusal.value.problem is refusals.CONNECT_LATE


async def test_connecting_does_not_wait_for_ever(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.wire.pool.CONNECT", 0.02)
    network.silent = True
    with pytest.raises(Refusal) as refusal:
        await pool_of().connect(NEVER)
    assert refusal.value.problem is refusals.CONNECT_LATE


async def test_a_connect_that_nobody_waits_for_any_more_ends(network: Network) -> None:
    network.silent = True
    connecting = asyncio.ensure_future(pool_of().connect(NEVER))
    await settle()
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting


@pytest.mark.parametrize(("named", "expected"), [(None, "127.0.0.1"), ("a.example", "a.example")])
async def test_tls_is_told_the_name_of_the_server(network: Network, named: str | None, expected: str) -> None:
    context = ssl.create_default_context()
    trust = SimpleNamespace(context=AsyncMock(return_value=context))
    await Pool(Endpoint("127.0.0.1", 7000, named), resting_wheel(), cast(Any, trust)).connect(NEVER)
    assert network.asked == [("127.0.0.1", 7000, context, expected)]


async def test_requests_in_flight_are_counted_from_the_connect_to_the_end_of_the_answer(network: Network) -> None:
    pool = pool_of()
    connecting = asyncio.ensure_future(pool.connect(NEVER))
    await asyncio.sleep(0)
    assert pool.busy == 1
    upstream = await connecting
    assert pool.busy == 1
    await answered(upstream, network.ends[0])
    assert pool.busy == 0
    network.failure = ConnectionRefusedError()
    with pytest.raises(Refusal):
        await pool.connect(NEVER)
    assert pool.busy == 0


async def test_a_socket_is_connected_to_by_its_path(network: Network) -> None:
    pool = Pool(Endpoint("", 0, path="/run/app.sock"), resting_wheel())
    await answered(await pool.connect(NEVER), network.ends[0])
    assert network.connected == ["/run/app.sock"]
    assert repr(pool) == "<Pool unix:/run/app.sock open=1 idle=1>"


def test_an_endpoint_is_written_as_in_a_url() -> None:
    assert str(Endpoint("a.example", 80)) == "a.example:80"
    assert str(Endpoint("::1", 443)) == "[::1]:443"


async def test_without_a_descriptor_nobody_is_asked_and_nobody_blamed(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "are_left", lambda wants: wants is not Wants.TARGET)
    with pytest.raises(Refusal) as caught:
        await pool_of().connect(NEVER)
    assert caught.value.problem is refusals.NO_DESCRIPTOR
    assert network.asked == []


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
async def test_the_last_descriptor_may_go_as_we_connect(network: Network, number: int) -> None:
    network.failure = OSError(number, "too many")
    pool = pool_of()
    with pytest.raises(Refusal) as caught:
        await pool.connect(NEVER)
    assert caught.value.problem is refusals.NO_DESCRIPTOR
    assert pool.busy == 0
