"""The far end of a connection, with no socket between: what it sends arrives at once, what it is sent it keeps.

As strict as the stricter of asyncio and uvloop: writing behind `write_eof`, or to a connection that is lost, raises;
`connection_lost` comes once, in a later turn of the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

HIGH_WATER = 64 * 1024
LOW_WATER = HIGH_WATER // 4


class FakeSocket:
    """Remembers its options. Without a `descriptor` the system knows nothing of it, as of a socket that is closed."""

    def __init__(self) -> None:
        self.options: list[tuple[int, int, Any]] = []
        self.descriptor = -1

    def fileno(self) -> int:
        return self.descriptor

    def setsockopt(self, level: int, option: int, value: Any) -> None:
        self.options.append((level, option, value))


class NearEnd(asyncio.Transport):
    """The transport that the protocol under test is given."""

    def __init__(self, far: FarEnd, extra: dict[str, Any], *, takes_eof: bool) -> None:
        super().__init__(extra)
        self.far = far
        self.reader: asyncio.BaseProtocol = far.protocol
        self.buffer = bytearray()
        self.reading = True
        self.closing = False
        self.ending = False
        self.lost = False
        self.eof = False
        self.full = False
        self._takes_eof = takes_eof

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert isinstance(data, bytes), type(data)
        if self.eof:
            raise RuntimeError("write() after write_eof()")
        if self.lost:
            raise RuntimeError("the handler is closed")
        if self.ending or not data:
            return
        if self.far.taking and not self.buffer:
            self.far.got += data
            return
        self.buffer += data
        if len(self.buffer) > HIGH_WATER and not self.full:
            self.full = True
            self.far.protocol.pause_writing()

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        if self.lost:
            raise RuntimeError("the handler is closed")
        assert self._takes_eof, "TLS has no half-closed connections"
        self.eof = True

    def can_write_eof(self) -> bool:
        return self._takes_eof

    def get_write_buffer_size(self) -> int:
        return len(self.buffer)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Its marks are those of this file, whatever is asked for."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Remember it; what comes goes to the protocol under test all the same."""
        self.reader = protocol

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        if not self.reading and not self.closing:
            self.reading = True
            asyncio.get_running_loop().call_soon(self.far._deliver)

    def is_reading(self) -> bool:
        return self.reading

    def is_closing(self) -> bool:
        return self.closing

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.far.protocol

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            if not self.buffer:
                self.lose(None)

    def abort(self) -> None:
        if not self.ending:
            self.far.cut = True
            self.buffer.clear()
            self.lose(None)

    def lose(self, error: Exception | None) -> None:
        """Let `connection_lost` follow."""
        if not self.ending:
            self.closing = self.ending = True
            asyncio.get_running_loop().call_soon(self._lost, error)

    def _lost(self, error: Exception | None) -> None:
        self.far.protocol.connection_lost(error)
        self.lost = True


class FarEnd:
    """Whoever is connected to the protocol under test. `got` is all it was sent; `cut` says that it was aborted."""

    def __init__(self, protocol: asyncio.Protocol, address: str = "192.0.2.1", *, tls: bool = False) -> None:
        self.protocol = protocol
        self.got = b""
        self.taking = True
        self.cut = False
        self.socket = FakeSocket()
        self._waiting: list[Callable[[], None]] = []
        extra: dict[str, Any] = {"peername": (address, 50000), "socket": self.socket}
        if tls:
            extra["ssl_object"] = object()
        self.near = NearEnd(self, extra, takes_eof=not tls)
        protocol.connection_made(self.near)

    @property
    def gone(self) -> bool:
        """Whether the connection is over."""
        return self.near.lost

    @property
    def told_end(self) -> bool:
        """Whether nothing more will be sent to this end."""
        return self.near.eof or self.near.closing

    @property
    def heard(self) -> bool:
        """Whether what this end sends is read."""
        return self.near.reading and not self.near.closing

    def sends(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._waiting.append(lambda data=piece: self.protocol.data_received(data))  # type: ignore[misc] - bound here
        self._deliver()

    def ends(self) -> None:
        """Send the end, as closing or half-closing does."""
        self._waiting.append(self._ended)
        self._deliver()

    def resets(self) -> None:
        """Break off; what was on its way in either direction is lost."""
        self._waiting.clear()
        self.near.buffer.clear()
        self.near.lose(ConnectionResetError("reset by peer"))

    def stops_taking(self) -> None:
        self.taking = False

    def takes(self, size: int | None = None) -> None:
        """Take `size` bytes of what waits, or all that ever comes."""
        taken = bytes(self.near.buffer[:size])
        del self.near.buffer[: len(taken)]
        self.got += taken
        self.taking = size is None
        if self.near.full and len(self.near.buffer) <= LOW_WATER:
            self.near.full = False
            self.protocol.resume_writing()
        if self.near.closing and not self.near.buffer:
            self.near.lose(None)

    def took(self) -> bytes:
        """What was sent to this end since it was last asked."""
        got, self.got = self.got, b""
        return got

    def _ended(self) -> None:
        if not self.protocol.eof_received():
            self.near.close()

    def _deliver(self) -> None:
        while self._waiting and self.heard:
            self._waiting.pop(0)()


async def settle(turns: int = 12) -> None:
    """Let everything happen that follows from what has happened."""
    for _ in range(turns):
        await asyncio.sleep(0)


def split(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The data in pieces, cut at these places as far as it has them; never an empty piece."""
    bounds = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), len(data)]
    return [data[start:stop] for start, stop in pairwise(bounds) if start < stop]
