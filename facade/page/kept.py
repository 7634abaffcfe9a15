"""A page that many ask for at the same time is made once: whoever asks while it is being made waits for that one.

The law of this file: nobody is shown what is older than `FRESH`, and only one page is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from facade.control.answers import Pause, Reply

FRESH: Final = 1.0
"""Seconds for which a page may be shown again: a person who reloads it sees what they did."""


class Kept:
    """The newest page that `make` made. `clock` is monotonic, in seconds."""

    def __init__(self, make: Callable[[], Awaitable[Reply]], pause: Pause, clock: Callable[[], float]) -> None:
        self._make = make
        self._pause = pause
        self._clock = clock
        self._lock = asyncio.Lock()
        self._reply: Reply | None = None
        self._pieces: tuple[bytes, ...] = ()
        self._at = 0.0

    async def answer(self) -> Reply:
        """The page, made anew if it is not fresh."""
        async with self._lock:
            if self._reply is None or self._clock() - self._at > FRESH:
                at, reply = self._clock(), await self._make()
                self._pieces = await _all(reply.body)
                self._at, self._reply = at, reply
            reply, pieces = self._reply, self._pieces
        return Reply(reply.status, reply.content_type, self._sent(pieces), reply.headers)

    async def _sent(self, pieces: tuple[bytes, ...]) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            await self._pause()


async def _all(body: bytes | AsyncIterator[bytes]) -> tuple[bytes, ...]:
    return (body,) if isinstance(body, bytes) else tuple([piece async for piece in body])
