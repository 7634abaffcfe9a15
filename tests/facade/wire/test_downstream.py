"""A client's connection: requests answered one by one and in order; none of a client's whims leaves anything open."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from far_end import HIGH_WATER, FarEnd, settle, split
from hypothesis import given
from hypothesis import strategies as st
from network import Front
from structlog.testing import capture_logs

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.connection import BODY_IDLE, SLOWEST
from facade.wire.deadlines import Deadlines
from facade.wire.downstream import Downstream
from facade.wire.exchange import Exchange
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.limits import Limits
from facade.wire.message import HTTP_1_1, ResponseHead
from facade.wire.reply import Reply
from facade.wire.tunnel import Ending, Tunnel
from facade.wire.upstream import Upstream

GET = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
UPLOAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MUCH = b"x" * (2 * HIGH_WATER)
RESET = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
NOTHING = Body.whole(b"")
HINTS = ResponseHead(103, b"Early Hints", HTTP_1_1, b"")


def whole(data: bytes) -> bytes:
    return HEAD % len(data) + data


async def echo(exchange: Exchange) -> None:
    """Answer with the target, then the body, once it is all there."""
    data = exchange.head.target + await exchange.body.collect(10**7)
    exchange.closes()
    await exchange.send(whole(data), NOTHING, chunked=False)


async def at_once(exchange: Exchange) -> None:
    """Answer without a look at the body."""
    exchange.closes()
    await exchange.send(whole(b"early"), NOTHING, chunked=False)


class Gate:
    """A handler that waits until it is told; it knows how each call ended."""

    def __init__(self, then: Callable[[Exchange], Awaitable[None]] = at_once) -> None:
        self.exchanges: list[Exchange] = []
        self.cancelled: list[Exchange] = []
        self._then = then
        self._open: list[asyncio.Future[None]] = []

    async def __call__(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open.append(waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            self.cancelled.append(exchange)
            raise
        await self._then(exchange)

    async def opens(self) -> None:
        """Let the oldest call go on."""
        self._open.pop(0).set_result(None)
        await settle()


class Stream:
    """A handler whose answer is a body that the test feeds."""

    def __init__(self, length: int = CHUNKED) -> None:
        self.body = Body(length, self)
        self.reading = True
        self.abandoned = 0

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def abandon(self) -> None:
        self.abandoned += 1

    async def __call__(self, exchange: Exchange) -> None:
        exchange.closes()
        try:
            chunked = self.body.length == CHUNKED
            await exchange.send(CHUNKED_HEAD if chunked else b"HTTP/1.1 200 OK\r\n\r\n", self.body, chunked=chunked)
        finally:
            self.body.abandon()


def problem(answer: bytes) -> tuple[int, bool, str]:
    """Status, whether the connection ends with it, and detail of a problem that is one whole answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert b"Content-Length: %d" % len(body) in fields
    return int(line.split()[1]), b"Connection: close" in fields, json.loads(body)["detail"]


def told(wanted: Problem) -> tuple[int, bool, str]:
    return wanted.status, True, wanted.detail


# Tunnels


class Switching:
    """A handler that answers POST, and lets every other request become a tunnel to a target that is told nothing."""

    def __init__(self) -> None:
        self.wheel: Deadlines | None = None
        self.tunnels: list[Tunnel] = []
        self.targets: list[FarEnd] = []

    async def __call__(self, exchange: Exchange) -> None:
        if exchange.head.method == b"POST":
            await echo(exchange)
            return
        assert self.wheel is not None
        await exchange.body.collect(10)
        upstream = Upstream(self.wheel, lambda _: None, lambda _: None)
        self.targets.append(FarEnd(upstream))
        self.tunnels.append(Tunnel(self.wheel, 900.0, lambda tunnel: None))
        reply = Reply(ResponseHead(101, b"S", HTTP_1_1, b""), Body(UNTIL_CLOSE), upstream)
        await exchange.tunnel(reply, upstream, self.tunnels[0])


def switching() -> tuple[Switching, Front, FarEnd]:
    handler = Switching()
    front = Front(handler)
    handler.wheel = front.wheel
    return handler, front, front.client()


@pytest.mark.parametrize("own", [False, True], ids=["an earlier request's", "its own"])
async def test_a_tunnel_lives_on_when_an_earlier_body_would_have_been_late(own: bool) -> None:
    handler, front, client = switching()
    client.sends((b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" if own else POST) % 3)
    await settle()
    client.sends(b"abc")
    await settle()
    if not own:
        client.sends(GET % b"talk")
        await settle()
    for _ in range(100):
        client.sends(b"ping")
        front.later(1.0)
        await settle()
    assert not client.gone
    assert handler.tunnels[0].sent == 400
    client.resets()
    await settle()
    assert handler.tunnels[0].why is Ending.CLOSED


@pytest.mark.parametrize("how", ["cut", "no memory"])
async def test_a_tunnel_that_the_facade_cut_says_so(how: str) -> None:
    handler, front, client = switching()
    client.sends(GET % b"talk")
    await settle()
    if how == "cut":
        front.server.cut()
    else:
        cast(Downstream, client.protocol).give_way()
    await settle()
    assert client.cut
    assert handler.tunnels[0].why is Ending.CUT


# Requests and answers


async def test_requests_on_one_connection_are_answered_one_after_the_other() -> None:
    client = Front(echo).client()
    for name in (b"one", b"two", b"three"):
        client.sends(GET % name)
        await settle()
        assert client.took() == whole(b"/" + name)
    assert client.heard


async def test_pipelined_requests_are_answered_in_order_and_one_at_a_time() -> None:
    gate = Gate(echo)
    client = Front(gate).client()
    client.sends(GET % b"1" + POST % 4 + b"body" + UPLOAD + b"3\r\nabc\r\n0\r\n\r\n" + GET % b"4")
    await settle()
    for number, answer in enumerate([b"/1", b"/body", b"/abc", b"/4"], start=1):
        assert len(gate.exchanges) == number
        await gate.opens()
        assert client.took() == whole(answer)


@given(st.lists(st.integers(1, 400), max_size=12), st.booleans())
async def test_no_split_of_the_bytes_changes_an_answer(cuts: list[int], turns: bool) -> None:
    client = Front(echo).client()
    sent = (
        b"\r\n" + GET % b"1" + POST % 4 + b"body" + b"\r\n" + UPLOAD + b"3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n" + GET % b"4"
    )
    for piece in split(sent, cuts):
        client.sends(piece)
        if turns:
            await settle(2)
    await settle(30)
    assert client.took() == whole(b"/1") + whole(b"/body") + whole(b"/abc") + whole(b"/4")


async def test_an_exchange_knows_its_client_and_its_request() -> None:
    gate = Gate()
    client = Front(gate).client("2001:db8::1", tls=True)
    client.sends(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    await settle()
    (exchange,) = gate.exchanges
    assert (exchange.peer, exchange.secure, exchange.takes_chunks, exchange.wants_keep_alive) == (
        "2001:db8::1",
        True,
        False,
        True,
    )
    await gate.opens()
    assert client.heard


@pytest.mark.parametrize(
    "request_", [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"]
)
async def test_a_client_that_wants_no_more_is_closed_behind_its_answer(request_: bytes) -> None:
    client = Front(at_once).client()
    client.sends(request_)
    await settle()
    assert client.got == whole(b"early")
    assert client.gone
    assert not client.cut


async def test_bytes_behind_a_last_request_are_never_served() -> None:
    gate = Gate()
    client = Front(gate).client()
    client.sends(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + GET % b"smuggled")
    await settle()
    await gate.opens()
    assert len(gate.exchanges) == 1
    assert client.got == whole(b"early")
    assert client.told_end


async def test_a_chunked_answer_is_framed_and_a_length_is_not() -> None:
    stream = Stream()
    client = Front(stream).client()
    client.sends(GET % b"")
    await settle()
    stream.body.feed(b"one")
    stream.body.feed(b"two")
    stream.body.end([(b"Digest", b"x")])
    await settle()
    assert client.got == CHUNKED_HEAD + b"3\r\none\r\n3\r\ntwo\r\n0\r\nDigest: x\r\n\r\n"
    assert client.heard


async def test_interim_answers_go_out_before_the_answer_and_never_behind_it() -> None:
    async def handler(exchange: Exchange) -> None:
        exchange.interim(HINTS)
        await at_once(exchange)
        exchange.interim(HINTS)

    client = Front(handler).client()
    client.sends(GET % b"")
    await settle()
    assert client.took() == b"HTTP/1.1 103 Early Hints\r\n\r\n" + whole(b"early")


async def test_an_http_1_0_client_gets_no_interim_answer() -> None:
    async def handler(exchange: Exchange) -> None:
        exchange.interim(HINTS)
        await at_once(exchange)

    client = Front(handler).client()
    client.sends(b"GET / HTTP/1.0\r\n\r\n")
    await settle()
    assert client.got == whole(b"early")


# Requests that are refused


SMALL = Limits(header_bytes=1024, headers=5, url_bytes=100, body=10)


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (b"garbage\r\n\r\n", refusals.MALFORMED),
        (b"GET /a b HTTP/1.1\r\n\r\n", refusals.MALFORMED),
        (b"GET / HTTP/2.0\r\n\r\n", refusals.VERSION),
        (b"GET /" + b"a" * 200 + b" HTTP/1.1\r\n\r\n", refusals.TARGET_TOO_LONG),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 2000, refusals.HEAD_TOO_LARGE),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 6 + b"\r\n", refusals.HEAD_TOO_LARGE),
        (POST % 11, refusals.BODY_TOO_LARGE),
        (UPLOAD + b"b\r\n", refusals.BODY_TOO_LARGE),
        (UPLOAD + b"5g\r\n", refusals.BAD_FRAMING),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", refusals.MALFORMED),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", refusals.BAD_FRAMING),
    ],
)
async def test_a_request_that_cannot_be_served_is_told_why_and_the_connection_ends(
    sent: bytes, wanted: Problem
) -> None:
    gate = Gate()
    front = Front(gate, SMALL)
    client = front.client()
    client.sends(sent)
    client.sends(GET % b"smuggled")
    await settle()
    assert problem(client.got) == told(wanted)
    assert client.told_end
    assert front.refused == [wanted]
    assert gate.exchanges == []


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (b"b\r\n", refusals.BODY_TOO_LARGE),
        (b"5\r\nhello\r\n6\r\n", refusals.BODY_TOO_LARGE),
        (b"zz\r\n", refusals.BAD_FRAMING),
        (b"5\r\nhelloXX", refusals.BAD_FRAMING),
    ],
)
@pytest.mark.parametrize("turns", [True, False], ids=["while it is answered", "before it is looked at"])
async def test_a_body_that_turns_out_bad_stops_the_handler_and_is_told_why(
    more: bytes, wanted: Problem, turns: bool
) -> None:
    gate = Gate()
    front = Front(gate, SMALL)
    client = front.client()
    client.sends(UPLOAD)
    if turns:
        await settle()
    client.sends(more)
    await settle()
    assert problem(client.got) == told(wanted)
    assert client.told_end
    assert gate.cancelled == gate.exchanges
    assert front.refused == [wanted]


async def test_a_body_that_turns_out_bad_once_the_answer_has_begun_cuts_the_connection() -> None:
    stream = Stream()
    client = Front(stream).client()
    client.sends(UPLOAD)
    await settle()
    stream.body.feed(b"one")
    client.sends(b"zz\r\n")
    await settle()
    assert client.got == CHUNKED_HEAD + b"3\r\none\r\n"
    assert client.cut
    assert stream.abandoned == 1


async def test_a_handler_that_fails_is_logged_without_its_words_and_cuts_the_connection() -> None:
    async def handler(exchange: Exchange) -> None:
        raise ValueError("4711-secret")

    client = Front(handler).client()
    with capture_logs() as events:
        client.sends(GET % b"")
        await settle()
    (event,) = events
    assert event["event"] == "request failed"
    assert "secret" not in str(event)
    assert (client.got, client.cut) == (b"", True)


async def test_a_handler_that_answers_nothing_cuts_the_connection() -> None:
    async def handler(exchange: Exchange) -> None:
        """Forget to answer."""

    client = Front(handler).client()
    client.sends(GET % b"")
    await settle()
    assert (client.got, client.cut) == (b"", True)


# Bodies that nobody wants


@pytest.mark.parametrize("sent", [POST % 100, UPLOAD, POST % 100 + b"half"])
async def test_an_answer_that_comes_before_the_whole_body_ends_the_connection(sent: bytes) -> None:
    gate = Gate()
    client = Front(gate).client()
    client.sends(sent)
    await settle()
    assert not gate.exchanges[0].closes() or not gate.exchanges[0].body.ended
    await gate.opens()
    assert client.got == whole(b"early")
    assert gate.exchanges[0].wants_keep_alive is False
    assert client.told_end
    assert not client.gone


async def test_the_rest_of_an_unwanted_body_is_thrown_away_for_a_while_so_that_the_answer_can_be_read() -> None:
    front = Front(at_once)
    client = front.client()
    client.sends(POST % 10**9)
    await settle()
    for _ in range(10):
        client.sends(MUCH)
    assert client.heard
    front.later(1.5)
    await settle()
    assert not client.gone
    front.later(1)
    await settle()
    assert client.cut
    assert client.socket.options == []


async def test_a_client_that_leaves_while_its_rest_is_thrown_away_is_gone() -> None:
    front = Front(at_once)
    client = front.client()
    client.sends(UPLOAD)
    await settle()
    client.ends()
    await settle()
    assert client.gone
    assert not client.cut
    assert repr(front.wheel) == "<Deadlines watched=0>"


async def test_a_slow_client_gets_the_whole_of_an_early_answer() -> None:
    front = Front(at_once)
    client = front.client()
    client.stops_taking()
    client.sends(UPLOAD)
    await settle()
    front.later(BODY_IDLE - 1)
    await settle()
    client.takes()
    await settle()
    assert client.got == whole(b"early")
    front.later(2)
    await settle()
    assert client.gone


async def test_a_held_back_body_is_read_again_when_nobody_wants_it() -> None:
    gate = Gate()
    client = Front(gate).client()
    client.sends(POST % 10**9, MUCH)
    await settle()
    assert not client.heard
    await gate.opens()
    assert client.heard


async def test_without_half_closing_as_in_tls_the_rest_is_thrown_away_before_the_connection_is_closed() -> None:
    front = Front(at_once)
    client = front.client(tls=True)
    client.sends(UPLOAD)
    await settle()
    client.sends(b"80000\r\n", MUCH)
    assert client.got == whole(b"early")
    assert not client.told_end
    front.later(3)
    await settle()
    assert client.gone
    assert not client.cut


async def test_a_tls_client_that_says_no_goodbye_is_waited_for_until_all_has_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_the_way = [1, 1, 0]
    monkeypatch.setattr("facade.wire.parting.unsent", lambda _: on_the_way.pop(0))
    front = Front(at_once)
    client = front.client(tls=True)
    client.stops_taking()
    client.sends(GET[:-2] % b"" + b"Connection: close\r\n\r\n")
    await settle()
    for left in (2, 1, 0):
        assert (len(on_the_way), client.gone) == (left + 1, False)
        front.later(0.5)
        await settle()
    assert client.gone


async def test_a_tls_client_that_takes_nothing_is_cut_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.wire.parting.unsent", lambda _: 1)
    front = Front(at_once)
    client = front.client(tls=True)
    client.stops_taking()
    client.sends(GET[:-2] % b"" + b"Connection: close\r\n\r\n")
    await settle()
    front.later(BODY_IDLE - 1)
    await settle()
    assert not client.gone
    front.later(1)
    front.later(1)
    await settle()
    assert client.cut


# Back-pressure


async def test_a_body_that_nobody_takes_is_not_read_beyond_the_high_water_mark() -> None:
    gate = Gate(echo)
    client = Front(gate).client()
    client.sends(POST % (4 * len(MUCH)))
    client.sends(MUCH, MUCH, MUCH, MUCH)
    await settle()
    assert not client.heard
    assert repr(gate.exchanges[0].body) == f"<Body {4 * len(MUCH)} open held={len(MUCH)}>"
    await gate.opens()
    assert client.took().endswith(MUCH)
    assert client.heard


@pytest.mark.parametrize("pieces", [[MUCH], [MUCH[:-1], MUCH[-1:]]])
async def test_the_next_request_is_read_after_a_body_whose_end_stopped_the_reading(pieces: list[bytes]) -> None:
    gate = Gate(echo)
    client = Front(gate).client()
    client.sends(POST % len(MUCH), *pieces)
    await settle()
    await gate.opens()
    assert client.took() == whole(b"/" + MUCH)
    client.sends(GET % b"next")
    await settle()
    await gate.opens()
    assert client.took() == whole(b"/next")


async def test_pipelined_bytes_are_kept_up_to_a_bound_and_then_not_read() -> None:
    gate = Gate(echo)
    client = Front(gate).client()
    client.sends(GET % b"1")
    await settle()
    request_ = GET % (b"a" * 4000)
    count = 64 * 1024 // len(request_) + 1
    for _ in range(count - 1):
        client.sends(request_)
    assert client.heard
    client.sends(request_)
    assert not client.heard
    client.sends(GET % b"last")
    for _ in range(count + 1):
        assert gate.exchanges
        await gate.opens()
    assert client.heard
    await gate.opens()
    assert client.got.endswith(whole(b"/last"))
    assert client.got.count(b"200 OK") == count + 2


async def test_a_client_that_takes_nothing_stops_whoever_answers_it() -> None:
    stream = Stream()
    client = Front(stream).client()
    client.stops_taking()
    client.sends(GET % b"")
    await settle()
    stream.body.feed(MUCH)
    assert not stream.reading
    client.takes()
    assert stream.reading
    stream.body.end([])
    await settle()
    assert client.got == CHUNKED_HEAD + b"20000\r\n" + MUCH + b"\r\n0\r\n\r\n"
    assert client.heard


async def test_what_waited_before_the_answer_began_counts_too() -> None:
    stream = Stream()
    stream.body.feed(MUCH)
    client = Front(stream).client()
    client.stops_taking()
    client.sends(GET % b"")
    await settle()
    assert not stream.reading
    client.resets()
    await settle()


async def test_the_next_request_waits_until_the_answer_has_been_taken() -> None:
    calls: list[bytes] = []

    async def handler(exchange: Exchange) -> None:
        calls.append(exchange.head.target)
        await exchange.send(whole(MUCH), NOTHING, chunked=False)

    client = Front(handler).client()
    client.stops_taking()
    client.sends(GET % b"1" + GET % b"2")
    await settle()
    assert calls == [b"/1"]
    client.takes()
    await settle()
    assert calls == [b"/1", b"/2"]
    assert client.got == whole(MUCH) * 2


# Time


async def test_an_idle_connection_is_closed_without_a_word() -> None:
    front = Front(at_once)
    fresh, used = front.client(), front.client()
    used.sends(GET % b"")
    await settle()
    used.took()
    front.later(11)
    await settle()
    assert (fresh.got, fresh.gone, fresh.cut) == (b"", True, False)
    assert used.heard
    front.later(65)
    await settle()
    assert (used.got, used.gone, used.cut) == (b"", True, False)
    assert front.refused == []


@pytest.mark.parametrize("used", [False, True], ids=["first", "later"])
async def test_a_head_that_comes_too_slowly_is_told_so(used: bool) -> None:
    front = Front(at_once)
    client = front.client()
    if used:
        client.sends(GET % b"")
        await settle()
        client.took()
        front.later(50)
    for byte in (GET % b"")[:5]:
        client.sends(bytes([byte]))
        front.later(1.9)
    front.later(0.7)
    await settle()
    assert problem(client.got) == told(refusals.SLOW_REQUEST)
    assert client.told_end
    assert front.refused == [refusals.SLOW_REQUEST]


async def test_empty_lines_alone_are_no_request_and_keep_nobody_waiting_longer() -> None:
    front = Front(at_once)
    client = front.client()
    for _ in range(11):
        client.sends(b"\r\n")
        front.later(1)
    await settle()
    assert (client.got, client.gone) == (b"", True)


@pytest.mark.parametrize("sent", [POST % 10, UPLOAD + b"1\r\nx\r\n"])
async def test_a_body_that_stalls_is_told_so(sent: bytes) -> None:
    gate = Gate()
    front = Front(gate)
    client = front.client()
    client.sends(sent)
    await settle()
    front.later(BODY_IDLE - 1)
    assert client.got == b""
    front.later(2)
    await settle()
    assert problem(client.got) == told(refusals.SLOW_REQUEST)
    assert gate.cancelled == gate.exchanges
    assert client.told_end


async def test_a_body_may_be_as_slow_as_the_slowest_and_pause_for_as_long_as_its_patience() -> None:
    front = Front(echo)
    client = front.client()
    sizes = [*[10 * SLOWEST] * 12, int(BODY_IDLE) * SLOWEST, 1]
    client.sends(POST % sum(sizes))
    for size in sizes[:-1]:
        front.later(10)
        client.sends(b"x" * size)
        await settle()
    assert client.got == b""
    front.later(BODY_IDLE - 1)
    client.sends(b"x")
    await settle()
    assert client.got == whole(b"/" + b"x" * sum(sizes))


@pytest.mark.parametrize("size", [1, SLOWEST // 2])
async def test_a_body_that_trickles_lives_on_what_it_brings_and_no_longer(size: int) -> None:
    front = Front(Gate())
    client = front.client()
    client.sends(POST % 10**6)
    seconds = 0
    while not client.told_end:
        front.later(1)
        client.sends(b"x" * size)
        await settle()
        seconds += 1
    assert problem(client.got) == told(refusals.SLOW_REQUEST)
    assert BODY_IDLE <= seconds <= BODY_IDLE / (1 - size / SLOWEST) + 2


async def test_a_burst_buys_no_more_than_the_patience_of_a_body() -> None:
    front = Front(Gate(echo))
    client = front.client()
    client.sends(POST % 10**6, b"x" * 60_000)
    front.later(BODY_IDLE + 1)
    await settle()
    assert problem(client.got) == told(refusals.SLOW_REQUEST)


async def test_a_client_is_not_late_while_nobody_takes_its_body() -> None:
    gate = Gate(echo)
    front = Front(gate)
    client = front.client()
    client.sends(POST % (len(MUCH) + 1), MUCH)
    await settle()
    assert not client.heard
    front.later(10 * BODY_IDLE)
    await settle()
    assert client.got == b""
    await gate.opens()
    front.later(BODY_IDLE - 1)
    client.sends(b"!")
    await settle()
    assert client.got == whole(b"/" + MUCH + b"!")


async def test_an_answer_may_take_as_long_as_its_target_likes() -> None:
    gate = Gate()
    front = Front(gate)
    client = front.client()
    client.sends(GET % b"")
    await settle()
    front.later(1000)
    await settle()
    await gate.opens()
    assert client.got == whole(b"early")


async def test_a_client_that_takes_nothing_of_its_answer_is_cut() -> None:
    stream = Stream()
    front = Front(stream)
    client = front.client()
    client.stops_taking()
    client.sends(GET % b"")
    await settle()
    stream.body.feed(MUCH)
    front.later(BODY_IDLE - 1)
    await settle()
    assert not client.cut
    front.later(2)
    await settle()
    assert client.cut
    assert stream.abandoned == 1


@pytest.mark.parametrize(("rate", "kept"), [(SLOWEST * 2, True), (SLOWEST // 4, False)])
async def test_a_client_that_takes_its_answer_slowly_but_steadily_is_waited_for(rate: int, kept: bool) -> None:
    stream = Stream()
    front = Front(stream)
    client = front.client()
    client.stops_taking()
    client.sends(GET % b"")
    await settle()
    stream.body.feed(MUCH)
    for _ in range(4):
        front.later(BODY_IDLE / 2)
        client.takes(int(rate * BODY_IDLE))
        front.later(BODY_IDLE / 2 + 1)
        await settle()
    assert client.cut is not kept
    client.resets()
    await settle()


@pytest.mark.parametrize("more", [b"1\r\nx\r\n", b"0\r\n\r\n", b"20000\r\n" + MUCH])
async def test_a_client_that_takes_nothing_of_its_answer_is_cut_whatever_it_sends(more: bytes) -> None:
    stream = Stream()
    front = Front(stream)
    client = front.client()
    client.stops_taking()
    client.sends(UPLOAD)
    await settle()
    stream.body.feed(MUCH)
    for _ in range(3):
        client.sends(more)
        front.later(BODY_IDLE / 2)
        await settle()
    assert client.cut
    assert client.gone


@pytest.mark.parametrize("sent", [GET % b"", UPLOAD + b"0\r\n\r\n"])
async def test_a_client_that_was_slow_for_a_moment_is_not_cut_later_in_a_long_answer(sent: bytes) -> None:
    stream = Stream()
    front = Front(stream)
    client = front.client()
    client.stops_taking()
    client.sends(sent)
    await settle()
    stream.body.feed(MUCH)
    client.takes()
    front.later(10 * BODY_IDLE)
    await settle()
    assert not client.cut
    stream.body.end([])
    await settle()
    assert client.got.endswith(b"0\r\n\r\n")


async def test_a_client_that_was_slow_for_a_moment_still_must_send_its_body() -> None:
    stream = Stream()
    front = Front(stream)
    client = front.client()
    client.stops_taking()
    client.sends(UPLOAD)
    await settle()
    stream.body.feed(MUCH)
    client.takes()
    front.later(BODY_IDLE + 1)
    await settle()
    assert client.cut


@pytest.mark.parametrize("sent", [GET % b"", b"GET / HTTP/1.0\r\n\r\n"])
async def test_a_client_that_never_takes_the_last_of_its_answer_is_not_kept_for_ever(sent: bytes) -> None:
    front = Front(at_once)
    client = front.client()
    client.stops_taking()
    client.sends(sent)
    await settle()
    front.later(80)
    await settle()
    front.later(BODY_IDLE + 1)
    await settle()
    assert client.gone


# Clients that leave


@pytest.mark.parametrize("how", ["ends", "resets"])
@pytest.mark.parametrize("sent", [GET % b"", POST % 10, UPLOAD + b"4\r\nbo", POST % (2 * len(MUCH)) + MUCH])
async def test_a_client_that_leaves_cancels_its_request(sent: bytes, how: str) -> None:
    gate = Gate()
    front = Front(gate)
    client = front.client()
    client.sends(sent)
    await settle()
    if not client.heard:
        how = "resets"  # whoever is not read is not seen to end
    getattr(client, how)()
    await settle()
    assert gate.cancelled == gate.exchanges
    assert len(gate.exchanges) == 1
    assert client.gone
    assert client.got == b""
    assert repr(front.wheel) == "<Deadlines watched=0>"
    assert repr(front.server) == "<Server clients=0 draining=False>"


async def test_a_client_that_leaves_before_its_request_was_looked_at_is_gone() -> None:
    gate = Gate()
    front = Front(gate)
    client = front.client()
    client.sends(GET % b"")
    client.resets()
    await settle()
    assert client.gone
    assert len(gate.cancelled) == len(gate.exchanges)
    assert repr(front.server) == "<Server clients=0 draining=False>"


async def test_a_client_that_leaves_while_it_is_answered_lets_the_target_go() -> None:
    stream = Stream()
    client = Front(stream).client()
    client.sends(GET % b"")
    await settle()
    stream.body.feed(b"one")
    client.resets()
    stream.body.feed(b"two")
    stream.body.feed(MUCH)
    await settle()
    assert stream.abandoned == 1
    stream.body.feed(b"three")


async def test_a_client_that_leaves_while_it_takes_nothing_lets_everything_go() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.send(whole(MUCH), NOTHING, chunked=False)

    front = Front(handler)
    client = front.client()
    client.stops_taking()
    client.sends(GET % b"")
    await settle()
    client.resets()
    await settle()
    assert client.gone
    assert repr(front.server) == "<Server clients=0 draining=False>"


async def test_a_body_learns_that_its_client_has_left() -> None:
    why: list[Refusal] = []

    async def handler(exchange: Exchange) -> None:
        try:
            await exchange.body.done()
        finally:
            why.append(exchange.body.failure)

    client = Front(handler).client()
    client.sends(POST % 10 + b"half")
    await settle()
    client.ends()
    await settle()
    assert [each.problem for each in why] == [refusals.BAD_FRAMING]


# Answers that break off


@pytest.mark.parametrize("length", [CHUNKED, UNTIL_CLOSE])
async def test_an_answer_that_breaks_off_resets_the_connection_so_that_it_never_looks_whole(length: int) -> None:
    stream = Stream(length)
    client = Front(stream).client()
    client.sends(b"GET / HTTP/1.0\r\n\r\n" if length == UNTIL_CLOSE else GET % b"")
    await settle()
    stream.body.feed(b"half")
    with capture_logs():
        stream.body.fail(Refusal(refusals.BROKEN))
        await settle()
    assert not client.got.endswith(b"0\r\n\r\n")
    assert client.cut
    assert client.socket.options == [RESET]


# Draining


async def test_while_draining_an_answer_says_that_the_connection_ends() -> None:
    gate = Gate()
    front = Front(gate)
    client = front.client()
    client.sends(GET % b"1" + GET % b"2")
    await settle()
    front.server.draining = True
    await gate.opens()
    assert gate.exchanges[0].wants_keep_alive is False
    assert client.got == whole(b"early")
    assert client.told_end
    assert len(gate.exchanges) == 1


async def test_draining_that_begins_in_mid_answer_lets_the_client_ask_once_more_because_nobody_told_it() -> None:
    stream = Stream()
    front = Front(stream)
    client = front.client()
    client.sends(GET % b"")
    await settle()
    stream.body.feed(b"one")
    front.server.draining = True
    stream.body.end([])
    await settle()
    assert client.took() == CHUNKED_HEAD + b"3\r\none\r\n0\r\n\r\n"
    assert not client.told_end
    client.sends(GET % b"")
    await settle()
    assert client.got.startswith(CHUNKED_HEAD)
    assert client.gone
    assert not client.cut


async def test_a_connection_on_which_a_request_has_just_arrived_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.wire.downstream.unread", lambda _: 40)
    front = Front(at_once)
    client = front.client()
    front.server.draining = True
    assert isinstance(client.protocol, Downstream)
    client.protocol.close_if_idle()
    client.sends(GET % b"")
    await settle()
    assert client.got == whole(b"early")
    assert client.gone


async def test_idle_connections_are_closed_when_asked_and_others_are_not() -> None:
    gate = Gate()
    front = Front(gate)
    idle, reading, busy = front.client(), front.client(), front.client()
    reading.sends(b"GET")
    busy.sends(GET % b"")
    await settle()
    for client in (idle, reading, busy):
        assert isinstance(client.protocol, Downstream)
        client.protocol.close_if_idle()
    await settle()
    assert [client.gone for client in (idle, reading, busy)] == [True, False, False]
    await gate.opens()


# As a whole


async def test_a_connection_shows_its_state() -> None:
    gate = Gate()
    client = Front(gate).client()
    assert repr(client.protocol) == "<Downstream idle>"
    client.sends(POST % 10)
    await settle()
    assert repr(client.protocol) == "<Downstream answering>"
    assert repr(gate.exchanges[0]) == "<Exchange <RequestHead POST fields=2> started=False sent=False>"
    await gate.opens()
    assert repr(client.protocol) == "<Downstream lingering>"


SENT = [GET % b"", POST % 4, b"body", UPLOAD, b"4\r\nbody\r\n", b"0\r\n\r\n", b"zz\r\n", b"\x00", GET[:9], MUCH]
EVENTS = ["answer", "feed", "end", "fail", "eof", "reset", "stop", "take", "time", "drain"]


@given(st.lists(st.sampled_from([*SENT, *EVENTS]), max_size=16), st.booleans())
async def test_whatever_happens_in_whatever_order_every_call_ends_and_every_client_goes(
    events: list[bytes | str], turns: bool
) -> None:
    running: list[Stream] = []
    calls: list[str] = []

    async def handler(exchange: Exchange) -> None:
        calls.append("begun")
        try:
            stream = Stream()
            running.append(stream)
            if exchange.head.method == b"POST":
                await exchange.body.collect(100_000)
            await stream(exchange)
        except Refusal:
            if not exchange.started:
                await at_once(exchange)
        finally:
            calls.append("ended")

    def last(act: Callable[[Body], object]) -> None:
        if running and not running[-1].body.ended and running[-1].body.failure is None:
            act(running[-1].body)

    front = Front(handler)
    client = front.client()
    happens: dict[str, Callable[[], object]] = {
        "answer": lambda: last(lambda body: body.feed(b"answer")),
        "feed": lambda: last(lambda body: running[-1].reading and body.feed(MUCH)),
        "end": lambda: last(lambda body: body.end([])),
        "fail": lambda: last(lambda body: body.fail(Refusal(refusals.BROKEN))),
        "eof": client.ends,
        "reset": client.resets,
        "stop": client.stops_taking,
        "take": client.takes,
        "time": lambda: front.later(31),
        "drain": lambda: setattr(front.server, "draining", True),
    }
    for event in events:
        client.sends(event) if isinstance(event, bytes) else happens[event]()
        if turns:
            await settle(3)
    await settle()
    if running and not client.gone:
        last(lambda body: body.end([]))
    for _ in range(len(events) + 4):  # one after the other, those that were pipelined too
        front.later(100)
        await settle()
        last(lambda body: body.end([]))
    await settle()
    assert client.gone
    assert calls.count("begun") == calls.count("ended")
    assert repr(front.server).startswith("<Server clients=0")
    assert repr(front.wheel) == "<Deadlines watched=0>"
    assert all(task is asyncio.current_task() for task in asyncio.all_tasks())
