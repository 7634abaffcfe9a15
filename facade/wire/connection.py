"""What a client's connection and a target's have in common: one body comes in, another goes out, both may be slow.

A connection is the source of the body it receives and the sink of the body it sends. When its socket is full it holds
back whoever feeds it; a peer that takes or gives nothing for `BODY_IDLE` seconds is `overdue`, and so is everything at
the moment `until`, where the call as a whole has a deadline.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Final, cast

from facade.wire.body import Body
from facade.wire.chunks import last_chunk
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.decoders import Decoder
from facade.wire.message import Field
from facade.wire.sockets import unsent

BODY_IDLE: Final = 30.0
"""Seconds in which a body that is under way must move; slow links pause for seconds, not for half a minute."""

SLOWEST: Final = 240
"""Bytes a second that a peer must bring of a body, or take of what it is sent, on average over its patience: what
well-known servers ask of a client, and a tenth of what the oldest of mobile networks gives. Less is somebody who only
holds a connection."""

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, with no time to linger: closing resets the connection."""


_UNTAKEN: Final = 16 * 1024
"""Bytes that a socket has not taken beyond which it is full: what is below is counted by nobody."""


class Connection(asyncio.BaseProtocol):
    """One TCP (or TLS) connection that speaks HTTP/1.1."""

    __slots__ = (
        "_chunked",
        "_decoder",
        "_deadlines",
        "_drained",
        "_feeder",
        "_left",
        "_looked_at",
        "_transport",
        "body_idle",
        "due",
        "full",
        "until",
        "wakes",
    )

    _transport: asyncio.Transport

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self.due = NEVER
        self.until = NEVER
        self.wakes = NEVER
        self.full = False
        self.body_idle = BODY_IDLE
        self._decoder: Decoder | None = None
        self._feeder: Body | None = None
        self._chunked = False
        self._drained: asyncio.Future[None] | None = None
        self._left = 0
        self._looked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_UNTAKEN)

    def overdue(self) -> None:
        raise NotImplementedError

    @property
    def closing(self) -> bool:
        return self._transport.is_closing()

    def abort(self) -> None:
        """Cut the connection, so that nothing unfinished looks whole."""
        self._deadlines.forget(self)
        self._transport.abort()

    def reset_when_closed(self) -> None:
        """Let the peer see that the connection was cut, and not that it ended."""
        if not self.closing:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    # The source of a body.

    def pause_reading(self) -> None:
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._deadlines.watch(self, self.until)

    def resume_reading(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()
            self._watch_body()

    def abandon(self) -> None:
        self.abort()

    def hurry(self) -> None:
        """Only clients are asked to."""

    def taken(self) -> None:
        """Only what waits of clients' is counted."""

    def overflowed(self) -> None:
        """The same."""

    def _watch_body(self) -> None:
        self._deadlines.watch(self, min(self._deadlines.now + self.body_idle, self.until))

    # The sink of a body.

    def begin_body(self, *, chunked: bool) -> None:
        """What `write_body` gets from now on is framed like this."""
        self._chunked = chunked

    def write(self, data: bytes) -> None:
        """Hand bytes to the socket. One that is closing takes none: its peer left, and `connection_lost` is on its way
        (uvloop raises where asyncio keeps silent).
        """
        if not self._transport.is_closing():
            self._transport.write(data)

    def write_message(self, head: bytes, body: Body, *, chunked: bool) -> None:
        """Write a head, and let its body follow as it comes; a body that is all here goes with the head."""
        if body.ended and not chunked:
            self.write(head + body.take())
        else:
            self.write(head)
            self.begin_body(chunked=chunked)
            body.pipe(self)

    def write_body(self, data: bytes) -> None:
        if self._chunked:
            self.write(b"%x\r\n%b\r\n" % (len(data), data))
        else:
            self.write(data)

    def become_tunnel(self) -> None:
        """From now on bytes go out as they are, and only the tunnel itself says how long nothing may move."""
        self._chunked = False
        self.until = self.body_idle = NEVER
        self._deadlines.watch(self, NEVER)

    def end_body(self, trailers: list[Field]) -> None:
        if self._chunked:
            self.write(last_chunk(trailers))

    def fed_by(self, body: Body | None) -> None:
        self._feeder = body
        if body is not None and self.full:
            body.hold()

    def pause_writing(self) -> None:
        self.full = True
        self.is_taking()
        self._watch_body()
        if self._feeder is not None:
            self._feeder.hold()

    def resume_writing(self) -> None:
        self.full = False
        self._wake_drained()
        if self._feeder is not None:
            self._feeder.go_on()

    def is_taking(self) -> bool:
        """Whether the peer has taken enough of what it was sent since this was last asked.

        A socket that is full says nothing until much of it is free, which with a slow peer takes longer than patience
        lasts; so the bytes that are left are counted.
        """
        since = self._looked_at
        taken = self._taken()
        return taken > 0 and taken >= SLOWEST * (self._looked_at - since)

    def _taken(self) -> int:
        """Bytes that the peer has taken since this was last asked."""
        left = self._transport.get_write_buffer_size() + unsent(self._transport)
        taken = max(0, self._left - left)
        self._left, self._looked_at = left, self._deadlines.now
        return taken

    async def drained(self) -> None:
        """Wait until the socket takes bytes again."""
        if self.full:
            self._drained = self._deadlines.loop.create_future()
            await self._drained

    def _wake_drained(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
