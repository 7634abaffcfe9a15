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
from facade.proxy.shadow.copy import Copy, can_be_copied
from facade.routing.stage import Side
from facade.targets.request import Request
from facade.targets.served import Served
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics
from facade.wire.message import ResponseHead

_WAITING: Final = 256
"""Copies that wait; a second's worth at 10 % of 2,500 calls a second."""

_HELD: Final = 8 * 1024 * 1024
"""Bytes of live answers that wait or are under way. With as much of other answers, and what two comparisons make of
theirs, all of it stays below 32 MiB."""

_AT_ONCE: Final = 16
"""Copies that are asked at once, of all routes together."""

_COMPARED_AT_ONCE: Final = 2
"""Comparisons at once: a body read as JSON takes about twenty times its bytes."""

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
        self._held = 0
        self._comparing = asyncio.Semaphore(_COMPARED_AT_ONCE)

    def __repr__(self) -> str:
        return f"<Mirror waiting={len(self._waiting)} asking={self._asking} held={self._held}>"

    # On the way of the live call.

    def sample(self, served: Served, side: Side, request: Request) -> Copy | None:
        """A copy to be made of this call, mostly none."""
        shadowing = served.shadowing
        if shadowing is None:
            return None
        draw = self._draw()
        if draw < shadowing.noise:
            target, noise = (shadowing.legacy if side is Side.LEGACY else None), True
        elif draw < shadowing.noise + shadowing.sample:
            target, noise = (shadowing.platform if side is Side.LEGACY else shadowing.legacy), False
        else:
            return None
        if target is None or not can_be_copied(request):
            return None
        return Copy(served, side, request, target, noise=noise)

    def take(self, copy: Copy) -> None:
        """The live answer has been sent. What cannot be compared is forgotten, what there is no room for is dropped."""
        if not copy.is_whole:
            return
        if len(self._waiting) >= _WAITING or self._held + copy.seen.size > _HELD:
            self._count(copy, Nothing.DROPPED)
            return
        copy.taken_at = self._clock()
        self._held += copy.seen.size
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
                    self._held -= copy.seen.size
        finally:
            self._asking -= 1

    async def _compare(self, copy: Copy) -> None:
        if self._clock() - copy.taken_at > _PATIENCE:
            self._count(copy, Nothing.LATE)
            return
        answered = await ask(copy, _PATIENCE)
        if isinstance(answered, Nothing):
            self._count(copy, answered)
            return
        route = copy.served.route
        comparisons = self._comparisons.of(route)
        legacy, platform = _ordered(copy, answered)
        async with self._comparing:
            comparison = await asyncio.to_thread(comparisons.compare, legacy, platform, self._clock, noise=copy.noise)
        self._metrics.shadowed(route.name, comparisons.add(comparison, self._wall(), noise=copy.noise))

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
