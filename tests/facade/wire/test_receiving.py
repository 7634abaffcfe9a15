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
from facade.wire.deadlines import NEVER
from facade.wire.exchange import Exchange
from facade.wire.limits import Limits
from facade.wire.question import Question
from facade.wire.upstream import Upstream

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
    assert 8000 <= front.server.keeping.total <= 10_000
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
    assert front.server.keeping.total == 5000 + len(b"/\r\nHost: a\r\nContent-Length: 6000")
    large.sends(POST % 9000, b"x" * 8000)
    await settle()
    assert told(large) is refusals.NO_MEMORY
    slow.sends(b"x" * 1000)
    await settle()
    assert slow.got == ANSWER
    assert front.server.keeping.total == 0


async def test_a_few_who_hold_all_room_make_place_for_a_small_newcomer() -> None:
    front = Front(collecting, ROOM)
    hogs = [front.client() for _ in range(2)]
    for hog in hogs:
        hog.sends(POST % 6000, b"x" * 4900)
        await settle()
    newcomer = front.client()
    newcomer.sends(POST % 1000, b"x" * 900)
    await settle()
    assert [told(client) for client in (*hogs, newcomer)] == [refusals.NO_MEMORY, None, None]
    assert front.refused == [refusals.NO_MEMORY]
    newcomer.sends(b"x" * 100)
    hogs[1].sends(b"x" * 1100)
    await settle()
    assert (newcomer.got, hogs[1].got) == (ANSWER, ANSWER)
    assert front.server.keeping.total == 0


async def test_somebody_who_has_sent_half_a_head_can_be_who_holds_most() -> None:
    front = Front(collecting, ROOM)
    large, small = front.client(), front.client()
    large.sends(b"GET / HTTP/1.1\r\nX: " + b"y" * 9500)
    small.sends(b"GET / HTTP/1.1\r\nX: " + b"y" * 1000)
    await settle()
    assert (told(large), told(small)) == (refusals.NO_MEMORY, None)
    small.resets()
    await settle()
    assert front.server.keeping.total == 0


async def test_what_a_client_does_not_take_of_its_answer_is_counted_and_the_largest_is_cut() -> None:
    answers = {b"/large": b"x" * 500_000, b"/small": b"x" * 100_000}

    async def answering(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n", Body.whole(answers[exchange.head.target]), chunked=False)

    front = Front(answering, Limits(kept_bytes=550_000))
    clients = [front.client() for _ in range(2)]
    for client, target in zip(clients, (b"large", b"small"), strict=True):
        client.stops_taking()
        client.sends(GET % target)
        await settle()
    assert [client.cut for client in clients] == [True, False]
    assert 100_000 < front.server.keeping.total < 101_000
    clients[1].takes()
    await settle()
    assert front.server.keeping.total == 0


@pytest.mark.parametrize("whole", [True, False])
async def test_what_a_target_does_not_take_of_a_body_is_counted_for_whoever_sends_it(whole: bool) -> None:
    front = Front(waiting)
    target: list[FarEnd] = []

    async def passing_on(exchange: Exchange) -> None:
        upstream = Upstream(front.wheel, lambda _: None, lambda _: None)
        target.append(FarEnd(upstream))
        target[0].stops_taking()
        question = Question(b"POST", exchange.body, False, False, 10.0, NEVER, lambda head: None)
        await upstream.ask(question)

    front.server.handler = passing_on
    client = front.client()
    client.sends(POST % 200_000 + b"x" * 200_000 if whole else POST % 500_000 + b"x" * 100_000)
    await settle()
    assert 0 < front.server.keeping.total - (200_000 if whole else 100_000) < 1000
    target[0].takes()
    await settle()
    assert front.server.keeping.total < 1000
    client.resets()
    await settle()
    assert front.server.keeping.total == 0


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
    assert front.server.keeping.total > 9000
    taken.set()
    await settle()
    assert front.server.keeping.total < 100
    client.resets()
    await settle()
    assert front.server.keeping.total == 0


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
            assert front.server.keeping.total >= 0
        for client in clients:
            if not client.gone:
                client.resets()
        await settle()
        assert front.server.keeping.total == 0

    asyncio.run(run())
