"""Bodies taken off the wire: wherever the bytes are split, the same body; and nothing that could be read two ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from far_end import split
from hypothesis import given
from hypothesis import strategies as st

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.chunks import last_chunk
from facade.wire.decoders import ChunkedDecoder, Decoder, LengthDecoder, UntilCloseDecoder
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.message import Field

NEXT = b"GET /next HTTP/1.1\r\n\r\n"


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.data = b""
        self.writes = 0
        self.trailers: list[Field] | None = None

    def write_body(self, data: bytes) -> None:
        assert data, "an empty write would end a chunked body"
        assert self.trailers is None, "bytes behind the end"
        self.data += data
        self.writes += 1

    def end_body(self, trailers: list[Field]) -> None:
        assert self.trailers is None
        self.trailers = trailers

    def fed_by(self, body: Body | None) -> None: ...


def chunked(limit: int = 2**40) -> tuple[ChunkedDecoder, Kept]:
    body, kept = Body(CHUNKED), Kept()
    body.pipe(kept)
    return ChunkedDecoder(body, refusals.BROKEN, refusals.BAD_FRAMING, limit), kept


def of_length(length: int) -> tuple[LengthDecoder, Kept]:
    body, kept = Body(length), Kept()
    body.pipe(kept)
    return LengthDecoder(body, refusals.BROKEN), kept


def feed(decoder: Decoder, data: bytes, cuts: list[int]) -> bytes:
    """Feed the data in pieces, as long as the decoder wants any; what is left over is what it did not take."""
    pieces = split(data, cuts)
    for number, piece in enumerate(pieces, start=1):
        rest = decoder.feed(piece)
        if rest:
            return rest + b"".join(pieces[number:])
    return b""


def encode(pieces: list[bytes], trailers: list[Field], extension: bytes = b"") -> bytes:
    chunks = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces)
    return chunks + last_chunk(trailers)


def every_split(data: bytes) -> list[list[int]]:
    return [[at] for at in range(1, len(data))] + [list(range(1, len(data)))]


# Known length


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=40), st.lists(st.integers(0, 240), max_size=8))
def test_a_known_length_is_taken_to_the_byte_however_it_is_split(data: bytes, behind: bytes, cuts: list[int]) -> None:
    decoder, kept = of_length(len(data))
    rest = feed(decoder, data + behind, cuts)
    assert kept.data == data
    assert kept.trailers == []
    assert (data + behind).endswith(rest)
    assert len(rest) <= len(behind)


def test_what_stands_behind_a_known_length_is_given_back_untouched() -> None:
    decoder, kept = of_length(4)
    assert decoder.feed(b"bo") == b""
    assert decoder.feed(b"dy" + NEXT) == NEXT
    assert (kept.data, kept.trailers) == (b"body", [])


@pytest.mark.parametrize(
    ("make", "data"),
    [(lambda: of_length(4)[0], b"bod"), (lambda: chunked()[0], b"4\r\nbody\r\n"), (lambda: chunked()[0], b"0\r\n")],
)
def test_a_body_that_stops_before_its_end_is_broken(make: Callable[[], Decoder], data: bytes) -> None:
    decoder = make()
    assert decoder.feed(data) == b""
    with pytest.raises(Refusal):
        decoder.eof()


# Until the connection ends


def test_a_body_that_ends_with_its_connection_is_whole_when_that_ends() -> None:
    body, kept = Body(UNTIL_CLOSE), Kept()
    body.pipe(kept)
    decoder = UntilCloseDecoder(body)
    assert decoder.feed(b"one ") == b""
    assert decoder.feed(b"two") == b""
    assert kept.trailers is None
    decoder.eof()
    assert (kept.data, kept.trailers) == (b"one two", [])


# Chunks


@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=6),
    st.sampled_from([[], [(b"Digest", b"abc")], [(b"A", b""), (b"a", b"\xe9 x")]]),
    st.sampled_from([b"", b";a", b' ; name = "quoted \\" \xe9;,"', b";a=b;c"]),
    st.binary(max_size=30),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_chunks_come_out_as_they_went_in_however_they_are_split(
    pieces: list[bytes], trailers: list[Field], extension: bytes, behind: bytes, cuts: list[int]
) -> None:
    wire = encode(pieces, trailers, extension)
    decoder, kept = chunked()
    rest = feed(decoder, wire + behind, cuts)
    assert kept.data == b"".join(pieces)
    assert kept.trailers == trailers
    assert behind.endswith(rest)


def test_chunks_may_be_split_anywhere_and_byte_by_byte() -> None:
    wire = b"5;x=y\r\nhello\r\n00A\r\n, wide sea\r\n000\r\nDigest: abc\r\n\r\n"
    for cuts in every_split(wire):
        decoder, kept = chunked()
        assert feed(decoder, wire, cuts) == b""
        assert (kept.data, kept.trailers) == (b"hello, wide sea", [(b"Digest", b"abc")])


def test_what_stands_behind_the_last_chunk_is_given_back_untouched() -> None:
    wire = encode([b"body"], [])
    for cuts in every_split(wire):
        decoder, kept = chunked()
        assert feed(decoder, wire + NEXT, cuts) == NEXT
        assert kept.data == b"body"


def test_thousands_of_tiny_chunks_that_come_together_go_on_together() -> None:
    decoder, kept = chunked()
    decoder.feed(encode([b"x"] * 4000, []))
    assert (len(kept.data), kept.writes) == (4000, 1)


def test_a_chunk_line_that_is_cut_off_far_behind_the_beginning_is_waited_for() -> None:
    decoder, kept = chunked()
    assert decoder.feed(b"2000\r\n" + b"x" * 8192 + b"\r\n5;a") == b""
    assert decoder.feed(b"=b\r\nhello\r\n0\r\n\r\n") == b""
    assert kept.data == b"x" * 8192 + b"hello"


def test_a_chunk_goes_on_before_it_is_whole() -> None:
    decoder, kept = chunked()
    decoder.feed(b"ffffff\r\nbegin")
    assert kept.data == b"begin"


BAD_SIZES = [
    b"0x5",
    b"+5",
    b"-5",
    b"1_0",
    b" 5",
    b"5 ",
    b"\t5",
    b"10000000000000005",
    b"",
    b"5g",
    b"\xef\xbc\x95",
    b"5\r",
    b"5\n",
    b"\n5",
    b"5\x00",
    b"5,5",
    b"5.0",
    b"5;",
    b"5;\x00",
    b"5;a=",
    b'5;a="',
    b'5;a="\x00"',
    b"5;a\nb",
    b"5;a\rb",
    b'5;a="\r\n"',
    b'5;a="\n"',
    b"5;a b",
    b"5;a=b c",
    b"5;=b",
]


@pytest.mark.parametrize("size", BAD_SIZES)
def test_a_chunk_line_that_is_not_a_size_and_its_extensions_is_refused(size: bytes) -> None:
    for cuts in ([], list(range(1, len(size) + 2))):
        decoder, kept = chunked()
        with pytest.raises(Refusal) as refusal:
            feed(decoder, size + b"\r\nhello\r\n0\r\n\r\n" + b"x" * 8192, cuts)
        assert refusal.value.problem is refusals.BAD_FRAMING
        assert kept.trailers is None


@pytest.mark.parametrize(
    "wire",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello\r0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"5\r\nhello world\r\n0\r\n\r\n",
        b"5\r\nhell\r\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"0\n\r\n",
        b"0\r\n\n",
        b"0\r\nX: y\n\r\n",
    ],
)
def test_a_chunk_that_spills_or_whose_lines_end_otherwise_is_refused(wire: bytes) -> None:
    for cuts in ([], *every_split(wire)):
        decoder, kept = chunked()
        with pytest.raises(Refusal):
            feed(decoder, wire + NEXT * 400, cuts)
        assert kept.trailers is None


@pytest.mark.parametrize(
    "line",
    [
        b"GET /admin HTTP/1.1",
        b"no colon",
        b"name : value",
        b" folded",
        b"\tfolded",
        b": empty",
        b"na me: x",
        b"n\xe9: x",
        b"name: a\x00b",
        b"name: a\rb",
        b"name: a\nb",
        b"name: \x7f",
    ],
)
def test_a_trailer_line_that_is_no_field_is_refused(line: bytes) -> None:
    decoder, kept = chunked()
    with pytest.raises(Refusal):
        decoder.feed(b"0\r\n" + line + b"\r\n\r\n")
    assert kept.trailers is None


def test_trailers_keep_order_case_repeats_and_bytes() -> None:
    decoder, kept = chunked()
    decoder.feed(b"0\r\nB: 2\r\na: 1\r\nB:\r\nC: \xe9\xff \t\r\n\r\n")
    assert kept.trailers == [(b"B", b"2"), (b"a", b"1"), (b"B", b""), (b"C", b"\xe9\xff \t")]


@pytest.mark.parametrize("cuts", [[], list(range(1, 9000, 100))])
@pytest.mark.parametrize(
    "wire",
    [
        b"5;" + b"a" * 4096 + b"\r\nhello\r\n",
        b"5;" + b"a" * 8192,
        b"1;" + b"a" * 1000 + b"\r\nx\r\n" + (b"1;" + b"a" * 1000 + b"\r\nx\r\n") * 16,
        b"0\r\n" + b"a:\r\n" * 2100,
        b"0\r\nX: " + b"a" * 8192,
        b"0\r\n" + (b"X: " + b"a" * 4000 + b"\r\n") * 3,
    ],
    ids=["line", "endless line", "lines together", "small trailers", "endless trailer", "large trailers"],
)
def test_extensions_and_trailers_are_bounded(wire: bytes, cuts: list[int]) -> None:
    decoder, _ = chunked()
    with pytest.raises(Refusal):
        feed(decoder, wire, cuts)


def test_a_long_body_of_plain_chunks_uses_up_no_bound() -> None:
    decoder, kept = chunked()
    for _ in range(200):
        decoder.feed(b"1\r\nx\r\n" * 100)
    decoder.feed(b"0\r\n\r\n")
    assert len(kept.data) == 20_000


def test_a_chunked_body_larger_than_allowed_is_refused_before_its_bytes_come() -> None:
    decoder, kept = chunked(limit=10)
    decoder.feed(b"a\r\n0123456789\r\n")
    with pytest.raises(Refusal) as refusal:
        decoder.feed(b"1\r\n")
    assert refusal.value.problem is refusals.BODY_TOO_LARGE
    assert kept.data == b"0123456789"


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_any_bytes_are_either_a_body_or_refused_and_never_anything_else(data: bytes, cuts: list[int]) -> None:
    whole, split = chunked(), chunked()
    ends = []
    for (decoder, kept), places in ((whole, []), (split, cuts)):
        try:
            rest = feed(decoder, data, places)
            ends.append((kept.data, kept.trailers, rest if kept.trailers is not None else None))
        except Refusal:
            ends.append(None)
    assert ends[0] == ends[1]


@given(
    st.lists(st.sampled_from([b"1\r\nx\r\n", b"2;a=b\r\nyz\r\n", b"0\r\n", b"\r\n", b"0", b"\n", b"A: b\r\n", b"1"]))
)
def test_nearly_chunked_bytes_read_the_same_however_they_are_split(parts: list[bytes]) -> None:
    data = b"".join(parts)
    seen = set()
    for cuts in ([], list(range(1, len(data)))):
        decoder, kept = chunked()
        try:
            rest = feed(decoder, data, cuts)
            seen.add((kept.data, repr(kept.trailers), rest))
        except Refusal:
            seen.add(None)
    assert len(seen) == 1
