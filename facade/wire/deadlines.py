"""One wheel of deadlines for all connections, instead of one timer handle a request.

A connection keeps its own `due` moment and may push it back by plain assignment, as often as it likes, for nothing:
the wheel looks at it only when the slot that it was put into comes round, and then either calls `overdue()` or puts it
into a later slot. Bringing a deadline forward goes through `watch`.
"""

from __future__ import annotations

import asyncio
import math
from typing import Final, Protocol

TICK: Final = 0.1
"""Seconds between two looks at the wheel: a deadline is met at most this much late, far below any that can be set."""

NEVER: Final = math.inf


class Watched(Protocol):
    """Something with a deadline. `wakes` belongs to the wheel: the moment it will look, `NEVER` when it will not."""

    due: float
    wakes: float

    def overdue(self) -> None:
        """Called once `due` has passed."""


class Deadlines:
    """The wheel. `now` is the loop's clock in seconds, at most one tick old."""

    __slots__ = ("_handle", "_slots", "_turned", "loop", "now")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.now = loop.time()
        self._turned = int(self.now / TICK)
        self._slots: dict[int, set[Watched]] = {}
        self._handle: asyncio.TimerHandle | None = loop.call_later(TICK, self._tick)

    def __repr__(self) -> str:
        return f"<Deadlines watched={sum(len(slot) for slot in self._slots.values())}>"

    def watch(self, item: Watched, due: float) -> None:
        """Let `item.overdue()` be called when `due` has passed, unless `item.due` is pushed back before."""
        item.due = due
        if due < item.wakes:
            self._take_out(item)
            self._put_in(item, due)

    def forget(self, item: Watched) -> None:
        """Let go of an item that has ended."""
        item.due = NEVER
        self._take_out(item)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _put_in(self, item: Watched, due: float) -> None:
        number = max(int(due / TICK), self._turned) + 1
        item.wakes = number * TICK
        self._slots.setdefault(number, set()).add(item)

    def _take_out(self, item: Watched) -> None:
        if item.wakes != NEVER:
            self._slots[round(item.wakes / TICK)].discard(item)
            item.wakes = NEVER

    def _tick(self) -> None:
        self._handle = self.loop.call_later(TICK, self._tick)
        self.turn(self.loop.time())

    def turn(self, now: float) -> None:
        """Bring the wheel to the moment `now` and call whatever is overdue."""
        self.now = now
        reached = int(now / TICK)
        while self._turned < reached:
            self._turned += 1
            items = self._slots.pop(self._turned, set())
            for item in items:  # first let go of all: one that is overdue may end others
                item.wakes = NEVER
            for item in items:
                self._look(item)

    def _look(self, item: Watched) -> None:
        if item.due > self.now:
            self.watch(item, item.due)
        else:
            item.overdue()
