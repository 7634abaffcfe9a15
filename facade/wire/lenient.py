"""What reads a target's answers: the strict reader and decoders, or those that first mend what is forgiven."""

from __future__ import annotations

from typing import Final

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.decoders import MAX_LINE, ChunkedDecoder, Decoder, LengthDecoder, UntilCloseDecoder
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.leniency import Fault, Leniency, head_end, mended
from facade.wire.limits import Limits
from facade.wire.message import ResponseHead
from facade.wire.reader import ResponseReader

_VERSION: Final = b"HTTP/1."
"""How every answer begins; what begins otherwise is refused at once and not at the deadline."""

_LONGEST_END: Final = 4
"""Bytes of the longest end of a head."""


_UNBOUNDED: Final = 2**62
"""An answer's body is passed on, not kept, so its size needs no bound of its own."""


class LenientReader:
    """Reads one answer's head as `ResponseReader` does, once its faults are mended."""

    __slots__ = ("_buffer", "_end", "_leniency", "_limits")

    def __init__(self, limits: Limits, leniency: Leniency) -> None:
        self._limits = limits
        self._leniency = leniency
        self._end = head_end(leniency)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> tuple[ResponseHead, bytes] | None:
        """The head and the bytes behind it, or None while it is incomplete."""
        seen = len(self._buffer)
        self._buffer += data
        found = self._end.search(self._buffer, max(0, seen - _LONGEST_END + 1))
        stop = len(self._buffer) if found is None else found.end()
        if stop > self._limits.header_bytes or not _VERSION.startswith(self._buffer[: len(_VERSION)]):
            raise Refusal(refusals.NONSENSE)
        if found is None:
            return None
        if found[0] == b"\n":  # a bare one: what follows it is a line to some and none to others
            raise Refusal(refusals.NONSENSE)
        read = ResponseReader(self._limits).feed(mended(bytes(self._buffer[:stop]), self._leniency))
        if read is None or read[1]:
            raise Refusal(refusals.NONSENSE)  # what was mended must be one head and nothing else
        return read[0], bytes(self._buffer[stop:])


class LenientChunkedDecoder(ChunkedDecoder):
    """Chunks whose lines may end in LF alone, or whose sizes may be padded, as far as that is forgiven."""

    __slots__ = ("_bare", "_padded")

    def __init__(self, body: Body, broken: Problem, unreadable: Problem, limit: int, leniency: Leniency) -> None:
        super().__init__(body, broken, unreadable, limit)
        self._bare = Fault.BARE_LINE_FEEDS in leniency
        self._padded = Fault.SPACES_AFTER_CHUNK_SIZES in leniency

    def _chunk_end(self, data: bytes, at: int) -> tuple[int, bool]:
        if self._bare and data.startswith(b"\n", at):
            self._remaining = 0
            return at + 1, True
        return super()._chunk_end(data, at)

    def _line(self, data: bytes, at: int) -> tuple[int, bool]:
        end = data.find(b"\n", at, at + MAX_LINE)
        if end < 0:
            if len(data) - at >= MAX_LINE:
                raise Refusal(self._unreadable)
            return at, False
        ends_well = end > at and data.startswith(b"\r", end - 1)
        if not ends_well and not self._bare:
            raise Refusal(self._unreadable)
        line = data[at : end - 1 if ends_well else end]
        self._read_line(line.rstrip(b" \t") if self._padded and self._trailers is None else line)
        return end + 1, True


AnswerReader = ResponseReader | LenientReader


def answer_reader(limits: Limits, leniency: Leniency) -> AnswerReader:
    """A reader for one head."""
    return LenientReader(limits, leniency) if leniency else ResponseReader(limits)


def answer_decoder(body: Body, leniency: Leniency) -> Decoder:
    """What takes an answer's body off the wire, by its framing."""
    if body.length == UNTIL_CLOSE:
        return UntilCloseDecoder(body)
    if body.length != CHUNKED:
        return LengthDecoder(body, refusals.BROKEN)
    if leniency:
        return LenientChunkedDecoder(body, refusals.BROKEN, refusals.NONSENSE, _UNBOUNDED, leniency)
    return ChunkedDecoder(body, refusals.BROKEN, refusals.NONSENSE, _UNBOUNDED)
