"""Everybody who watches the running sidecar: one change is made known once, to all of them, a few at a time.

The law of this file: however many watch, the event loop is given back after a few of them. Who does not keep up is
dropped, and asks again; who asks when all places are taken is told so by whoever counts connections.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from facade.control.answers import Pause

AT_ONCE: Final = 10
"""Watchers that are told until the event loop is given back: each is a write to a socket, 20 to 60 us of work."""

BEHIND: Final = 4
"""Events that a watcher may be behind; one that has stopped reading is found out long before its memory matters."""

SILENCE: Final = 15.0
"""Seconds until a watcher is sent a comment, so that nobody on the way takes the connection for dead."""

_COMMENT: Final = b": nothing has changed\n\n"


class _Watcher:
    """One who watches: what is still to be told, and what wakes it. `ended` where no more comes."""

    __slots__ = ("ended", "events", "wake")

    def __init__(self) -> None:
        self.events: deque[bytes] = deque()
        self.wake = asyncio.Event()
        self.ended = False

    def end(self) -> None:
        self.ended = True
        self.wake.set()


class Watchers:
    """All who watch. `pause` gives the event loop back."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._watching: dict[_Watcher, None] = {}
        self._some = asyncio.Event()
        self._ended = False

    def __repr__(self) -> str:
        return f"<Watchers {len(self)}>"

    def __len__(self) -> int:
        return len(self._watching)

    async def somebody(self) -> None:
        """Return once anybody watches."""
        await self._some.wait()

    async def watch(self, first: bytes) -> AsyncIterator[bytes]:
        """What one watcher is sent: `first`, then every event from now on, until it is too far behind."""
        watcher = _Watcher()
        watcher.ended = self._ended
        self._watching[watcher] = None
        self._some.set()
        try:
            yield first
            while not watcher.ended:
                yield await _next(watcher)
        finally:
            del self._watching[watcher]
            if not self._watching:
                self._some.clear()

    async def tell(self, event: bytes) -> None:
        """Make an event known to all who watch now."""
        for number, watcher in enumerate(tuple(self._watching), start=1):
            if len(watcher.events) >= BEHIND:
                watcher.end()
            else:
                watcher.events.append(event)
                watcher.wake.set()
            if number % AT_ONCE == 0:
                await self._pause()

    def end(self) -> None:
        """Let all of them go: the listener closes."""
        self._ended = True
        for watcher in self._watching:
            watcher.end()


async def _next(watcher: _Watcher) -> bytes:
    """The next event; a comment where none came for so long, or none comes any more."""
    if not watcher.events and not watcher.ended:
        watcher.wake.clear()
        try:
            async with asyncio.timeout(SILENCE):
                await watcher.wake.wait()
        except TimeoutError:
            return _COMMENT
    return watcher.events.popleft() if watcher.events else _COMMENT


def event(name: str, content: bytes) -> bytes:
    """An event as it is sent: `content` is one line (server-sent events, HTML Living Standard section 9.2.5)."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), content)
