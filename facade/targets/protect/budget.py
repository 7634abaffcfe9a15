"""The budget: so many calls of one silo at once, a bounded queue for more, and nobody waits beyond their time.

First come, first served, among those who still have time: one whose time is over is never sent. Whoever comes empty
handed, with a body that the silo is to ask for first, could hold a place for nothing: it comes after all others, and in
a full queue gives its place to any of them, since it has sent nothing that would be lost. A slot that nobody needs may
be lent to a call that nobody waits for; as soon as somebody would have to wait its borrower is told to leave.

A budget opens gently, at the start and whenever its silo comes back: from `FEW` calls at once, by one with each good
answer, and by the clock for a silo whose answers take long. What may be in flight and waiting together is the same all
the while.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Self

from facade.problem import Problem, Refusal
from facade.targets.protect.problems import WAITED_IN_VAIN
from facade.wire import refusals
from facade.wire.deadlines import NEVER, TICK, Deadlines

FEW: Final = 3
"""Calls at once with which a budget opens."""

OPENING: Final = 2.0
"""Seconds, about, in which a budget is open by the clock alone. The clock runs only while somebody waits."""

_LEAVING: Final = 0.05
"""Seconds within which a call that is cut has given back its slot: a few turns of the loop."""

_MISSED: Final = 2.0
"""Seconds for which somebody who was turned away counts as one who waits: they come again after one (`Retry-After`)."""

UNLIMITED: Final = sys.maxsize
"""The limit of a silo without `concurrency`."""


class Budget:
    """The slots at one silo. `taken` of `limit` are; while it opens gently there is `room` for fewer than the limit.

    `clock` is monotonic, in seconds.
    """

    __slots__ = (
        "_asked",
        "_asked_at",
        "_called",
        "_clock",
        "_deadlines",
        "_empty_handed",
        "_lent",
        "_missed",
        "_missed_at",
        "_queue",
        "_waiters",
        "due",
        "limit",
        "room",
        "taken",
        "wakes",
    )

    def __init__(self, limit: int, queue: int, deadlines: Deadlines, clock: Callable[[], float]) -> None:
        self.limit = limit
        self.taken = 0
        self.due = self.wakes = NEVER
        self._queue = queue
        self._deadlines = deadlines
        self._clock = clock
        self._waiters: OrderedDict[_Waiter, None] = OrderedDict()
        self._empty_handed: OrderedDict[_Waiter, None] = OrderedDict()
        self._lent: OrderedDict[Loan, None] = OrderedDict()
        self._called = 0
        self._asked = self._missed = 0
        self._asked_at = self._missed_at = -math.inf
        self.room = limit
        self.open_gently()

    def __repr__(self) -> str:
        return f"<Budget taken={self.taken} room={self.room} limit={self.limit} waiting={self.waiting}>"

    @property
    def waiting(self) -> int:
        """Calls that wait for a slot."""
        return len(self._waiters) + len(self._empty_handed)

    @property
    def turns_away(self) -> bool:
        """Whether a moment ago somebody was turned away who did not come empty handed, or a slow call had to leave."""
        return self._clock() - self._missed_at <= _MISSED

    # Slots.

    def take(self) -> bool:
        """Take a slot, if there is one: then nobody waits, because a slot that is free goes to whoever does."""
        if self.taken >= self.room:
            return False
        self.taken += 1
        return True

    async def wait(self, until: float, *, empty_handed: bool = False) -> None:
        """Take a slot as soon as it is this call's turn. Raises `Refusal`: no room to wait, or none until `until`."""
        if self.taken - len(self._lent) - self._called + self.waiting >= self.limit + self._queue:
            self._make_room(empty_handed=empty_handed)
        self._call_in()
        waiter = _Waiter(self)
        queue = self._empty_handed if empty_handed else self._waiters
        queue[waiter] = None
        self._deadlines.watch(waiter, until)
        self._watch_opening()
        try:
            problem = await waiter.turn
        except asyncio.CancelledError:
            if waiter.has_slot:
                self.release()
            raise
        finally:
            queue.pop(waiter, None)
            self._deadlines.forget(waiter)
        if problem is not None:
            raise Refusal(problem)

    def _make_room(self, *, empty_handed: bool) -> None:
        """In a full queue: who came last of those with empty hands goes. Raises `Refusal` where there is nobody."""
        if empty_handed:
            raise Refusal(refusals.FULL)
        if not self._empty_handed:
            self._missed, self._missed_at = self._missed + 1, self._clock()
            raise Refusal(refusals.FULL)
        last, _ = self._empty_handed.popitem()
        last.end(refusals.FULL)

    def release(self) -> None:
        """Give a slot back, to whoever waits."""
        self.taken -= 1
        if self._waiters or self._empty_handed:
            self._serve()

    def wants_one_back(self) -> bool:
        """Whether a slow call is to leave: somebody waits, or was just turned away, for whom nobody was asked yet."""
        now = self._clock()
        if not self.turns_away:
            self._missed = 0
        if now - self._asked_at > _LEAVING:
            self._asked = 0
        if self.waiting > self._asked:
            self._asked, self._asked_at = self._asked + 1, now
            self._missed_at = now
            _end_all(self._empty_handed, refusals.FULL)  # else the slot would go to the next of them
            return True
        if self._missed:
            self._missed -= 1
            return True
        return False

    def lend(self, leave: Callable[[], None]) -> Loan | None:
        """Lend a slot, if there is one and nobody waits. `leave` is called when it is needed; it must be given back."""
        if self.waiting or not self.take():
            return None
        loan = Loan(self, leave)
        self._lent[loan] = None
        return loan

    def give_back(self, loan: Loan) -> None:
        """The borrower has left."""
        if loan in self._lent:
            del self._lent[loan]
        else:
            self._called -= 1
        self.release()

    def _call_in(self) -> None:
        """Somebody has to wait: whoever has borrowed for longest leaves."""
        if self._lent:
            loan, _ = self._lent.popitem(last=False)
            self._called += 1
            loan.leave()

    def turn_away(self, problem: Problem) -> None:
        """Nobody waits any longer: there is this problem."""
        _end_all(self._waiters, problem)
        _end_all(self._empty_handed, problem)

    def adjust(self, limit: int, queue: int) -> None:
        """Go by other numbers from now on. Nobody who has a slot or waits loses it."""
        self.room = min(self.room, limit) if self.room < self.limit else limit
        self.limit, self._queue = limit, queue
        self._serve()

    def _serve(self) -> None:
        now = self._clock()
        while self.taken < self.room and (queue := self._waiters or self._empty_handed):
            waiter, _ = queue.popitem(last=False)
            if waiter.due <= now:
                waiter.end(WAITED_IN_VAIN)
            elif waiter.end(None):
                self.taken += 1

    # Opening gently.

    def open_gently(self) -> None:
        """From now on a few calls at once, then more."""
        if self.limit != UNLIMITED:
            self.room = min(self.limit, FEW)
            self._watch_opening()

    def widen(self, slots: int = 1) -> None:
        """Let some more calls through at once."""
        self.room = min(self.limit, self.room + slots)
        self._serve()

    def overdue(self) -> None:
        """The wheel's clock has gone on, and somebody waited for it."""
        self.widen(math.ceil(self.limit * TICK / OPENING))
        self._watch_opening()

    def _watch_opening(self) -> None:
        if self.waiting and self.room < self.limit:
            self._deadlines.watch(self, self._deadlines.now)


class Loan:
    """A slot that is lent, until the end of its `with`."""

    __slots__ = ("_budget", "leave")

    def __init__(self, budget: Budget, leave: Callable[[], None]) -> None:
        self._budget = budget
        self.leave = leave

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.give_back(self)


class _Waiter:
    """A call that waits. Its `turn` comes with no problem and a slot, or with the problem that it gets instead."""

    __slots__ = ("_budget", "due", "turn", "wakes")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.due = self.wakes = NEVER
        self.turn: asyncio.Future[Problem | None] = asyncio.get_running_loop().create_future()

    @property
    def has_slot(self) -> bool:
        return self.turn.done() and not self.turn.cancelled() and self.turn.result() is None

    def end(self, problem: Problem | None) -> bool:
        """End the wait; False when the caller has just left."""
        if self.turn.done():
            return False
        self.turn.set_result(problem)
        return True

    def overdue(self) -> None:
        """There was no turn in time. The wait's own end takes it out of the queue."""
        self.end(WAITED_IN_VAIN)


def _end_all(queue: OrderedDict[_Waiter, None], problem: Problem) -> None:
    while queue:
        queue.popitem(last=False)[0].end(problem)
