"""A body put into chunks again (RFC 9112 section 7.1)."""

from __future__ import annotations

from facade.wire.message import Field
from facade.wire.names import may_trail


def chunk(data: bytes) -> bytes:
    """One chunk. Data must not be empty: an empty chunk would end the body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def last_chunk(trailers: list[Field]) -> bytes:
    """The end of a chunked body, with those trailers that may stand there."""
    if not trailers:
        return b"0\r\n\r\n"
    lines = [b"%b: %b\r\n" % (name, value) for name, value in trailers if may_trail(name)]
    return b"0\r\n%b\r\n" % b"".join(lines)
