"""The three ways a body stands on the wire, taken apart into `Body.feed` and `Body.end`.

A decoder's `feed` takes bytes and returns those behind the message's end (empty while it has not ended); `eof` says
that the peer closed. What breaks off or cannot be read raises `Refusal` with the problem that the decoder was given for
it.

Chunk framing (RFC 9112 section 7.1) is read here and not by llhttp, because httptools neither says where in a buffer a
message ended, which pipelined requests need, nor bounds extensions and trailers.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.framing import CHUNKED
from facade.wire.message import Field

_CHUNK_LINE: Final = re.compile(
    rb"([0-9A-Fa-f]{1,15})"
    rb"(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+"
    rb"(?:[ \t]*=[ \t]*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+"
    rb'|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*'
)
"""RFC 9112 section 7.1.1. 15 hex digits stay below 2^63; nothing but a token or a quoted string extends a chunk."""

_FIELD_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")

MAX_LINE: Final = 4096
"""Bytes of one chunk line with its extensions; nobody is known to send extensions at all."""

_MAX_EXTENSIONS: Final = 16 * 1024
"""Bytes of chunk lines beyond the sizes themselves, in one message, so that they cannot be a channel of their own."""

_MAX_TRAILERS: Final = 8 * 1024
"""Bytes of the trailer section's lines; a signature or a digest takes a few hundred."""


class Decoder(Protocol):
    """Takes a body off the wire."""

    def feed(self, data: bytes) -> bytes: ...
    def eof(self) -> None: ...


class LengthDecoder:
    """A body of known length: counted and passed on, never looked at."""

    __slots__ = ("_body", "_broken", "_remaining")

    def __init__(self, body: Body, broken: Problem) -> None:
        self._body = body
        self._remaining = body.length
        self._broken = broken

    def feed(self, data: bytes) -> bytes:
        if len(data) < self._remaining:
            self._remaining -= len(data)
            self._body.feed(data)
            return b""
        rest = data[self._remaining :]
        self._body.feed(data[: self._remaining] if rest else data)
        self._body.end([])
        return rest

    def eof(self) -> None:
        raise Refusal(self._broken)


class UntilCloseDecoder:
    """An answer that ends with its connection (RFC 9112 section 6.3, last rule)."""

    __slots__ = ("_body",)

    def __init__(self, body: Body) -> None:
        self._body = body

    def feed(self, data: bytes) -> bytes:
        self._body.feed(data)
        return b""

    def eof(self) -> None:
        self._body.end([])


class ChunkedDecoder:
    """Chunks, strictly: CRLF only, no white space around a size, everything bounded."""

    __slots__ = (
        "_body",
        "_broken",
        "_buffer",
        "_ended",
        "_extensions",
        "_pieces",
        "_remaining",
        "_room",
        "_trailers",
        "_trailing",
        "_unreadable",
    )

    def __init__(self, body: Body, broken: Problem, unreadable: Problem, limit: int) -> None:
        self._body = body
        self._broken = broken
        self._unreadable = unreadable
        self._room = limit
        self._buffer = b""
        self._remaining = 0
        self._extensions = _MAX_EXTENSIONS
        self._trailers: list[Field] | None = None
        self._trailing = _MAX_TRAILERS
        self._pieces: list[bytes] = []
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        at, whole = 0, True
        while whole and not self._ended and at < len(data):
            at, whole = self._step(data, at)
        self._pass_on()
        if self._ended:
            self._body.end(self._trailers or [])
            return data[at:]
        self._buffer = data[at:]
        return b""

    def _pass_on(self) -> None:
        """What came together goes on together: thousands of tiny chunks must not become thousands of writes."""
        pieces, self._pieces = self._pieces, []
        if pieces:
            self._body.feed(pieces[0] if len(pieces) == 1 else b"".join(pieces))

    def eof(self) -> None:
        raise Refusal(self._broken)

    def _step(self, data: bytes, at: int) -> tuple[int, bool]:
        """Read one piece from `at`; return where the next begins, and False when this one is not all here."""
        if self._remaining > 2:
            return self._chunk_data(data, at), True
        if self._remaining > 0:
            return self._chunk_end(data, at)
        return self._line(data, at)

    def _chunk_data(self, data: bytes, at: int) -> int:
        # `_remaining` counts the chunk's data and the CRLF behind it, so that 0 means "a line is next".
        stop = min(len(data), at + self._remaining - 2)
        self._pieces.append(data[at:stop])
        self._remaining -= stop - at
        return stop

    def _chunk_end(self, data: bytes, at: int) -> tuple[int, bool]:
        if len(data) - at < 2:
            return at, False
        if data[at : at + 2] != b"\r\n":
            raise Refusal(self._unreadable)
        self._remaining = 0
        return at + 2, True

    def _line(self, data: bytes, at: int) -> tuple[int, bool]:
        end = data.find(b"\r\n", at, at + MAX_LINE)
        if end < 0:
            if len(data) - at >= MAX_LINE:
                raise Refusal(self._unreadable)
            return at, False
        self._read_line(data[at:end])
        return end + 2, True

    def _read_line(self, line: bytes) -> None:
        if self._trailers is None:
            self._size(line)
        else:
            self._trailer(line, self._trailers)

    def _size(self, line: bytes) -> None:
        match = _CHUNK_LINE.fullmatch(line)
        if match is None:
            raise Refusal(self._unreadable)
        size = int(match[1], 16)
        self._room -= size
        self._extensions -= len(line) - len(match[1])
        if self._room < 0:
            raise Refusal(refusals.BODY_TOO_LARGE)
        if self._extensions < 0:
            raise Refusal(self._unreadable)
        if size:
            self._remaining = size + 2
        else:
            self._trailers = []

    def _trailer(self, line: bytes, trailers: list[Field]) -> None:
        if not line:
            self._ended = True
            return
        match = _FIELD_LINE.fullmatch(line)
        self._trailing -= len(line) + 2
        if match is None or self._trailing < 0:
            raise Refusal(self._unreadable)
        name, value = match.groups()
        trailers.append((name, value))


def request_decoder(body: Body, limit: int) -> Decoder:
    """The decoder of a request's body, which has at most `limit` bytes; what it cannot read is a 400."""
    if body.length == CHUNKED:
        return ChunkedDecoder(body, refusals.BAD_FRAMING, refusals.BAD_FRAMING, limit)
    return LengthDecoder(body, refusals.BAD_FRAMING)
