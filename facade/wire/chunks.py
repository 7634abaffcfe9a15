"""A body put into chunks again (RFC 9112 section 7.1)."""

from __future__ import annotations

from typing import Final

from facade.wire.message import Field

_FORBIDDEN_TRAILERS: Final = frozenset(
    b"transfer-encoding content-length host trailer content-encoding content-type content-range authorization cookie "
    b"set-cookie connection te upgrade cache-control expect max-forwards range x-forwarded-for x-forwarded-host "
    b"x-forwarded-proto forwarded via".split()
)
"""Fields that change framing, routing, authentication or meaning do not travel behind a body (RFC 9110 6.5.1)."""


def chunk(data: bytes) -> bytes:
    """One chunk. Data must not be empty: an empty chunk would end the body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def last_chunk(trailers: list[Field]) -> bytes:
    """The end of a chunked body, with those trailers that may stand there."""
    if not trailers:
        return b"0\r\n\r\n"
    lines = [b"%b: %b\r\n" % (name, value) for name, value in trailers if name.lower() not in _FORBIDDEN_TRAILERS]
    return b"0\r\n%b\r\n" % b"".join(lines)
