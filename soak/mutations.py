"""What is done to right messages: bits, bytes, lines and lengths go wrong, as attackers or chance would have it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

_BYTES: Final = b"\0\r\n \t:;,\"'/\\%#?*+-_.0159afxAZ\x7f\x80\xa0\xff"
"""Bytes that some parser somewhere takes for another."""

_PARTS: Final = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\r\n ",
    b" ",
    b"\t",
    b"\0",
    b":",
    b" :",
    b"0\r\n\r\n",
    b"\r\nContent-Length: 5",
    b"\r\nContent-Length: 0",
    b"\r\nContent-Length: +5",
    b"\r\nContent-Length: 5, 5",
    b"\r\nContent-Length: 99999999999999999999",
    b"\r\nTransfer-Encoding: chunked",
    b"\r\nTransfer-Encoding: gzip, chunked",
    b"\r\nTransfer-Encoding: chunked, identity",
    b"\r\nTransfer-Encoding : chunked",
    b"\r\nConnection: close",
    b"\r\nConnection: keep-alive",
    b"\r\nConnection: Transfer-Encoding, Content-Length, Host",
    b"\r\nHost: b.example",
    b"\r\nExpect: 100-continue",
    b"\r\nUpgrade: h2c\r\nConnection: Upgrade",
    b"\r\nno colon",
    b"\r\nX-Long: " + b"y" * 5000,
    b";" + b"e" * 5000,
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
    b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"ffffffffffffffff",
    b"7fffffffffffffff",
    b"80000000",
    b"-1",
    b"/../",
    b"%2f",
    b"%00",
    b"\xc0\xaf",
    b"\xe2\x80\xa8",
)

_NUMBER: Final = re.compile(rb"[0-9a-fA-F]{1,6}")
_LINE: Final = re.compile(rb"[^\n]*\n")
_REPEATS: Final = (2, 3, 40, 2000)

_LARGEST: Final = 400_000
"""Bytes of a mutated message; one that has grown beyond stays as it was."""


def mutate(chance: random.Random, data: bytes, times: int) -> bytes:
    """`data` after so many mutations, each at its own place."""
    for _ in range(times):
        changed = chance.choice(_MUTATIONS)(chance, data)
        if len(changed) <= _LARGEST:
            data = changed
    return data


def _at(chance: random.Random, data: bytes) -> int:
    """A place; half of all are in a head, where bodies are long."""
    return chance.randrange(min(len(data), 200) + 1) if chance.random() < 0.5 else chance.randrange(len(data) + 1)


def _flip(chance: random.Random, data: bytes) -> bytes:
    at = _at(chance, data)
    return data[:at] + bytes(each ^ (1 << chance.randrange(8)) for each in data[at : at + 1]) + data[at + 1 :]


def _replace(chance: random.Random, data: bytes) -> bytes:
    at = _at(chance, data)
    return data[:at] + bytes([chance.choice(_BYTES)]) + data[at + 1 :]


def _insert_byte(chance: random.Random, data: bytes) -> bytes:
    at = _at(chance, data)
    return data[:at] + bytes([chance.choice(_BYTES)]) + data[at:]


def _insert_part(chance: random.Random, data: bytes) -> bytes:
    at = _at(chance, data)
    return data[:at] + chance.choice(_PARTS) + data[at:]


def _insert_line(chance: random.Random, data: bytes) -> bytes:
    """A part where a line ends: most of them mean something only there."""
    ends = [match.start() for match in re.finditer(rb"\r\n", data[:2000])]
    at = chance.choice(ends) if ends else 0
    return data[:at] + chance.choice(_PARTS) + data[at:]


def _delete(chance: random.Random, data: bytes) -> bytes:
    at = _at(chance, data)
    return data[:at] + data[at + chance.choice((1, 1, 2, 10, 100)) :]


def _truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: _at(chance, data)]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    """A line that stands there twice, or thousands of times."""
    lines = list(_LINE.finditer(data[:2000]))
    if not lines:
        return data
    line = chance.choice(lines)
    return data[: line.start()] + line[0] * chance.choice(_REPEATS) + data[line.end() :]


def _swap(chance: random.Random, data: bytes) -> bytes:
    first, second, third = sorted(_at(chance, data) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def _renumber(chance: random.Random, data: bytes) -> bytes:
    """Another number in the place of one: a length, a chunk's size, a status, a version."""
    numbers = list(_NUMBER.finditer(data[:2000]))
    if not numbers:
        return data
    number = chance.choice(numbers)
    other = chance.choice((b"0", b"1", b"05", b"7", b"65536", b"ffff", b"100", b"101", b"204", b"304", b"999", b""))
    return data[: number.start()] + other + data[number.end() :]


def _bare(chance: random.Random, data: bytes) -> bytes:
    """A line's end loses one of its two bytes."""
    ends = [match.start() for match in re.finditer(rb"\r\n", data[:2000])]
    if not ends:
        return data
    at = chance.choice(ends)
    return data[:at] + chance.choice((b"\r", b"\n", b"\r\r\n", b"\n\r")) + data[at + 2 :]


def _recase(chance: random.Random, data: bytes) -> bytes:
    at = _at(chance, data)
    return data[:at] + data[at : at + 20].swapcase() + data[at + 20 :]


_MUTATIONS: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _flip,
    _replace,
    _insert_byte,
    _insert_part,
    _insert_line,
    _insert_line,
    _delete,
    _truncate,
    _repeat,
    _swap,
    _renumber,
    _bare,
    _recase,
)


def pieces(chance: random.Random, data: bytes) -> list[bytes]:
    """`data` as it may arrive: in one piece, in a few, or byte by byte at first."""
    kind = chance.random()
    if kind < 0.3 or len(data) < 2:
        return [data] if data else []
    if kind > 0.98:
        return [data[at : at + 1] for at in range(min(len(data), 60))] + ([data[60:]] if len(data) > 60 else [])
    cuts = sorted({chance.randrange(1, len(data)) for _ in range(chance.randrange(1, 5))})
    return [data[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(data)], strict=True)]
