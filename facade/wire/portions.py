"""Reading in portions: what is read at once waits in memory where whoever it goes to does not take it.

Without them a loop reads a quarter of a MiB at once, whoever waits for it. All portions arrive in one buffer, and each
is taken out of it before the next one is read.
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

PORTION: Final = 64 * 1024
"""Bytes that are read at once. Larger portions cost less CPU a byte, and more memory for each peer that stalls."""

LARGER: Final = 256 * 1024
"""Bytes that are read at once of a body that moves: a GiB takes a third less CPU than in small portions."""

MOVES: Final = 8 * 1024 * 1024
"""Bytes of a body after which it moves: what two sockets keep of their own accord (tcp(7), tcp_rmem and tcp_wmem), so
that some of it has been taken."""

_ARRIVED: Final = memoryview(bytearray(LARGER))
_LESS: Final = _ARRIVED[:PORTION]


class InPortions(asyncio.BufferedProtocol):
    """What reads in portions. `data_received` gets them; `passed` counts their bytes, in a slot of whoever reads."""

    __slots__ = ()

    passed: int

    def get_buffer(self, sizehint: int) -> memoryview:
        return _LESS if self.passed < MOVES else _ARRIVED

    def buffer_updated(self, nbytes: int) -> None:
        self.passed += nbytes  # type: ignore[misc] # two classes with slots have no common heir: his is the slot
        self.data_received(bytes(_ARRIVED[:nbytes]))

    def data_received(self, data: bytes) -> None:
        raise NotImplementedError


class Reader(Protocol):
    """A connection as the loop knows it."""

    def data_received(self, data: bytes) -> None: ...
    def eof_received(self) -> bool | None: ...
    def connection_lost(self, error: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class Portions(InPortions):
    """Stands before a connection that reads in portions for a while only: each read costs half a microsecond more."""

    __slots__ = ("_reader", "passed")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.passed = 0

    def data_received(self, data: bytes) -> None:
        self._reader.data_received(data)

    def eof_received(self) -> bool | None:
        return self._reader.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._reader.connection_lost(exc)

    def pause_writing(self) -> None:
        self._reader.pause_writing()

    def resume_writing(self) -> None:
        self._reader.resume_writing()


def read_by(transport: asyncio.Transport, protocol: asyncio.BaseProtocol) -> None:
    """Let `protocol` read from now on. A loop looks at how one reads only as it begins to."""
    reads = transport.is_reading()
    if reads:
        transport.pause_reading()
    transport.set_protocol(protocol)
    if reads:
        transport.resume_reading()
