"""Right messages, made by chance: what the mutations start from."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

CHANCE_OF_CHUNKS: Final = 0.4
_LARGEST: Final = 300
"""Bytes of most bodies: the borders of a parser are met as often in small messages as in large ones."""

_LARGE: Final = 70_000
"""Bytes of a few bodies: more than waits anywhere without somebody being told to stop."""

_METHODS: Final = (b"GET", b"GET", b"GET", b"HEAD", b"POST", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH")
_FIELDS: Final = (
    b"Accept: */*",
    b"Cookie: session=42",
    b"X-Empty:",
    b"X-Latin: caf\xe9",
    b"Connection: keep-alive",
    b"Connection: X-Hop",
    b"X-Hop: 1",
    b"TE: trailers",
    b"Expect: 100-continue",
    b"Max-Forwards: 3",
    b"X-Forwarded-For: 203.0.113.7",
    b"Upgrade: websocket",
)
_TRAILERS: Final = (b"", b"", b"X-Sum: 1\r\n")
_EXTENSIONS: Final = (b"", b"", b"", b";a", b';a="b"')


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what of it a right answer depends on."""

    method: bytes
    target: bytes
    closes: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """An answer. `ends` says that the connection must end behind it."""

    raw: bytes
    ends: bool


def request(chance: random.Random, number: int, *, closes: bool) -> Asked:
    """A request that any strict reader reads in one way."""
    method = chance.choice(_METHODS)
    target = b"/%d/%x?%x" % (number, chance.getrandbits(20), chance.getrandbits(8))
    lines = chance.sample(_FIELDS, chance.randrange(4))
    if closes:
        lines.append(b"Connection: close")
    version = b"HTTP/1.1"
    framing, body = b"", b""
    if method in {b"POST", b"PUT", b"PATCH"} or chance.random() < 0.1:
        framing, body = _framed(chance, _body(chance))
    elif chance.random() < 0.05:
        version, closes = b"HTTP/1.0", True
    head = b"\r\n".join([b"%b %b %b" % (method, target, version), b"Host: a.example", *lines])
    return Asked(method, target, closes, head + framing + b"\r\n\r\n" + body)


def answer(chance: random.Random, asked: bytes, number: int, *, method: bytes, minor: int = 1) -> Told:
    """An answer that says what was asked, and which of all answers it is; for HEAD without its body."""
    status = chance.choice((b"200 OK", b"200 OK", b"200", b"404 Not Found", b"204 No Content", b"304 Not Modified"))
    lines = [b"X-Number: %d" % number, *chance.sample(_FIELDS[:4], chance.randrange(3))]
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" if minor and chance.random() < 0.1 else b""
    body = asked + _body(chance)
    ends = False
    if status[:3] in {b"204", b"304"}:
        framing, framed = b"", b""
    elif chance.random() < 0.15:
        is_told = method == b"HEAD" or chance.random() < 0.5  # an answer to HEAD may be the end only if it says so
        framing, framed, ends = b"\r\nConnection: close" if is_told else b"", body, True
    else:
        framing, framed = _framed(chance, body)
    head = b"\r\n".join([b"HTTP/1.1 " + status, *lines])
    return Told(interim + head + framing + b"\r\n\r\n" + (b"" if method == b"HEAD" else framed), ends)


def _body(chance: random.Random) -> bytes:
    size = _LARGE if chance.random() < 0.005 else chance.randrange(_LARGEST)
    return chance.randbytes(8) * (size // 8)


def _framed(chance: random.Random, body: bytes) -> tuple[bytes, bytes]:
    """The field that frames a body, with its line's end before it, and the body in that frame."""
    if chance.random() < CHANCE_OF_CHUNKS:
        return b"\r\nTransfer-Encoding: chunked", _chunked(chance, body)
    return b"\r\nContent-Length: %d" % len(body), body


def _chunked(chance: random.Random, body: bytes) -> bytes:
    pieces, at = [], 0
    while at < len(body):
        size = chance.randrange(1, len(body) - at + 1)
        pieces.append(b"%x%b\r\n%b\r\n" % (size, chance.choice(_EXTENSIONS), body[at : at + size]))
        at += size
    return b"".join(pieces) + b"0\r\n" + chance.choice(_TRAILERS) + b"\r\n"
