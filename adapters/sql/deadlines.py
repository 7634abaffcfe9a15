"""The deadlines of all calls that run, by one timer: one a call would cost a third of what a look-up costs."""

from __future__ import annotations

import asyncio
import math
from typing import Final

NEVER: Final = math.inf


class Bound:
    """The deadline of one call, `at` the event loop's time. When it comes, the call's task is cancelled."""

    __slots__ = ("_cancelling", "_late", "_task", "at")

    def __init__(self, task: asyncio.Task[object], at: float) -> None:
        self.at = at
        self._task = task
        self._cancelling = task.cancelling()
        self._late = False

    def expire(self) -> None:
        """Cancel the task, once."""
        if not self._late:
            self._late = True
            self._task.cancel()

    def is_why(self) -> bool:
        """Whether the task was cancelled by its deadline and by nobody else; asked once, where it was cancelled."""
        return self._late and self._task.uncancel() <= self._cancelling


class Deadlines:
    """The deadlines of the calls that run. The timer stays set when a call ends: the next is seldom due sooner."""

    def __init__(self) -> None:
        self._bounds: dict[Bound, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._at = NEVER

    def __repr__(self) -> str:
        return f"<Deadlines of {len(self._bounds)} calls>"

    def begin(self, seconds: float) -> Bound:
        """A deadline for the running task, so many seconds from now; `end` it."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        bound = Bound(task, loop.time() + seconds)
        self._bounds[bound] = None
        if bound.at < self._at:
            self._set(loop, bound.at)
        return bound

    def end(self, bound: Bound) -> None:
        self._bounds.pop(bound, None)

    def expire(self) -> None:
        """Every call is late now, and the timer is gone."""
        self._set(asyncio.get_running_loop(), NEVER)
        for bound in tuple(self._bounds):
            bound.expire()

    def _set(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = at
        self._timer = None if at == NEVER else loop.call_at(at, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for bound in tuple(self._bounds):
            if bound.at <= now:
                del self._bounds[bound]
                bound.expire()
        self._set(loop, min((bound.at for bound in self._bounds), default=NEVER))
