"""A connection to a target: one answer a question, none that is broken looks whole, and nothing is left hanging."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
from far_end import HIGH_WATER, FarEnd, settle, split
from hypothesis import given
from hypothesis import strategies as st
from network import resting_wheel

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.connection import BODY_IDLE
from facade.wire.deadlines import NEVER
from facade.wire.framing import CHUNKED
from facade.wire.message import Field, ResponseHead
from facade.wire.question import Question
from facade.wire.reply import Reply
from facade.wire.upstream import Upstream

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
EARLY = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"
MUCH = b"x" * (2 * HIGH_WATER)


class Collected:
    """A sink that keeps what it is sent."""

    def __init__(self) -> None:
        self.data = b""
        self.whole = False

    def write_body(self, data: bytes) -> None:
        self.data += data

    def end_body(self, trailers: list[Field]) -> None:
        self.whole = True

    def fed_by(self, body: Body | None) -> None: ...


class Client:
    """The source of a request's body: whether it is being read."""

    def __init__(self) -> None:
        self.reading = True
        self.abandoned = False

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def abandon(self) -> None:
        self.abandoned = True

    def hurry(self) -> None:
        """Nobody waits."""

    def taken(self) -> None:
        """Nothing is counted."""

    def overflowed(self) -> None:
        """Nothing is counted."""


class Line:
    """One upstream connection, its target, and what is asked over it."""

    def __init__(self, *, tls: bool = False) -> None:
        self.wheel = resting_wheel()
        self.released: list[Upstream] = []
        self.lost: list[Upstream] = []
        self.interim: list[int] = []
        self.upstream = Upstream(self.wheel, self.released.append, self.lost.append)
        self.target = FarEnd(self.upstream, tls=tls)

    def question(
        self, body: Body | None = None, *, chunked: bool = False, asked_head: bool = False, until: float = NEVER
    ) -> Question:
        return Question(HEAD, body or Body.whole(b""), chunked, asked_head, 10.0, until, self._interim)

    async def ask(
        self, body: Body | None = None, *, chunked: bool = False, asked_head: bool = False, until: float = NEVER
    ) -> asyncio.Future[Reply]:
        question = self.question(body, chunked=chunked, asked_head=asked_head, until=until)
        asking = asyncio.ensure_future(self.upstream.ask(question))
        await settle()
        return asking

    def later(self, seconds: float) -> None:
        self.wheel.turn(self.wheel.now + seconds)

    def _interim(self, head: ResponseHead) -> None:
        self.interim.append(head.status)


async def refused(asking: asyncio.Future[Reply]) -> Problem:
    with pytest.raises(Refusal) as refusal:
        await asking
    return refusal.value.problem


async def taken(body: Body) -> bytes:
    """The whole body; raises what broke it."""
    collected = Collected()
    body.pipe(collected)
    await body.done()
    assert collected.whole
    return collected.data


# One question, one answer


async def test_a_question_goes_out_in_one_piece_and_its_answer_comes_back() -> None:
    line = Line()
    asking = await line.ask(Body.whole(b"data"))
    assert line.target.got == HEAD + b"data"
    assert not asking.done()
    line.target.sends(OK)
    reply = await asking
    assert (reply.head.status, await taken(reply.body)) == (200, b"body")
    assert line.released == [line.upstream]


async def test_a_connection_takes_one_question_after_the_other() -> None:
    line = Line()
    for number in range(1, 4):
        asking = await line.ask()
        line.target.sends(OK)
        assert (await asking).head.status == 200
        assert len(line.released) == number
    assert line.target.got == HEAD * 3


@given(
    st.sampled_from([OK, CHUNKS + b"2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\nA: b\r\n\r\n", UNTIL_CLOSE + b"body"]),
    st.lists(st.integers(1, 100), max_size=8),
    st.booleans(),
)
async def test_an_answer_is_the_same_however_its_bytes_are_split(answer: bytes, cuts: list[int], at_once: bool) -> None:
    line = Line()
    asking = await line.ask()
    for piece in split(answer, cuts):
        line.target.sends(piece)
        if not at_once:
            await settle()
    if answer.startswith(UNTIL_CLOSE):
        line.target.ends()
    assert await taken((await asking).body) == b"body"
    await settle()
    assert (line.released == [line.upstream]) == (not answer.startswith(UNTIL_CLOSE))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        OK + b"x",
        OK + OK,
        CHUNKS + b"4\r\nbody\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
    ],
)
async def test_a_connection_is_not_used_again_when_its_target_ends_it_or_says_too_much(answer: bytes) -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(answer)
    assert await taken((await asking).body) == b"body"
    await settle()
    assert line.released == []
    assert line.target.cut
    assert line.lost == [line.upstream]


async def test_an_http_1_0_target_may_keep_the_connection() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n")
    assert (await asking).head.minor == 0
    assert line.released == [line.upstream]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_nobody_waits_for_the_body_of_an_answer_that_has_none(answer: bytes) -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(answer)
    assert (await asking).body.ended
    assert line.released == [line.upstream]


@pytest.mark.parametrize("fields", [b"Content-Length: 100", b"Transfer-Encoding: chunked", b"X: y"])
async def test_nobody_waits_for_the_body_of_an_answer_to_head(fields: bytes) -> None:
    line = Line()
    asking = await line.ask(asked_head=True)
    line.target.sends(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\n")
    assert (await asking).body.ended
    assert line.released == [line.upstream]


async def test_a_body_where_there_is_none_reaches_nobody() -> None:
    line = Line()
    asking = await line.ask(asked_head=True)
    line.target.sends(OK)
    assert await taken((await asking).body) == b""
    await settle()
    assert (line.released, line.target.cut) == ([], True)


async def test_a_target_that_is_asked_over_a_closing_connection_is_asked_nothing() -> None:
    line = Line()
    line.target.ends()
    assert await refused(await line.ask()) is refusals.BROKEN
    assert line.target.got == b""


# Answers that are broken


BROKEN = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    CHUNKS,
    CHUNKS + b"4\r\nbo",
    CHUNKS + b"4\r\nbody\r\n",
    CHUNKS + b"4\r\nbody\r\n0\r\n",
]


@pytest.mark.parametrize("how", ["ends", "resets"])
@pytest.mark.parametrize("answer", BROKEN)
async def test_an_answer_that_stops_before_its_end_never_looks_whole(answer: bytes, how: str) -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(answer)
    reply = await asking
    getattr(line.target, how)()
    with pytest.raises(Refusal) as refusal:
        await taken(reply.body)
    assert refusal.value.problem is refusals.BROKEN
    await settle()
    assert line.released == []


async def test_a_target_that_answers_before_it_took_the_question_is_not_asked_again_on_that_connection() -> None:
    line = Line()
    line.target.stops_taking()
    asking = await line.ask(Body.whole(b"x" * 200_000))
    line.target.sends(OK)
    assert (await asking).head.status == 200
    await settle()
    assert (line.released, line.lost) == ([], [line.upstream])


async def test_an_answer_that_ends_with_its_connection_is_broken_by_a_reset() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(UNTIL_CLOSE + b"half")
    reply = await asking
    line.target.resets()
    with pytest.raises(Refusal):
        await taken(reply.body)


@pytest.mark.parametrize("size", [b"5g", b"0x4", b"-1", b"fffffffffffffffff", b"4\n"])
@pytest.mark.parametrize("together", [True, False], ids=["with the head", "later"])
async def test_chunks_that_cannot_be_read_never_look_whole(size: bytes, together: bool) -> None:
    line = Line()
    asking = await line.ask()
    bad = size + b"\r\nbody\r\n0\r\n\r\n"
    if together:
        line.target.sends(CHUNKS + bad)
        assert await refused(asking) is refusals.NONSENSE
    else:
        line.target.sends(CHUNKS)
        reply = await asking
        line.target.sends(bad)
        with pytest.raises(Refusal) as refusal:
            await taken(reply.body)
        assert refusal.value.problem is refusals.NONSENSE
    await settle()
    assert line.target.cut
    assert line.lost == [line.upstream]


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 2000 High\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1001 + b"\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_an_answer_that_cannot_be_read_is_nonsense(answer: bytes) -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(answer)
    assert await refused(asking) is refusals.NONSENSE
    await settle()
    assert line.target.cut


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nConte"])
@pytest.mark.parametrize("how", ["ends", "resets"])
async def test_a_target_that_leaves_before_its_answers_head_is_broken(how: str, said: bytes) -> None:
    line = Line()
    asking = await line.ask()
    if said:
        line.target.sends(said)
    getattr(line.target, how)()
    assert await refused(asking) is refusals.BROKEN
    assert line.upstream.answering == bool(said)
    await settle()
    assert line.lost == [line.upstream]


@pytest.mark.parametrize("tls", [False, True])
async def test_what_a_target_said_before_it_reset_the_upload_is_heard(tls: bool) -> None:
    line = Line(tls=tls)
    asking = await line.ask(Body(10))
    reading, writing = os.pipe()
    try:
        os.write(writing, EARLY)
        line.target.socket.descriptor = reading
        line.target.resets()
        await settle()
    finally:
        os.close(reading)
        os.close(writing)
    if tls:
        assert await refused(asking) is refusals.BROKEN
    else:
        reply = await asking
        assert (reply.head.status, reply.body.take()) == (413, b"no")
    assert line.lost == [line.upstream]


async def test_a_target_that_leaves_while_it_takes_nothing_is_broken_at_once() -> None:
    line = Line()
    line.target.stops_taking()
    asking = await line.ask(Body.whole(MUCH))
    line.target.ends()
    assert await refused(asking) is refusals.BROKEN


# Interim answers


async def test_interim_answers_are_passed_on_before_the_answer() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK)
    assert (await asking).head.status == 200
    assert line.interim == [100, 103]
    assert line.released == [line.upstream]


async def test_interim_answers_are_bounded_for_each_question() -> None:
    line = Line()
    for _ in range(2):
        asking = await line.ask()
        line.target.sends(b"HTTP/1.1 102 Processing\r\n\r\n" * 32 + OK)
        assert (await asking).head.status == 200
    asking = await line.ask()
    line.target.sends(b"HTTP/1.1 102 Processing\r\n\r\n" * 33 + OK)
    assert await refused(asking) is refusals.NONSENSE
    assert len(line.interim) == 96


# Uploads


async def test_a_body_that_is_still_coming_is_passed_on_as_it_comes() -> None:
    line = Line()
    body = Body(8, Client())
    body.feed(b"one ")
    asking = await line.ask(body)
    assert line.target.got == HEAD + b"one "
    body.feed(b"two ")
    body.end([])
    assert line.target.got == HEAD + b"one two "
    line.target.sends(OK)
    assert (await asking).head.status == 200
    assert line.released == [line.upstream]


@pytest.mark.parametrize("late", [False, True])
async def test_a_chunked_body_goes_out_in_chunks_with_its_trailers(late: bool) -> None:
    line = Line()
    body = Body(CHUNKED, Client())
    if late:
        asking = await line.ask(body, chunked=True)
    body.feed(b"one")
    body.end([(b"Digest", b"abc"), (b"Host", b"evil")])
    if not late:
        asking = await line.ask(body, chunked=True)
    assert line.target.got == HEAD + b"3\r\none\r\n0\r\nDigest: abc\r\n\r\n"
    line.target.sends(OK)
    await asking


async def test_an_empty_chunked_body_is_its_last_chunk() -> None:
    line = Line()
    body = Body(CHUNKED, Client())
    body.end([])
    asking = await line.ask(body, chunked=True)
    assert line.target.got == HEAD + b"0\r\n\r\n"
    asking.cancel()


async def test_a_target_that_takes_nothing_holds_its_client_back() -> None:
    line, client = Line(), Client()
    line.target.stops_taking()
    body = Body(CHUNKED, client)
    asking = await line.ask(body, chunked=True)
    body.feed(MUCH)
    assert not client.reading
    line.target.takes()
    assert client.reading
    body.end([])
    line.target.sends(OK)
    await asking


async def test_a_client_that_leaves_in_mid_upload_never_looks_as_if_it_had_sent_all() -> None:
    line = Line()
    body = Body(CHUNKED, Client())
    asking = await line.ask(body, chunked=True)
    body.feed(b"half")
    body.fail(Refusal(refusals.BAD_FRAMING))
    asking.cancel()
    await settle()
    assert line.target.got == HEAD + b"4\r\nhalf\r\n"
    assert line.target.cut


async def test_an_early_answer_reaches_the_client_and_ends_the_connection() -> None:
    line, client = Line(), Client()
    body = Body(1000, client)
    asking = await line.ask(body)
    line.target.sends(EARLY)
    reply = await asking
    assert (reply.head.status, await taken(reply.body)) == (413, b"no")
    body.feed(b"more")
    await settle()
    assert line.target.got == HEAD
    assert line.target.cut
    assert line.released == []


async def test_an_upload_goes_on_while_a_long_answer_to_it_comes() -> None:
    line = Line()
    body = Body(8, Client())
    asking = await line.ask(body)
    line.target.sends(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nans")
    reply = await asking
    body.feed(b"all of i")
    body.end([])
    assert line.target.got == HEAD + b"all of i"
    line.target.sends(b"wered")
    assert await taken(reply.body) == b"answered"
    assert line.released == [line.upstream]


async def test_an_answer_that_ends_before_its_upload_ends_the_connection() -> None:
    line = Line()
    body = Body(8, Client())
    asking = await line.ask(body)
    line.target.sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nn")
    reply = await asking
    line.target.sends(b"o")
    assert await taken(reply.body) == b"no"
    await settle()
    assert line.target.cut
    assert line.released == []


# Answers that are slow to be taken


async def test_a_client_that_takes_nothing_stops_its_target() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * len(MUCH)), MUCH)
    reply = await asking
    assert not line.target.heard
    line.target.sends(MUCH)
    body = asyncio.ensure_future(taken(reply.body))
    assert await body == MUCH + MUCH
    assert line.target.heard


@pytest.mark.parametrize("pieces", [[MUCH], [MUCH[:-1], MUCH[-1:]], [b"", MUCH]])
async def test_a_connection_is_read_again_after_an_answer_whose_end_stopped_it(pieces: list[bytes]) -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(MUCH))
    line.target.sends(*filter(None, pieces))
    assert await taken((await asking).body) == MUCH
    assert line.released == [line.upstream]
    assert line.target.heard
    asking = await line.ask()
    line.target.sends(OK)
    assert (await asking).head.status == 200


async def test_an_abandoned_answer_ends_its_connection() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    (await asking).body.abandon()
    await settle()
    assert line.target.cut
    assert line.lost == [line.upstream]


# Time


async def test_a_target_that_never_answers_is_late() -> None:
    line = Line()
    asking = await line.ask()
    line.later(9.5)
    await settle()
    assert not asking.done()
    line.later(1)
    assert await refused(asking) is refusals.LATE
    await settle()
    assert line.target.cut


async def test_a_targets_patience_starts_when_it_has_the_whole_question() -> None:
    line = Line()
    body = Body(8, Client())
    asking = await line.ask(body)
    for _ in range(8):
        line.later(9.5)
        body.feed(b"x")
    body.end([])
    line.later(9.5)
    await settle()
    assert not asking.done()
    line.later(1)
    assert await refused(asking) is refusals.LATE


async def test_a_target_that_takes_nothing_of_the_question_is_late() -> None:
    line = Line()
    line.target.stops_taking()
    body = Body(CHUNKED, Client())
    asking = await line.ask(body, chunked=True)
    line.later(100)
    await settle()
    assert not asking.done()
    body.feed(MUCH)
    line.later(10.5)
    assert await refused(asking) is refusals.LATE


async def test_a_target_that_takes_the_question_slowly_is_not_late() -> None:
    line = Line()
    line.target.stops_taking()
    body = Body(CHUNKED, Client())
    asking = await line.ask(body, chunked=True)
    for _ in range(4):
        body.feed(MUCH)
        line.later(9)
        line.target.takes(10 * len(MUCH))
        line.later(9)
    await settle()
    assert not asking.done()
    asking.cancel()


async def test_the_whole_call_ends_at_its_deadline_even_in_mid_answer() -> None:
    line = Line()
    asking = await line.ask(until=line.wheel.now + 20)
    line.target.sends(CHUNKS)
    reply = await asking
    for _ in range(3):
        line.later(6)
        line.target.sends(b"1\r\nx\r\n")
    assert reply.body.failure is None
    line.later(3)
    assert reply.body.failure is not None
    assert reply.body.failure.problem is refusals.LATE
    await settle()
    assert line.target.cut


async def test_the_whole_call_ends_at_its_deadline_in_mid_upload() -> None:
    line = Line()
    asking = await line.ask(Body(8, Client()), until=line.wheel.now + 3)
    line.later(3.5)
    assert await refused(asking) is refusals.LATE


async def test_an_answer_that_stalls_is_cut_and_one_that_trickles_is_not() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(CHUNKS)
    reply = await asking
    for _ in range(5):
        line.later(BODY_IDLE - 1)
        line.target.sends(b"1\r\nx\r\n")
    assert reply.body.failure is None
    line.later(BODY_IDLE + 1)
    assert reply.body.failure is not None
    assert reply.body.failure.problem is refusals.LATE


async def test_a_target_is_not_late_while_its_client_takes_nothing() -> None:
    line = Line()
    asking = await line.ask()
    line.target.sends(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", MUCH)
    reply = await asking
    line.later(10 * BODY_IDLE)
    assert reply.body.failure is None
    reply.body.abandon()


# Nobody waits any more


async def test_a_cancelled_question_ends_its_connection() -> None:
    line = Line()
    asking = await line.ask()
    asking.cancel()
    await settle()
    assert line.target.cut
    assert line.lost == [line.upstream]


@pytest.mark.parametrize(
    ("answer", "given_back"), [(OK, True), (OK[:-1], False), (CHUNKS, False), (CHUNKS + b"0\r\n\r\n", True)]
)
@pytest.mark.parametrize("first", ["answer", "cancel"])
async def test_a_question_cancelled_in_the_moment_of_its_answer_leaves_nothing_open(
    answer: bytes, given_back: bool, first: str
) -> None:
    line = Line()
    asking = await line.ask()
    steps: list[Callable[[], object]] = [lambda: line.target.sends(answer), asking.cancel]
    for step in steps if first == "answer" else reversed(steps):
        step()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await settle()
    assert (line.released == [line.upstream]) == given_back
    assert line.target.cut != given_back


async def test_a_connection_lent_again_before_its_first_asker_woke_belongs_to_the_second() -> None:
    line = Line()
    first = await line.ask()
    second: list[asyncio.Future[Reply]] = []
    line.released = []
    line.upstream._released = lambda upstream: second.append(asyncio.ensure_future(upstream.ask(line.question())))
    line.target.sends(OK)
    first.cancel()
    await settle()
    assert line.target.got == HEAD * 2
    assert not line.target.cut
    line.upstream._released = line.released.append
    line.target.sends(OK)
    assert (await second[0]).head.status == 200
    assert line.released == [line.upstream]


async def test_a_connection_that_is_lost_twice_over_says_so_once() -> None:
    line = Line()
    asking = await line.ask()
    line.target.resets()
    line.upstream.abort()
    asking.cancel()
    await settle()
    assert line.lost == [line.upstream]


async def test_a_connection_shows_its_state() -> None:
    line = Line()
    assert repr(line.upstream) == "<Upstream idle>"
    asking = await line.ask()
    assert repr(line.upstream) == "<Upstream asking>"
    line.target.sends(OK[:-1])
    assert repr(line.upstream) == "<Upstream answering>"
    assert repr(await asking) == "<Reply 200 <Body 4 open held=3>>"
    line.target.sends(OK[-1:])
    assert repr(line.upstream) == "<Upstream idle>"


EVENTS = [
    "feed",
    "end",
    "fail",
    "answer",
    "more",
    "garbage",
    "eof",
    "reset",
    "cancel",
    "stop",
    "take",
    "time",
    "pipe",
    "abandon",
]


@given(st.lists(st.sampled_from(EVENTS), max_size=14), st.booleans())
async def test_whatever_happens_in_whatever_order_every_question_ends_and_the_connection_with_it(
    events: list[str], turns: bool
) -> None:
    line = Line()
    body = Body(CHUNKED, Client())
    asking = await line.ask(body, chunked=True)
    collected = Collected()
    happens: dict[str, Callable[[], object]] = {
        "feed": lambda: body.ended or body.failure or body.feed(MUCH),
        "end": lambda: body.ended or body.failure or body.end([]),
        "fail": lambda: body.fail(Refusal(refusals.BAD_FRAMING)),
        "answer": lambda: line.target.sends(CHUNKS + b"1\r\nx\r\n"),
        "more": lambda: line.target.sends(b"0\r\n\r\n"),
        "garbage": lambda: line.target.sends(b"\x00"),
        "eof": line.target.ends,
        "reset": line.target.resets,
        "cancel": asking.cancel,
        "stop": line.target.stops_taking,
        "take": line.target.takes,
        "time": lambda: line.later(11),
        "pipe": lambda: reply and reply.body._sink is None and not reply.body.ended and reply.body.pipe(collected),
        "abandon": lambda: reply and reply.body.abandon(),
    }
    reply: Reply | None = None
    for event in events:
        happens[event]()
        if turns:
            await settle(3)
        if asking.done() and not asking.cancelled() and asking.exception() is None:
            reply = asking.result()
    line.later(100)
    if not asking.done() and not body.ended:
        asking.cancel()  # a client that never ends its upload has a deadline of its own
    await settle()
    assert asking.done()
    if not asking.cancelled() and asking.exception() is None:
        reply = asking.result()
        line.later(100)
        assert reply.body.ended or reply.body.failure or not line.target.heard
        reply.body.abandon()
    await settle()
    assert line.lost or (line.released == [line.upstream] and not line.target.cut)
    assert len(line.lost) <= 1
    if line.lost:
        assert repr(line.wheel) == "<Deadlines watched=0>"
