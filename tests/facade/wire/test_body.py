"""A body on its way: what waits, who is held back, and how it ends."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from far_end import settle
from hypothesis import given
from hypothesis import strategies as st

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.body import HIGH_WATER, Body
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.message import Field

BROKEN = Refusal(refusals.BROKEN)
MUCH = b"x" * (HIGH_WATER + 1)


class Source:
    """Remembers what it was told; a source that is told the same twice in a row has been miscounted."""

    def __init__(self) -> None:
        self.hurried = self.taken_from = 0
        self.told: list[str] = []

    def pause_reading(self) -> None:
        assert self.told[-1:] != ["pause"]
        self.told.append("pause")

    def resume_reading(self) -> None:
        assert self.told[-1:] == ["pause"]
        self.told.append("resume")

    def abandon(self) -> None:
        self.told.append("abandon")

    def hurry(self) -> None:
        self.hurried += 1

    def taken(self) -> None:
        self.taken_from += 1


class Sink:
    """Keeps what it is sent. `full` says that its socket takes no more, as a `Connection` would."""

    def __init__(self, *, full: bool = False, room: int | None = None) -> None:
        self.sent = b""
        self.ended: list[Field] | None = None
        self.feeder: Body | None = None
        self.full = full
        self._room = room

    def write_body(self, data: bytes) -> None:
        assert data
        assert self.ended is None
        self.sent += data
        if self._room is not None and len(self.sent) > self._room:
            self.full = True
            if self.feeder is not None:
                self.feeder.hold()

    def end_body(self, trailers: list[Field]) -> None:
        assert self.ended is None
        self.ended = trailers

    def fed_by(self, body: Body | None) -> None:
        self.feeder = body
        if body is not None and self.full:
            body.hold()


def test_without_a_sink_bytes_wait_and_the_source_is_stopped_only_above_the_high_water_mark() -> None:
    source = Source()
    body = Body(CHUNKED, source)
    body.feed(b"x" * HIGH_WATER)
    assert source.told == []
    body.feed(b"x")
    assert source.told == ["pause"]
    body.feed(b"x")
    assert source.told == ["pause"]
    assert body.take() == b"x" * (HIGH_WATER + 2)


def test_a_sink_gets_what_waits_then_what_comes_then_the_end_with_its_trailers() -> None:
    source, sink = Source(), Sink()
    body = Body(CHUNKED, source)
    body.feed(b"one ")
    body.feed(b"two ")
    body.pipe(sink)
    assert sink.sent == b"one two "
    body.feed(b"three")
    assert (sink.sent, sink.ended) == (b"one two three", None)
    body.end([(b"Digest", b"abc")])
    assert (sink.ended, sink.feeder) == ([(b"Digest", b"abc")], None)


def test_a_source_that_was_stopped_goes_on_when_a_sink_comes() -> None:
    source = Source()
    body = Body(CHUNKED, source)
    body.feed(MUCH)
    body.pipe(Sink())
    assert source.told == ["pause", "resume"]


def test_a_sink_that_is_full_stops_the_source_until_it_takes_bytes_again() -> None:
    source, sink = Source(), Sink(room=3)
    body = Body(CHUNKED, source)
    body.pipe(sink)
    body.feed(b"four")
    assert source.told == ["pause"]
    body.go_on()
    assert source.told == ["pause", "resume"]


@pytest.mark.parametrize("waiting", [b"", b"four", MUCH], ids=["nothing", "a little", "much"])
def test_a_sink_that_is_full_from_the_start_stops_the_source_whatever_waits(waiting: bytes) -> None:
    source = Source()
    body = Body(CHUNKED, source)
    if waiting:
        body.feed(waiting)
    body.pipe(Sink(full=True))
    assert source.told[-1] == "pause"


def test_a_sink_that_what_waited_has_filled_stops_the_source() -> None:
    source, sink = Source(), Sink(room=3)
    body = Body(CHUNKED, source)
    body.feed(MUCH)
    body.pipe(sink)
    assert source.told[-1] == "pause"
    body.go_on()
    assert source.told[-1] == "resume"


@pytest.mark.parametrize("sink", [None, Sink(room=1)], ids=["without a sink", "with a full sink"])
def test_a_source_is_let_go_on_when_its_body_ends_for_it_has_more_to_read(sink: Sink | None) -> None:
    source = Source()
    body = Body(len(MUCH), source)
    if sink is not None:
        body.pipe(sink)
    body.feed(MUCH)
    assert source.told == ["pause"]
    body.end([])
    assert source.told == ["pause", "resume"]
    body.hold()
    assert source.told == ["pause", "resume"]


def test_a_body_that_was_all_here_before_its_sink_came_arrives_whole() -> None:
    sink = Sink()
    body = Body(CHUNKED, Source())
    body.feed(b"all")
    body.end([])
    body.pipe(sink)
    assert (sink.sent, sink.ended) == (b"all", [])


def test_a_body_that_failed_never_ends_its_sink() -> None:
    sink = Sink()
    body = Body(CHUNKED, Source())
    body.feed(b"half")
    body.fail(BROKEN)
    body.pipe(sink)
    assert (sink.sent, sink.ended, sink.feeder) == (b"half", None, None)


def test_a_body_that_fails_lets_its_sink_go() -> None:
    sink = Sink()
    body = Body(CHUNKED, Source())
    body.pipe(sink)
    body.fail(BROKEN)
    body.feed(b"late")
    assert (sink.sent, sink.ended, sink.feeder) == (b"", None, None)


def test_what_was_taken_no_longer_counts() -> None:
    source = Source()
    body = Body(CHUNKED, source)
    for _ in range(3):
        body.feed(b"x" * HIGH_WATER)
        body.take()
    assert source.told == []


def test_an_unpiped_body_keeps_what_comes_and_stops_its_source_again() -> None:
    source, sink = Source(), Sink()
    body = Body(CHUNKED, source)
    body.pipe(sink)
    body.unpipe()
    body.feed(MUCH)
    assert (sink.sent, sink.feeder, source.told) == (b"", None, ["pause"])


async def test_whoever_waits_for_the_end_is_told_when_it_comes() -> None:
    body = Body(CHUNKED, Source())
    waiting = asyncio.ensure_future(body.done())
    await settle()
    assert not waiting.done()
    body.end([])
    await waiting
    await body.done()


async def test_who_waits_for_what_may_wait_here_is_told_when_it_has_come_and_who_waits_for_the_end_is_not() -> None:
    for last, ends in ((b"x", False), (b"", True)):
        body = Body(CHUNKED, Source())
        body.feed(b"x" * HIGH_WATER)
        arriving = asyncio.ensure_future(body.arrived())
        await settle()
        assert not arriving.done()
        if ends:
            body.end([])
        else:
            body.feed(last)
        await arriving
    body, other = Body(CHUNKED, Source()), Body(CHUNKED, Source())
    done, arriving = asyncio.ensure_future(body.done()), asyncio.ensure_future(other.arrived())
    await settle()
    body.feed(MUCH)
    other.fail(BROKEN)
    await settle()
    assert not done.done()
    body.end([])
    await done
    with pytest.raises(Refusal):
        await arriving


def test_tiny_pieces_cost_little_more_than_their_bytes() -> None:
    tracemalloc.start()
    try:
        body = Body(CHUNKED, Source())
        before = tracemalloc.get_traced_memory()[0]
        for number in range(HIGH_WATER // 2):
            body.feed(b"%02d" % (number % 100))
        assert body.held == HIGH_WATER
        assert tracemalloc.get_traced_memory()[0] - before < 2 * HIGH_WATER
    finally:
        tracemalloc.stop()
    assert body.take() == b"".join(b"%02d" % (number % 100) for number in range(HIGH_WATER // 2))


async def test_tiny_pieces_that_are_collected_cost_little_more_than_their_bytes() -> None:
    body = Body(CHUNKED, Source())
    collecting = asyncio.ensure_future(body.collect(HIGH_WATER))
    await settle()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(HIGH_WATER // 2):
            body.feed(b"%02d" % (number % 100))
        assert tracemalloc.get_traced_memory()[0] - before < 2 * HIGH_WATER
    finally:
        tracemalloc.stop()
    body.end([])
    assert len(await collecting) == HIGH_WATER


async def test_whoever_waits_for_the_end_is_told_why_it_will_not_come() -> None:
    body = Body(CHUNKED, Source())
    waiting = asyncio.ensure_future(body.done())
    await settle()
    body.fail(BROKEN)
    with pytest.raises(Refusal) as why:
        await waiting
    assert why.value.problem is BROKEN.problem
    with pytest.raises(Refusal):
        await body.done()


def test_a_body_ends_once_and_fails_once() -> None:
    ended, failed = Body(CHUNKED, Source()), Body(CHUNKED, Source())
    ended.end([])
    ended.fail(BROKEN)
    assert ended.failure is None
    failed.fail(BROKEN)
    failed.fail(Refusal(refusals.LATE))
    assert failed.failure is BROKEN


def test_abandoning_tells_the_source_unless_the_body_has_ended() -> None:
    unfinished, finished = Source(), Source()
    Body(CHUNKED, unfinished).abandon()
    body = Body(CHUNKED, finished)
    body.end([])
    body.abandon()
    Body.whole(b"all").abandon()
    assert (unfinished.told, finished.told) == (["abandon"], [])


def test_an_abandoned_body_lets_its_sink_go() -> None:
    sink = Sink()
    body = Body(CHUNKED, Source())
    body.pipe(sink)
    body.abandon()
    body.feed(b"late")
    assert (sink.sent, sink.feeder) == (b"", None)


async def test_a_body_is_collected_from_what_waits_and_what_comes() -> None:
    body = Body(CHUNKED, Source())
    body.feed(b"one ")
    collected = asyncio.ensure_future(body.collect(7))
    await settle()
    body.feed(b"two")
    body.end([(b"Ignored", b"yes")])
    assert await collected == b"one two"


@pytest.mark.parametrize("comes", [False, True], ids=["all here", "still coming"])
async def test_a_body_larger_than_the_limit_is_refused(comes: bool) -> None:
    body = Body(CHUNKED, Source()) if comes else Body.whole(b"12345")
    collected = asyncio.ensure_future(body.collect(4))
    await settle()
    if comes:
        body.feed(b"123")
        body.feed(b"45")
    with pytest.raises(Refusal) as refusal:
        await collected
    assert refusal.value.problem is refusals.BODY_TOO_LARGE


async def test_a_body_exactly_as_large_as_the_limit_is_collected() -> None:
    assert await Body.whole(b"1234").collect(4) == b"1234"


async def test_what_comes_behind_a_body_that_was_too_large_stops_its_source() -> None:
    source = Source()
    body = Body(CHUNKED, source)
    body.feed(b"12345")
    with pytest.raises(Refusal):
        await body.collect(4)
    body.feed(MUCH)
    assert source.told == ["pause"]


def test_an_empty_body_has_ended_and_is_nothing() -> None:
    body, sink = Body.whole(b""), Sink()
    body.fail(BROKEN)
    body.abandon()
    body.pipe(sink)
    assert (body.length, body.ended, body.failure, sink.sent, sink.ended) == (0, True, None, b"", [])
    assert Body.whole(b"").take() == b""


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (Body(CHUNKED), "<Body chunked open held=0>"),
        (Body(UNTIL_CLOSE), "<Body -2 open held=0>"),
        (Body.whole(b"secret"), "<Body 6 ended held=6>"),
    ],
)
def test_a_body_shows_its_state_and_never_its_bytes(body: Body, shown: str) -> None:
    assert repr(body) == shown


@given(st.lists(st.sampled_from(["feed", "much", "full", "free", "pipe", "unpipe"]), max_size=30), st.booleans())
def test_the_source_reads_exactly_when_there_is_room(events: list[str], ends: bool) -> None:
    source, sink = Source(), Sink()
    body = Body(CHUNKED, source)
    fed = b""
    for event in events:
        if event in {"feed", "much"} and source.told[-1:] != ["pause"]:
            fed += (data := b"a" if event == "feed" else MUCH)
            body.feed(data)
        elif event == "full":
            sink.full = True
            if sink.feeder is not None:
                sink.feeder.hold()
        elif event == "free":
            sink.full = False
            if sink.feeder is not None:
                sink.feeder.go_on()
        elif event == "pipe" and sink.feeder is None:
            body.pipe(sink)
        elif event == "unpipe":
            body.unpipe()
        held = sink.full if sink.feeder is not None else len(fed) - len(sink.sent) > HIGH_WATER
        assert held <= (source.told[-1:] == ["pause"])
        if sink.feeder is not None:
            assert (source.told[-1:] == ["pause"]) == sink.full
    if ends:
        body.end([])
        assert source.told[-1:] != ["pause"]
    assert sink.sent + body.take() == fed


class Watcher:
    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.ended = False

    def see(self, data: bytes) -> None:
        self.seen.append(data)

    def end(self) -> None:
        self.ended = True


def test_a_watcher_sees_what_waits_what_comes_and_the_end_and_takes_nothing() -> None:
    body, sink, watcher = Body(CHUNKED, Source()), Sink(), Watcher()
    body.feed(b"a")
    body.watch(watcher)
    body.feed(b"b")
    body.pipe(sink)
    body.feed(b"c")
    assert (watcher.seen, watcher.ended) == ([b"a", b"b", b"c"], False)
    body.end([])
    assert watcher.ended
    assert sink.sent == b"abc"


def test_a_watcher_of_a_whole_body_sees_it_at_once() -> None:
    body, watcher = Body.whole(b"abc"), Watcher()
    body.watch(watcher)
    assert (watcher.seen, watcher.ended) == ([b"abc"], True)
    assert body.take() == b"abc"


def test_its_source_is_told_once_what_waited_waits_no_more() -> None:
    source = Source()
    body = Body.whole(b"abc", source)
    assert (body.held, source.taken_from) == (3, 0)
    assert (body.take(), body.take(), body.held, source.taken_from) == (b"abc", b"", 0, 1)


def test_only_a_body_that_still_comes_is_to_hurry() -> None:
    source = Source()
    whole, coming = Body.whole(b"abc", source), Body(6, source)
    for body in (whole, coming):
        body.hurry(lambda: True)
    assert (whole.holds_up is None, coming.holds_up is None, source.hurried) == (True, False, 1)
