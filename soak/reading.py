"""HTTP/1.1 read by the strictest letter of RFC 9112, with none of the facade's code: the opinion it is judged by."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST: Final = re.compile(rb"(?P<method>%b) (?P<target>[\x21\x22\x24-\x7e]+) HTTP/1\.(?P<minor>[01])" % _TOKEN)
_STATUS: Final = re.compile(rb"HTTP/1\.(?P<minor>[01]) (?P<status>[1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?")
_FIELD: Final = re.compile(rb"(%b):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*" % _TOKEN)
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
_LENGTH: Final = re.compile(rb"[0-9]{1,18}")

WHOLE: Final = "whole"
PART: Final = "part"
"""Right so far, and not at its end."""
WRONG: Final = "wrong"


@dataclass(slots=True)
class Read:
    """One message. `state` is WHOLE, PART or WRONG; `until_close` says that only its connection ended it."""

    state: str
    start: dict[str, bytes] = field(default_factory=dict)
    fields: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    until_close: bool = False

    def all(self, name: bytes) -> list[bytes]:
        return [value for found, value in self.fields if found.lower() == name]

    @property
    def status(self) -> int:
        return int(self.start["status"])


Bodyless = Callable[[int, Read, bytes], bool]
"""Whether an answer is one to HEAD: asked of its number, its head, and the bytes behind it."""


def asked_by(methods: Sequence[bytes]) -> Bodyless:
    """Where the methods of the requests are known, in their order."""
    return lambda number, *_: number < len(methods) and methods[number] == b"HEAD"


def requests(data: bytes) -> list[Read]:
    """The requests in what a target received; the last one may be a part."""
    found = []
    while data:
        read, data = _head(data, _REQUEST)
        if read.state == WHOLE:
            data = _frame(read, data, ended=False, default=b"0")
        found.append(read)
        if read.state != WHOLE:
            break
    return found


def answers(data: bytes, bodyless: Bodyless, *, ended: bool) -> list[Read]:
    """The answers in `data`, without 1xx; `ended` if their connection ended in order. A 101 is followed by its body."""
    found: list[Read] = []
    while data:
        read, data = _head(data, _STATUS)
        if read.state == WHOLE and read.status < 200 and read.status != 101:
            continue
        if read.state == WHOLE and read.status == 101:
            read.body, data = data, b""
        elif read.state == WHOLE and read.status not in {204, 304} and not bodyless(len(found), read, data):
            data = _frame(read, data, ended=ended, default=None)
        found.append(read)
        if read.state != WHOLE:
            break
    return found


def _head(data: bytes, start: re.Pattern[bytes]) -> tuple[Read, bytes]:
    raw, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return Read(PART), b""
    line, *lines = raw.split(b"\r\n")
    match = start.fullmatch(line)
    fields = [_FIELD.fullmatch(each) for each in lines]
    if match is None or None in fields:
        return Read(WRONG), b""
    return Read(WHOLE, match.groupdict(), tuple((each[1], each[2]) for each in fields if each is not None)), rest


def _frame(read: Read, data: bytes, *, ended: bool, default: bytes | None) -> bytes:
    """Take the body off; what lies behind it. Without a framing it has `default` bytes, or None: all up to the end."""
    codings, lengths = read.all(b"transfer-encoding"), read.all(b"content-length")
    if codings:
        is_clear = [each.lower() for each in codings] == [b"chunked"] and not lengths and read.start["minor"] == b"1"
        return _chunks(read, data) if is_clear else _wrong(read)
    if not lengths and default is None:
        read.until_close = True
        read.state, read.body = WHOLE if ended else PART, data
        return b""
    [length] = lengths if len(lengths) == 1 else [default if not lengths else b""]
    if length is None or _LENGTH.fullmatch(length) is None:
        return _wrong(read)
    size = int(length)
    read.state, read.body = WHOLE if len(data) >= size else PART, data[:size]
    return data[size:]


def _wrong(read: Read) -> bytes:
    read.state = WRONG
    return b""


def _chunks(read: Read, data: bytes) -> bytes:
    pieces = []
    read.state = PART
    while True:
        line, end, data = data.partition(b"\r\n")
        match = _SIZE.fullmatch(line)
        if not end:
            return b""
        if match is None:
            return _wrong(read)
        size = int(match[1], 16)
        if not size:
            break
        pieces.append(data[:size])
        read.body = b"".join(pieces)
        if len(data) < size + 2:
            return b""
        if data[size : size + 2] != b"\r\n":
            return _wrong(read)
        data = data[size + 2 :]
    while True:
        line, end, data = data.partition(b"\r\n")
        if not end:
            return b""
        if not line:
            read.state = WHOLE
            return data
        if _FIELD.fullmatch(line) is None:
            return _wrong(read)
