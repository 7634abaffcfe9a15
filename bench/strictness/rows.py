"""The rows: what is asked or answered, and what must hold then. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.strictness.silo import GOOD

Broken = Mapping[str, Sequence[str]]
"""The rows that each contender breaks, by its name."""

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a client sends, and what the silo answers to each whole request, closing then or not."""

    request: bytes
    answer: bytes = GOOD
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the client received, whether the proxy closed, what reached the silo, and the whole requests in it."""

    received: bytes
    closed: bool
    passed: bytes
    whole: int

    @property
    def status(self) -> int:
        """Of the first answer; 0 where the proxy said nothing."""
        found = _STATUS.match(self.received)
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row holds where every one of its exchanges does."""

    name: str
    what: str
    holds: Callable[[Seen], bool]
    exchanges: tuple[Exchange, ...]


def _asked(name: str, what: str, holds: Callable[[Seen], bool], *requests: bytes) -> Row:
    return Row(name, what, holds, tuple(map(Exchange, requests)))


def _answered(name: str, what: str, holds: Callable[[Seen], bool], *answers: bytes, closes: bool = True) -> Row:
    return Row(name, what, holds, tuple(Exchange(get(), answer, closes) for answer in answers))


def get(
    *fields: bytes, target: bytes = b"/titles/DN1", version: bytes = b"HTTP/1.1", host: bytes = b"Host: a.example"
) -> bytes:
    """A request without a body."""
    lines = (b"GET " + target + b" " + version, *((host,) if host else ()), *fields)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(body: bytes, *fields: bytes) -> bytes:
    """A request with whatever framing its fields tell."""
    return get(*fields).replace(b"GET", b"POST", 1) + body


def chunked(body: bytes) -> bytes:
    return post(body, b"Transfer-Encoding: chunked")


def answer(body: bytes, *fields: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join((status, *fields)) + b"\r\n\r\n" + body


def refused(seen: Seen) -> bool:
    """No whole request reached the silo, and the client was not told that all is well."""
    return not seen.whole and not 200 <= seen.status < 400


def bad_gateway(seen: Seen) -> bool:
    return seen.status >= 500 or not seen.received


def not_whole(seen: Seen) -> bool:
    """The client can tell that something is missing (RFC 9112 section 8)."""
    head, _, body = seen.received.partition(b"\r\n\r\n")
    if bad_gateway(seen):
        return True
    if b"transfer-encoding:" in head.lower():
        return not body.endswith(b"0\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    return bool(length) and len(body) < int(length[1])


def one_reading(seen: Seen) -> bool:
    """Refused, or passed on with one framing alone."""
    framed = seen.passed.lower().count(b"\r\ncontent-length:") + seen.passed.lower().count(b"\r\ntransfer-encoding:")
    return b"/smuggled" not in seen.passed and framed <= 1


def one_framing_back(seen: Seen) -> bool:
    head = seen.received.partition(b"\r\n\r\n")[0].lower()
    return bad_gateway(seen) or head.count(b"\r\ncontent-length:") + head.count(b"\r\ntransfer-encoding:") <= 1


def silo_never_sees(*words: bytes) -> Callable[[Seen], bool]:
    return lambda seen: not any(word in seen.passed.lower() for word in words)


def client_never_sees(*words: bytes) -> Callable[[Seen], bool]:
    return lambda seen: not any(word in seen.received.lower() for word in words)


def silo_sees(word: bytes) -> Callable[[Seen], bool]:
    return lambda seen: word in seen.passed


_LENGTHS: Final = (b"+5", b"-5", b"0x5", b"5 5", b"5;a", b"", b"18446744073709551621", b"1_0")
_CODINGS: Final = (b"xchunked", b"identity", b"chunked, identity", b'"chunked"', b"\x0bchunked", b"chunked\x00")
_SIZES: Final = (b"0x5", b"+5", b"-5", b"1_0", b"5g", b"", b"10000000000000005")
_HOSTS: Final = (b"a b", b"a.example/x", b"user@a.example", b"a.example#x", b"a:b:c", b"[::1")
_CHUNKS: Final = b"5\r\nhello\r\n0\r\n\r\n"
_SMUGGLED: Final = b"GET /titles/smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"

_FRAMING: Final = (
    _asked(
        "F1-2",
        "a length beside a coding: refused, or one of them is left and nothing behind is served",
        lambda seen: one_reading(seen) and b"smuggled" not in seen.passed,
        post(_CHUNKS + _SMUGGLED, b"Content-Length: 15", b"Transfer-Encoding: chunked"),
    ),
    _asked(
        "F3",
        "two lengths that differ",
        refused,
        post(b"hello", b"Content-Length: 5", b"Content-Length: 4"),
        post(b"hello", b"Content-Length: 5, 4"),
    ),
    _asked(
        "F4",
        "two equal lengths: refused, or one is left",
        one_reading,
        post(b"hello", b"Content-Length: 5", b"Content-Length: 5"),
    ),
    _asked(
        "F5-6",
        "a length that is no number",
        refused,
        *(post(b"hello", b"Content-Length: " + each) for each in _LENGTHS),
    ),
    _asked(
        "F7",
        "a space before the colon of framing",
        refused,
        post(b"hello", b"Content-Length : 5"),
        post(_CHUNKS, b"Transfer-Encoding : chunked"),
    ),
    _asked(
        "F8",
        "a coding that nobody knows, or that is not the last",
        refused,
        *(post(_CHUNKS, b"Transfer-Encoding: " + each) for each in _CODINGS),
    ),
    _asked(
        "F12",
        "`Connection` names the framing: it is not lost",
        lambda seen: seen.whole == 1 or refused(seen),
        post(b"hello", b"Connection: Content-Length", b"Content-Length: 5"),
    ),
    _asked(
        "F15",
        "a chunk's size that is no number",
        refused,
        *(chunked(each + b"\r\nhello\r\n0\r\n\r\n") for each in _SIZES),
    ),
    _asked(
        "F16",
        "a chunk's line ended by a line feed is never passed on so",
        silo_never_sees(b"5\nhello", b"hello\n0"),
        chunked(b"5\nhello\r\n0\r\n\r\n"),
        chunked(b"5\r\nhello\n0\r\n\r\n"),
    ),
    _asked(
        "F17",
        "a chunk longer than its size",
        refused,
        chunked(b"4\r\nhello\r\n0\r\n\r\n"),
        chunked(b"5\r\nhelloXX0\r\n\r\n"),
    ),
)

_HEADS: Final = (
    _asked(
        "T3",
        "a version that is none of HTTP/1",
        refused,
        *(get(version=each) for each in (b"HTTP/2.0", b"HTTP/01.1", b"http/1.1", b"HTTP/1.10")),
    ),
    _asked("T7", "CONNECT opens no tunnel", refused, b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"),
    _asked(
        "T8",
        "a target with NUL, a carriage return or no slash",
        refused,
        *(get(target=each) for each in (b"/titles/a\x00b", b"/titles/a\rb", b"titles/a")),
    ),
    _asked("H1", "no Host, or two", refused, get(host=b""), get(b"Host: b.example"), get(b"Host: a.example")),
    _asked("H2", "a Host that is no host", refused, *(get(host=b"Host: " + each) for each in _HOSTS)),
    _asked(
        "H4",
        "a field whose name is none: refused or dropped",
        silo_never_sees(b"x-bad", b"\r\n: 1"),
        get(b"X-Bad Name: 1"),
        get(b": 1"),
        get(b"X-Bad(: 1"),
        get(b"X-Bad : 1"),
    ),
    _asked(
        "H5",
        "control characters and folded lines: refused or cleaned",
        silo_never_sees(b"a\x00b", b"a\x01b", b"a\rb", b"a\r\n b"),
        *(get(b"X-Value: a" + each + b"b") for each in (b"\x00", b"\x01", b"\r", b"\r\n ")),
    ),
    _asked("H6", "Latin-1 goes through byte for byte", silo_sees(b"caf\xe9"), get(b"X-Place: caf\xe9")),
    _asked(
        "H10",
        "what belongs to one hop stays there",
        silo_never_sees(b"x-hop", b"\r\nproxy-connection"),
        get(b"Connection: X-Hop", b"X-Hop: 1", b"Proxy-Connection: keep-alive"),
    ),
    _asked(
        "H19",
        "`Max-Forwards: 0` goes no further",
        lambda seen: not seen.whole,
        get(b"Max-Forwards: 0").replace(b"GET", b"OPTIONS", 1),
    ),
)

_ANSWERS: Final = (
    _answered(
        "R1",
        "an answer cut short is never told as whole",
        not_whole,
        answer(b"half", b"Content-Length: 9"),
        answer(b"5\r\nhello\r\n", b"Transfer-Encoding: chunked"),
        answer(b"5\r\nhello\r\nzz\r\n", b"Transfer-Encoding: chunked"),
    ),
    _answered(
        "R3",
        "an answer that is no HTTP",
        bad_gateway,
        b"rubbish\r\n\r\n",
        answer(b"x", status=b"ICY 200 OK"),
        answer(b"x", b"Content-Length: 1", status=b"HTTP/1.1 99 Low"),
        answer(b"x", b"Content-Length: 1", status=b"HTTP/1.1 2000 High"),
    ),
    _answered(
        "R4",
        "an answer of two framings: 502, or one is left",
        one_framing_back,
        answer(b"hello", b"Content-Length: 5", b"Content-Length: 4"),
        answer(_CHUNKS, b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    ),
    Row(
        "R5",
        "bytes behind an answer reach nobody",
        client_never_sees(b"forged"),
        (Exchange(get() + get(), GOOD + answer(b"forged", b"Content-Length: 6")),),
    ),
    _answered(
        "R7",
        "no malformed field is passed on",
        client_never_sees(b"x-bad :", b"a\x00b", b"a\r\n b"),
        *(
            answer(b"ok", b"Content-Length: 2", each)
            for each in (b"X-Bad : 1", b"X-Value: a\x00b", b"X-Value: a\r\n b")
        ),
    ),
    _answered(
        "R9",
        "what belongs to the silo's hop stays there",
        client_never_sees(b"x-hop", b"proxy-connection"),
        answer(b"ok", b"Content-Length: 2", b"Connection: X-Hop", b"X-Hop: 1", b"Proxy-Connection: close"),
    ),
)

ROWS: Final = (*_FRAMING, *_HEADS, *_ANSWERS)
