"""The mirror: takes copies of calls, asks the other side when there is room, and notes how the answers compare.

The law of this file: everything is bounded. So many copies wait, with so many bytes, for so long; so many are asked at
once; so many are compared at once, in a thread, because a comparison may take milliseconds. The rest is dropped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from facade.compare.answer import ComparedAnswer
from facade.comparisons import Comparisons
from facade.proxy.shadow.asking import Answered, Nothing, ask
from facade.proxy.shadow.copy import Copy, changes_nothing, stands_for_itself
from facade.proxy.shadow.seen import Room
from facade.routing.stage import Side
from facade.targets.request import Request
from facade.targets.served import Served
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics
from facade.wire.message import ResponseHead

_WAITING: Final = 256
"""Copies that wait; a second's worth at 10 % of 2,500 calls a second."""

_HELD: Final = 8 * 1024 * 1024
"""Bytes of live calls and their answers, while they pass, wait or are under way. With 5 MiB of the other answers, and
what a comparison makes of two, all of it stays below 32 MiB."""

_AT_ONCE: Final = 16
"""Copies that are asked at once, of all routes together."""

_COMPARED_AT_ONCE: Final = 1
"""A body read as JSON takes up to forty times its bytes, and two threads read no faster than one."""

_DROPPED: Final = Nothing.DROPPED.value
_LEGACY: Final = Side.LEGACY
"""Looked up once: a member of an enumeration is found by a call each time, and these are on every call's way."""

_PATIENCE: Final = 10.0
"""Seconds that a copy may wait, and again that its answer may take; nobody waits for it."""


class Mirror:
    """Compares the two sides of routes.

    `draw` gives a number of [0, 1) for each call; `clock` is monotonic, in any thread, and `wall` Unix time, both in
    seconds.
    """

    def __init__(
        self,
        comparisons: Comparisons,
        metrics: Metrics,
        *,
        draw: Callable[[], float],
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._comparisons = comparisons
        self._metrics = metrics
        self._draw = draw
        self._clock = clock
        self._wall = wall
        self._waiting: deque[Copy] = deque()
        self._asking = 0
        self._room = Room(_HELD)
        self._comparing = asyncio.Semaphore(_COMPARED_AT_ONCE)

    def __repr__(self) -> str:
        return f"<Mirror waiting={len(self._waiting)} asking={self._asking} {self._room!r}>"

    # On the way of the live call.

    def sample(self, served: Served, side: Side, request: Request) -> Copy | None:
        """A copy to be made of this call, mostly none."""
        shadowing = served.shadowing
        if shadowing is None:
            return None
        draw = self._draw()
        if draw >= shadowing.noise + shadowing.sample or not changes_nothing(request):
            return None
        if len(self._waiting) >= _WAITING:  # asked first, so that a shadow that hangs costs least
            self._metrics.shadowed(served.route.name, _DROPPED)
            return None
        noise, of_legacy = draw < shadowing.noise, side is _LEGACY
        if (noise and not of_legacy) or not stands_for_itself(request):
            return None
        target = shadowing.platform if of_legacy and not noise else shadowing.legacy
        return Copy(served, side, request, target, self._room, noise=noise)

    def take(self, copy: Copy) -> None:
        """The live call is over. What cannot be compared is forgotten, what there is no room for is dropped."""
        if not copy.is_whole or len(self._waiting) >= _WAITING:
            if copy.is_whole or copy.seen.crowded_out:
                self._count(copy, Nothing.DROPPED)
            copy.seen.forget()
            return
        copy.taken_at = self._clock()
        self._waiting.append(copy)
        if self._asking < _AT_ONCE:
            self._asking += 1
            _ = spawn(self._work(), "compare with the other side")

    # Out of its way.

    async def _work(self) -> None:
        """Ask for what waits, until nothing does."""
        try:
            while self._waiting:
                copy = self._waiting.popleft()
                try:
                    await self._compare(copy)
                finally:
                    copy.seen.forget()
        finally:
            self._asking -= 1

    async def _compare(self, copy: Copy) -> None:
        answered = await self._answered(copy)
        if isinstance(answered, Nothing):
            self._count(copy, answered)
            return
        route = copy.served.route
        comparisons = self._comparisons.of(route)
        legacy, platform = _ordered(copy, answered)
        async with self._comparing:
            comparison = await asyncio.to_thread(comparisons.compare, legacy, platform, self._clock, noise=copy.noise)
        self._metrics.shadowed(route.name, comparisons.add(comparison, self._wall(), noise=copy.noise))

    async def _answered(self, copy: Copy) -> Answered | Nothing:
        """What the other side answers. A copy whose route has moved meanwhile asks nobody, and is evidence of nothing:
        after a rollback not one reaches the platform.
        """
        route = copy.served.route
        if not self._comparisons.serves(route):
            return Nothing.DROPPED
        if self._clock() - copy.taken_at > _PATIENCE:
            return Nothing.LATE
        answered = await ask(copy, _PATIENCE)
        return answered if self._comparisons.serves(route) else Nothing.DROPPED

    def _count(self, copy: Copy, nothing: Nothing) -> None:
        """There is nothing to compare. What was only dropped says nothing of the other side."""
        route = copy.served.route
        self._metrics.shadowed(route.name, nothing)
        if nothing is not Nothing.DROPPED and not copy.noise:
            self._comparisons.of(route).tally.fail()


def _ordered(copy: Copy, answered: Answered) -> tuple[ComparedAnswer, ComparedAnswer]:
    """The two answers, that of legacy first; of two from legacy the earlier."""
    live = _compared(copy.head, copy.seen.body())
    other = _compared(answered.head, answered.body)
    return (live, other) if copy.side is Side.LEGACY else (other, live)


def _compared(head: ResponseHead, body: bytes) -> ComparedAnswer:
    return ComparedAnswer(head.status, tuple(head.fields()), body)
