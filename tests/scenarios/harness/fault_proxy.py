"""A proxy between two peers that does to their bytes what networks do: late, in crumbs, bent, cut, or not at all.

A `Fault` is about one direction of one connection, and counts that direction's bytes from the connection's first. What
is connected already keeps its faults when the proxy is given others.
"""

from __future__ import annotations

import asyncio
import enum
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, NamedTuple

from harness.patience import PATIENCE

_READ: Final = 64 * 1024
_UNTOUCHED: Final = 2**62
"""More bytes than a connection ever carries."""

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, with no time to linger: closing resets the connection."""


class End(enum.Enum):
    """What happens once the bytes that may pass have passed."""

    CLOSE = "close"
    """Both peers see an orderly end."""
    RESET = "reset"
    """Both peers see the connection break."""
    HALF_CLOSE = "half-close"
    """The receiver sees an orderly end, and is still heard."""
    STALL = "stall"
    """Nothing passes or is taken any more, and nobody is told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`delay` seconds, and up to `jitter` more, before each piece. The first `crumbs` bytes go on one by one, and the
    byte of number `bent` with the bits of `mask` flipped. After `after` bytes comes the `end`.
    """

    delay: float = 0.0
    jitter: float = 0.0
    crumbs: int = 0
    bent: int | None = None
    mask: int = 0x80
    after: int = _UNTOUCHED
    end: End = End.CLOSE

    def bend(self, data: bytes, passed: int) -> bytes:
        """The bytes that arrive for those that came behind `passed` others."""
        if self.bent is None or not passed <= self.bent < passed + len(data):
            return data
        at = self.bent - passed
        return data[:at] + bytes([data[at] ^ self.mask]) + data[at + 1 :]

    def pieces(self, data: bytes, passed: int) -> Iterator[bytes]:
        """How they arrive."""
        crumbs = max(0, min(len(data), self.crumbs - passed))
        for at in range(crumbs):
            yield data[at : at + 1]
        if crumbs < len(data):
            yield data[crumbs:]


NONE: Final = Fault()


class Faults(NamedTuple):
    """One connection's: `upward` on what its opener sends, `downward` on what comes back."""

    upward: Fault = NONE
    downward: Fault = NONE


class _Broken(Exception):
    """The connection is to be reset."""


class FaultProxy:
    """Listens on `port` and passes on to another port of 127.0.0.1. `faults` is asked for each new connection's.

    `made` counts the connections since it was last `fresh`.
    """

    def __init__(self, to: int, faults: Callable[[], Faults] = Faults, chance: random.Random | None = None) -> None:
        self.faults = faults
        self.made = 0
        self._to = to
        self._chance = chance or random.Random(to)
        self._passages: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"fault proxy to {to}", daemon=True)
        self._thread.start()
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = asyncio.run_coroutine_threadsafe(self._listen(listener), self._loop).result(PATIENCE)

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def does(self, upward: Fault = NONE, downward: Fault = NONE) -> None:
        """From now on every new connection has these faults."""
        faults = Faults(upward, downward)
        self.faults = lambda: faults

    def fresh(self) -> None:
        """Do no harm any more, and end what is connected."""
        self.faults = Faults
        self.made = 0
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self._passages)

    async def _listen(self, listener: socket.socket) -> asyncio.Server:
        return await asyncio.start_server(self._meet, sock=listener)

    async def _close(self) -> None:
        self._server.close()
        await self._end()

    async def _end(self) -> None:
        passages = tuple(self._passages)
        for each in passages:
            each.cancel()
        await asyncio.gather(*passages, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passages.add(task)
        self.made += 1
        writers = [writer]
        try:
            target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self._to)
            writers.append(target_writer)
            faults = self.faults()
            up = _Way(reader, target_writer, faults.upward, self._chance)
            down = _Way(target_reader, writer, faults.downward, self._chance)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(up.run(down))
                ways.create_task(down.run(up))
        except* (OSError, _Broken, asyncio.CancelledError):
            for each in writers:
                _reset(each)
        finally:
            self._passages.discard(task)
            for each in writers:
                each.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):  # it may be over already
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


class _Way:
    """One direction of a connection. `ended` says that nothing passes any more."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, chance: random.Random
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._fault = fault
        self._chance = chance
        self._told = False
        self.ended = asyncio.Event()

    async def run(self, other: _Way) -> None:
        try:
            if await self._pass():
                await self._end(other)
            self._say_end()
        finally:
            self.ended.set()

    async def _pass(self) -> bool:
        """Pass on until the peer ends (False) or all that may pass has passed (True)."""
        passed = 0
        while data := await self._reader.read(_READ):
            taken = data[: self._fault.after - passed]
            for piece in self._fault.pieces(self._fault.bend(taken, passed), passed):
                await self._wait()
                if not self._told:
                    self._writer.write(piece)
                await self._writer.drain()
            passed += len(taken)
            if passed >= self._fault.after:
                return True
        return False

    async def _wait(self) -> None:
        seconds = self._fault.delay + self._fault.jitter * self._chance.random()
        if seconds or self._fault.crumbs:
            await asyncio.sleep(seconds)  # 0 too: crumbs would be put together again

    async def _end(self, other: _Way) -> None:
        match self._fault.end:
            case End.RESET:
                raise _Broken
            case End.STALL:
                await other.ended.wait()
                raise _Broken
            case End.CLOSE:
                self._say_end()
                other._say_end()
                await self._swallow()
            case End.HALF_CLOSE:
                self._say_end()
                await self._swallow()

    def _say_end(self) -> None:
        if not self._told and not self._writer.is_closing():
            self._writer.write_eof()
        self._told = True

    async def _swallow(self) -> None:
        """A close with bytes unread would be a reset."""
        while await self._reader.read(_READ):
            pass
