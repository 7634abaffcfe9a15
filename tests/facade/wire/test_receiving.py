"""What waits of many clients' requests is bounded for all of them together, and counted down to the last byte."""

from __future__ import annotations

import asyncio
import json

import pytest
from far_end import FarEnd, settle
from hypothesis import given
from hypothesis import strategies as st
from network import Front

from facade.problem import Problem
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.limits import Limits

GET = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
UPLOAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
ROOM = Limits(kept_bytes=10_000)


async def collecting(exchange: Exchange) -> None:
    """Answer once the whole body is in memory."""
    await exchange.body.collect(10**6)
    await exchange.send(ANSWER, Body.whole(b""), chunked=False)


async def waiting(exchange: Exchange) -> None:
    """Never look at the body."""
    await asyncio.get_running_loop().create_future()


def told(client: FarEnd) -> Problem | None:
    """The problem a client was told of, by its detail."""
    details = {problem.detail: problem for problem in refusals.ALL}
    return details[json.loads(client.got.partition(b"\r\n\r\n")[2])["detail"]] if client.got else None


@pytest.mark.parametrize(
    "sent",
    [
        [b"GET / HTTP/1.1\r\nX: " + b"y" * 4000],
        [GET % b"first", GET % (b"x" * 4000)],
        [POST % 9000, b"x" * 4000],
        [POST % 9000 + b"x" * 4000],
        [UPLOAD, b"fa0\r\n" + b"x" * 4000],
        [POST % 4096 + b"x" * 4096],
        [b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 4100 + b"\r\n\r\n"],
        [GET % (b"x" * 4100)],
        [GET % b"first" + GET % (b"x" * 4100)],
        [POST % 2000 + b"x" * 2000 + b"GET / HTTP/1.1\r\nX: " + b"y" * 2200],
    ],
    ids=[
        "half a head",
        "requests ahead",
        "a body",
        "a body with its head",
        "a chunk",
        "all of it",
        "a large head",
        "a long target",
        "requests ahead in one piece",
        "half a request behind a small body",
    ],
)
async def test_what_waits_of_all_clients_together_has_a_bound_and_the_last_has_to_go(sent: list[bytes]) -> None:
    front = Front(waiting, ROOM)
    clients = [front.client() for _ in range(3)]
    for client in clients:
        client.sends(*sent)
        await settle()
    assert [told(client) for client in clients] == [None, None, refusals.NO_MEMORY]
    assert clients[2].told_end
    assert front.refused == [refusals.NO_MEMORY]
    assert 8000 <= front.server.kept <= 10_000
    clients[0].resets()
    await settle()
    another = front.client()
    another.sends(*sent)
    await settle()
    assert told(another) is None
    front.server.cut()
    await settle()


async def test_what_is_collected_counts_until_it_is_answered() -> None:
    front = Front(collecting, ROOM)
    slow, large = front.client(), front.client()
    slow.sends(POST % 6000, b"x" * 3000)
    await settle()
    slow.sends(b"x" * 2000)
    await settle()
    assert front.server.kept == 5000 + len(b"/\r\nHost: a\r\nContent-Length: 6000")
    large.sends(POST % 9000, b"x" * 8000)
    await settle()
    assert told(large) is refusals.NO_MEMORY
    slow.sends(b"x" * 1000)
    await settle()
    assert slow.got == ANSWER
    assert front.server.kept == 0


async def test_a_small_request_that_is_all_here_is_never_too_much() -> None:
    front = Front(collecting, Limits(kept_bytes=1))
    client = front.client()
    client.sends(POST % 4000 + b"x" * 4000)
    await settle()
    assert client.got == ANSWER


async def test_a_body_that_has_gone_on_counts_no_more_while_its_answer_is_waited_for() -> None:
    taken = asyncio.Event()

    async def passing_on(exchange: Exchange) -> None:
        await taken.wait()
        exchange.body.take()
        await asyncio.get_running_loop().create_future()

    front = Front(passing_on, ROOM)
    client = front.client()
    client.sends(POST % 9000 + b"x" * 9000)
    await settle()
    assert front.server.kept > 9000
    taken.set()
    await settle()
    assert front.server.kept < 100
    client.resets()
    await settle()
    assert front.server.kept == 0


class Upload:
    """A handler whose call has a slot, for which somebody waits or not. It never answers."""

    def __init__(self) -> None:
        self.waited_for = False

    async def __call__(self, exchange: Exchange) -> None:
        exchange.body.hurry(lambda: self.waited_for)
        await asyncio.get_running_loop().create_future()


async def sent_slowly(front: Front, client: FarEnd, rate: int, seconds: int) -> None:
    """Send so many bytes a second."""
    for _ in range(seconds):
        front.later(1)
        await settle()
        client.sends(b"x" * rate)
    await settle()


async def test_a_slow_upload_is_let_be_while_nobody_waits_and_cut_as_soon_as_somebody_does() -> None:
    upload = Upload()
    front = Front(upload)
    client = front.client()
    client.sends(POST % 10**6)
    await settle()
    await sent_slowly(front, client, 500, 40)
    assert not client.got
    upload.waited_for = True
    await sent_slowly(front, client, 500, 8)
    assert told(client) is refusals.SLOW_REQUEST


async def test_a_brisk_upload_is_never_cut_though_somebody_waits() -> None:
    upload = Upload()
    upload.waited_for = True
    front = Front(upload)
    client = front.client()
    client.sends(POST % 10**6)
    await settle()
    await sent_slowly(front, client, 9000, 60)
    assert not client.got
    assert not client.gone


async def test_an_upload_of_which_nothing_comes_is_cut_in_seconds_where_somebody_waits() -> None:
    upload = Upload()
    upload.waited_for = True
    front = Front(upload)
    client = front.client()
    client.sends(POST % 10**6)
    await settle()
    for _ in range(7):
        front.later(1)
        await settle()
    assert told(client) is refusals.SLOW_REQUEST


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    GET % b"a",
                    POST % 4 + b"abcd",
                    POST % 9,
                    b"abcdefghi",
                    UPLOAD,
                    b"1\r\nx\r\n",
                    b"0\r\n\r\n",
                    b"GET / HT",
                    b"\0",
                ]
            ),
            st.booleans(),
        ),
        max_size=9,
    ),
    st.sampled_from([collecting, waiting]),
    st.integers(1, 60),
)
def test_nothing_is_counted_of_clients_who_have_left(
    pieces: list[tuple[bytes, bool]], handler: object, room: int
) -> None:
    async def run() -> None:
        front = Front(handler, Limits(kept_bytes=room))  # type: ignore[arg-type] - one of the two above
        clients = [front.client(), front.client()]
        for data, second in pieces:
            clients[second].sends(data)
            await settle(3)
            assert front.server.kept >= 0
        for client in clients:
            if not client.gone:
                client.resets()
        await settle()
        assert front.server.kept == 0

    asyncio.run(run())
