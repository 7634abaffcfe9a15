"""What a peer received, read by the strictest letter of RFC 9112: requests that nobody could read in two ways."""

from __future__ import annotations

import re
from typing import Final

from harness.messages import CRLF

_START: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21\x22\x24-\x7e]+ HTTP/1\.1")
_FIELD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*)?)?")
_SIZE: Final = re.compile(rb"[0-9a-f]+")
_LENGTH: Final = re.compile(rb"[0-9]+")


def targets(received: bytes) -> list[bytes]:
    """The targets of the requests in these bytes, each strictly valid and whole, nothing behind the last."""
    found = []
    while received:
        head, end, received = received.partition(CRLF + CRLF)
        assert end, f"a head without its end: {head[:200]!r}"
        start, *lines = head.split(CRLF)
        assert _START.fullmatch(start), start
        for line in lines:
            assert _FIELD.fullmatch(line), line
        received = _behind(_values(lines, b"content-length"), _values(lines, b"transfer-encoding"), received)
        assert len(_values(lines, b"host")) == 1, head
        found.append(start.split(b" ")[1])
    return found


def _values(lines: list[bytes], name: bytes) -> list[bytes]:
    split = [line.partition(b":") for line in lines]
    return [value.strip(b" \t") for found, _, value in split if found.lower().replace(b"_", b"-") == name]


def _behind(lengths: list[bytes], codings: list[bytes], received: bytes) -> bytes:
    """What stands behind the body, which is framed in one way only."""
    if codings:
        assert (codings, lengths) == ([b"chunked"], [])
        return _behind_chunks(received)
    if not lengths:
        return received
    assert len(lengths) == 1, lengths
    assert _LENGTH.fullmatch(lengths[0]), lengths
    size = int(lengths[0])
    assert len(received) >= size, "a body that is not whole"
    return received[size:]


def _behind_chunks(received: bytes) -> bytes:
    while True:
        line, end, received = received.partition(CRLF)
        assert end, "chunks that are not whole"
        assert _SIZE.fullmatch(line), line
        size = int(line, 16)
        if not size:
            break
        assert received[size : size + 2] == CRLF, "a chunk longer than it says, or not whole"
        received = received[size + 2 :]
    trailer = b""
    while trailer != CRLF:
        trailer, end, received = received.partition(CRLF)
        assert end, "trailers that are not whole"
        assert not trailer or _FIELD.fullmatch(trailer), trailer
        trailer += b"" if trailer else CRLF
    return received
