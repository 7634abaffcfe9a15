"""An answer read leniently: it becomes what a strict reader would have got from a target without these faults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.decoders import ChunkedDecoder, LengthDecoder, UntilCloseDecoder
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.leniency import STRICT, Fault
from facade.wire.lenient import LenientReader, answer_decoder, answer_reader
from facade.wire.limits import Limits
from facade.wire.message import ResponseHead, name
from facade.wire.reader import ResponseReader

LIMITS = Limits(header_bytes=200, headers=10)
EVERY = frozenset(Fault)


def read(data: bytes, *faults: Fault) -> tuple[ResponseHead, bytes]:
    found = LenientReader(LIMITS, frozenset(faults)).feed(data)
    assert found is not None
    return found


def refused(data: bytes) -> bool:
    """Whether a head is nonsense whatever is forgiven."""
    try:
        return LenientReader(LIMITS, EVERY).feed(data) is None
    except Refusal as refusal:
        return refusal.problem is refusals.NONSENSE


def test_only_a_target_that_is_forgiven_something_is_read_leniently() -> None:
    assert type(answer_reader(LIMITS, STRICT)) is ResponseReader
    assert type(answer_reader(LIMITS, EVERY)) is LenientReader


def test_a_head_of_bare_line_feeds_is_read_and_what_follows_it_is_left() -> None:
    head, rest = read(b"HTTP/1.0 200 OK\nA: 1\nB:2\n\nbo\ndy\n\n", Fault.BARE_LINE_FEEDS)
    assert (head.status, head.reason, head.minor) == (200, b"OK", 0)
    assert head.block == b"\r\nA: 1\r\nB:2"
    assert rest == b"bo\ndy\n\n"


def test_what_is_passed_on_is_strictly_valid() -> None:
    data = b"HTTP/1.1 200 OK\nA : x\0y\n z\nContent-Length: 3\nContent-Length: 3\n\nabc"
    head, rest = read(data, *Fault)
    assert head.block == b"\r\nA: x y z\r\nContent-Length: 3"
    assert ResponseReader(LIMITS).feed(b"HTTP/1.1 200 OK" + head.block + b"\r\n\r\n") is not None
    assert rest == b"abc"


@pytest.mark.parametrize(
    "data",
    [
        b"220 smtp.example ESMTP\r\n",
        b"HTTP/2 200 OK\n\n",
        b"HTTP/1.1 20 OK\n\n",
        b"HTTP/1.1 200 OK\nno field\n\n",
        b"HTTP/1.1 200 OK\n: 1\n\n",
        b"HTTP/1.1 200 OK\nA(B): 1\n\n",
        b"HTTP/1.1 200 OK\nA: " + b"y" * 200,
        b"HTTP/1.1 200 OK\n" + b"A: 1\n" * 11 + b"\n",
    ],
)
def test_what_nothing_forgives_is_refused_at_once(data: bytes) -> None:
    assert refused(data)


def test_a_head_as_long_as_is_allowed_is_read() -> None:
    start, end = b"HTTP/1.1 200 OK\r\nA : ", b"\r\n\r\n"
    fits = start + b"y" * (LIMITS.header_bytes - len(start) - len(end)) + end
    assert not refused(fits)
    assert refused(fits.replace(b"y", b"yy", 1))


def test_lengths_beside_chunks_end_the_connection() -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    head, _ = read(data, Fault.LENGTHS_BESIDE_CHUNKS)
    assert not head.keeps_alive()
    assert head.get(name("content-length")) is None


@given(some.data())
def test_a_head_may_come_in_any_pieces(data: some.DataObject) -> None:
    whole = b"HTTP/1.1 200 OK\nA : 1\r\n 2\nB: 3\n\nrest\n\n"
    reader, left = LenientReader(LIMITS, EVERY), whole
    found = None
    while found is None:
        size = data.draw(some.integers(1, len(left)))
        found = reader.feed(left[:size])
        left = left[size:]
    head, rest = found
    assert head.block == b"\r\nA: 1 2\r\nB: 3"
    assert rest + left == b"rest\n\n"


@pytest.mark.parametrize("pieces", [1, 5, 100])
def test_a_bare_line_feed_that_is_not_forgiven_is_refused_at_once(pieces: int) -> None:
    reader = LenientReader(LIMITS, EVERY - {Fault.BARE_LINE_FEEDS})
    fine = b"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2"
    for at in range(0, len(fine), pieces):
        assert reader.feed(fine[at : at + pieces]) is None
    with pytest.raises(Refusal) as caught:
        reader.feed(b"\n")
    assert caught.value.problem is refusals.NONSENSE


# Chunks


def decoded(data: bytes, *faults: Fault, pieces: int = 0) -> tuple[bytes, bytes]:
    """A body and what lies behind it."""
    body = Body(CHUNKED)
    decoder = answer_decoder(body, frozenset(faults))
    size = pieces or len(data)
    rest = b""
    for at in range(0, len(data), size):
        rest = decoder.feed(rest + data[at : at + size]) if body.ended else decoder.feed(data[at : at + size])
        if body.ended:
            return body.take(), rest + data[at + size :]
    raise AssertionError("it does not end")


def test_every_framing_has_its_decoder() -> None:
    kinds = {
        (CHUNKED, STRICT): ChunkedDecoder,
        (UNTIL_CLOSE, EVERY): UntilCloseDecoder,
        (5, EVERY): LengthDecoder,
    }
    for (length, leniency), kind in kinds.items():
        assert type(answer_decoder(Body(length), leniency)) is kind


BARE = b"5\nhello\n3\r\nyou\r\n0\nX-A: 1\n\nrest"
PADDED = b"5  \r\nhello\r\n3;a=b \t\r\nyou\r\n0   \r\nX-A: 1\r\n\r\nrest"


@pytest.mark.parametrize("pieces", [0, 1, 2, 3, 7])
@pytest.mark.parametrize(("data", "fault"), [(BARE, Fault.BARE_LINE_FEEDS), (PADDED, Fault.SPACES_AFTER_CHUNK_SIZES)])
def test_chunks_with_a_fault_that_is_forgiven_are_read(data: bytes, fault: Fault, pieces: int) -> None:
    assert decoded(data, fault, pieces=pieces) == (b"helloyou", b"rest")


@pytest.mark.parametrize(("data", "fault"), [(BARE, Fault.BARE_LINE_FEEDS), (PADDED, Fault.SPACES_AFTER_CHUNK_SIZES)])
def test_chunks_with_a_fault_that_is_not_forgiven_are_refused(data: bytes, fault: Fault) -> None:
    with pytest.raises(Refusal) as caught:
        decoded(data, *(EVERY - {fault}))
    assert caught.value.problem is refusals.NONSENSE


@pytest.mark.parametrize(
    "data",
    [
        b"\nhello\n",
        b" 5\nhello\n",
        b"0x5\nhello\n",
        b"5\nhelloX\n",
        b"5\r\r\nhello\n",
        b"5 5\nhello\n",
        b"0\nX-A : 1\n\n",
        b"0\nno field\n\n",
        b"5;" + b"a" * 5000 + b"\n",
        b"5" * 5000,
    ],
)
def test_other_faults_of_chunks_are_refused_whatever_is_forgiven(data: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        decoded(data + b"0\n\n", *Fault)
    assert caught.value.problem is refusals.NONSENSE


def test_a_chunk_without_any_line_end_is_refused() -> None:
    with pytest.raises(Refusal):
        decoded(b"5\r\nhello3\r\nyou\r\n0\r\n\r\n", *Fault)


CHUNKS = some.lists(some.binary(min_size=1, max_size=9), max_size=5)


@given(CHUNKS, some.integers(1, 9), some.sampled_from([b"\n", b"\r\n"]))
def test_what_goes_in_as_chunks_comes_out_again(chunks: list[bytes], pieces: int, end: bytes) -> None:
    data = b"".join(b"%x" % len(chunk) + end + chunk + end for chunk in chunks) + b"0" + end + end
    assert decoded(data + b"rest", *Fault, pieces=pieces) == (b"".join(chunks), b"rest")
