"""Where a message's body ends (RFC 9112 section 6.3). Pure; llhttp has refused what is malformed before.

A framing is a number: the body's length in bytes, `CHUNKED`, or `UNTIL_CLOSE`.
"""

from __future__ import annotations

import re
from typing import Final

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.message import CONTENT_LENGTH, HTTP_1_1, TRANSFER_ENCODING, Head, RequestHead, ResponseHead

CHUNKED: Final = -1
UNTIL_CLOSE: Final = -2

_LENGTH: Final = re.compile(rb"[0-9]{1,18}")
"""18 digits stay below 2^63; a longer length is somebody's attack (an exbibyte has 19)."""

_CODED_CHUNKS: Final = re.compile(rb"(?i:(?:(?!chunked[ \t,])[!#$%&'*+.^_`|~0-9a-z-]+[ \t]*,[ \t]*)+chunked)")
"""Codings below chunks: the length is clear, what is in them is not. Where chunks are not the last coding, or are it
twice, nobody knows where the body ends, and the request is simply bad (RFC 9112 section 6.3)."""

_BODYLESS: Final = frozenset({204, 304})


def request_framing(head: RequestHead) -> int:
    """The framing of a request's body; a message that could be read two ways raises `Refusal` (400 or 501)."""
    coding = head.get(TRANSFER_ENCODING)
    if coding is not None:
        if head.minor != HTTP_1_1 or not _coding_alone(head):
            raise Refusal(refusals.BAD_FRAMING)
        if coding.lower() != b"chunked":
            raise Refusal(refusals.NOT_IMPLEMENTED if _CODED_CHUNKS.fullmatch(coding) else refusals.BAD_FRAMING)
        return CHUNKED
    length = _length(head)
    if length is None:
        raise Refusal(refusals.BAD_FRAMING)
    return max(0, length)


def response_framing(head: ResponseHead, *, asked_head: bool) -> int:
    """The framing of an answer's body; `asked_head` when the request was HEAD. Ambiguity is a `Refusal` with 502."""
    if asked_head or head.status in _BODYLESS or head.status < 200:
        return 0
    coding = head.get(TRANSFER_ENCODING)
    if coding is not None:
        if head.minor != HTTP_1_1 or not _coding_alone(head) or coding.lower() != b"chunked":
            raise Refusal(refusals.NONSENSE)
        return CHUNKED
    length = _length(head)
    if length is None:
        raise Refusal(refusals.NONSENSE)
    return length


def _coding_alone(head: Head) -> bool:
    """One Transfer-Encoding and no Content-Length beside it: whoever reads the other one sees other messages."""
    return not head.repeats(TRANSFER_ENCODING) and not head.has(CONTENT_LENGTH)


def _length(head: Head) -> int | None:
    """The Content-Length; `UNTIL_CLOSE` where there is none, None where there are two or it is no number."""
    values = head.values(CONTENT_LENGTH)
    if not values:
        return UNTIL_CLOSE
    if len(values) > 1 or _LENGTH.fullmatch(values[0]) is None:
        return None
    return int(values[0])
