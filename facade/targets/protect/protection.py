"""What stands before one silo: its hours, its breaker, its budget, in this order. One object a silo, kept by reloads.

A call is let in by `admit`, which raises the `Refusal` that it gets instead, and leaves by the end of its `with`: then
its slot is free, whatever happened. What the silo did with it is one of three: it answered, it failed, or the call
says nothing about the silo. A failure is 502, 503 or 504, whether the silo answered it or the facade for it; the 500 of
an application is an answer, and a caller's mistake or hang-up counts for nobody, as what the facade itself lacks does.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

import structlog

from facade.problem import Problem, Refusal
from facade.targets.definition import Protect
from facade.targets.protect import problems
from facade.targets.protect.breaker import CLOSED, HALF_OPEN, NO_PASS, Breaker, Pass
from facade.targets.protect.budget import UNLIMITED, Budget, Loan
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.body import HIGH_WATER, Body
from facade.wire.deadlines import Deadlines

FAILED: Final = frozenset({502, 503, 504})
"""Statuses by which a silo fails a call: not there, no room, too late (RFC 9110 sections 15.6.3 to 15.6.5)."""

_MINUTE: Final = 60
"""Seconds for which hours are not looked at again: windows begin and end with a minute."""

_log = structlog.get_logger("facade.targets")

Clock = Callable[[], float]


class Protection:
    """The protection of one silo by its `rules`. `clock` is monotonic and `wall` Unix time, both in seconds."""

    __slots__ = ("_clock", "_is_open", "_minute", "_wall", "breaker", "budget", "rules", "silo")

    def __init__(self, silo: str, rules: Protect, deadlines: Deadlines, clock: Clock, wall: Clock) -> None:
        self.silo = silo
        self.rules = rules
        self.breaker = None if rules.breaker is None else Breaker(rules.breaker)
        self._clock = clock
        self._wall = wall
        self.budget = Budget(_limit(rules), rules.queue, deadlines, clock)
        self._minute = -1
        self._is_open = True

    def __repr__(self) -> str:
        return f"<Protection {self.silo} {self.budget!r} {self.breaker!r} hours={self.rules.hours}>"

    @property
    def opens(self) -> datetime.datetime | None:
        """When its hours begin, on their zone's clock; None while they last, or where it has none."""
        hours, now = self.rules.hours, _moment(self._wall())
        return None if hours is None or hours.open_at(now) else hours.opens_next(now)

    @property
    def is_in_use(self) -> bool:
        """Whether it would be missed: calls that it let in are running, or its breaker remembers something."""
        return self.budget.taken > 0 or (self.breaker is not None and self.breaker.state is not CLOSED)

    def adjust(self, rules: Protect) -> None:
        """Go by other rules from now on. Calls keep their slots, and the breaker its state."""
        if rules.breaker is None:
            self.breaker = None
        elif self.breaker is None:
            self.breaker = Breaker(rules.breaker)
        else:
            self.breaker.adjust(rules.breaker)
        self.rules = rules
        self._minute = -1
        self.budget.adjust(_limit(rules), rules.queue)

    async def admit(self, request: Request) -> Admission:
        """Let a call in as soon as there is a slot for it. Raises `Refusal` with the 503 that it gets instead."""
        body = request.body
        self._look(still_comes=not body.ended)
        empty_handed = not body.ended and body.held <= HIGH_WATER
        if empty_handed and self.budget.turns_away:
            raise Refusal(refusals.FULL)
        waits = not self.budget.take()
        if waits:
            until = min(request.until, self._clock() + self.rules.timeout)
            await self.budget.wait(until, empty_handed=empty_handed)
            try:
                self._look(still_comes=not body.ended)
            except Refusal:
                self.budget.release()
                raise
        given = NO_PASS if self.breaker is None else self.breaker.begin(still_comes=not body.ended)
        return Admission(self, request, given, waited=waits)

    def lend(self, leave: Callable[[], None]) -> Loan | None:
        """A slot that no caller needs, for a call that nobody waits for; None where there is none, or nobody is let in.

        `leave` is called when a caller needs it. What becomes of such a call says nothing to the breaker.
        """
        try:
            self._look()
        except Refusal:
            return None
        if self.breaker is not None and self.breaker.state is not CLOSED:
            return None
        return self.budget.lend(leave)

    def _look(self, *, still_comes: bool = False) -> None:
        """Raise `Refusal` while nobody is let in, or nobody whose body still comes."""
        if self.rules.hours is not None:
            now = self._wall()
            if not self._is_in_hours(now):
                raise Refusal(problems.closed(self.rules.hours.opens_next(_moment(now)), now))
        breaker = self.breaker
        if breaker is None or breaker.state is CLOSED:
            return
        if not breaker.admits(self._clock(), still_comes=still_comes):
            raise Refusal(self._resting(breaker))

    def _is_in_hours(self, now: float) -> bool:
        """Whether the hours are open, found out once a minute. Those who waited for them to open come in gently."""
        minute = int(now) // _MINUTE
        if minute != self._minute and self.rules.hours is not None:
            self._minute, was_open = minute, self._is_open
            self._is_open = self.rules.hours.open_at(_moment(now))
            if self._is_open and not was_open:
                self.budget.open_gently()
        return self._is_open

    def _resting(self, breaker: Breaker) -> Problem:
        if breaker.state is HALF_OPEN:
            return problems.BEING_TRIED
        return problems.resting(breaker.until - self._clock())

    # What an admission reports.

    def answered(self, given: Pass) -> None:
        """The silo answered a call."""
        breaker, budget = self.breaker, self.budget
        if breaker is not None and breaker.answered(given, self._clock()):
            budget.open_gently()
            _log.warning("breaker closed", silo=self.silo)
        if budget.room < budget.limit:
            budget.widen()

    def failed(self, given: Pass, *, began: bool) -> None:
        """The silo failed a call; `began` where its answer had begun and is counted already."""
        breaker = self.breaker
        if breaker is None:
            return
        report = breaker.broke_off if began else breaker.failed
        if report(given, self._clock()):
            self.budget.turn_away(self._resting(breaker))
            _log.warning("breaker opened", silo=self.silo)

    def left(self, given: Pass) -> None:
        """A call is over that says nothing about the silo."""
        if self.breaker is not None:
            self.breaker.left(given)

    def is_past(self, moment: float) -> bool:
        """Whether a moment of the monotonic clock is over."""
        return self._clock() >= moment


class Admission:
    """One call that was let in, for as long as it takes: `with await protection.admit(request) as admission`."""

    __slots__ = ("_good", "_pass", "_protection", "_request", "_waited")

    def __init__(self, protection: Protection, request: Request, given: Pass, *, waited: bool) -> None:
        self._protection = protection
        self._request = request
        self._pass = given
        self._waited = waited
        self._good: bool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Refusal) and self._is_silos_failure(error.problem):
                self._fail()
            elif self._good is None:
                self._protection.left(self._pass)
        finally:
            self._protection.budget.release()

    def answered(self, status: int) -> None:
        """The silo began its answer."""
        if status in FAILED:
            self._fail()
        else:
            self._good = True
            self._protection.answered(self._pass)

    def passes_on(self, answer: Body) -> None:
        """The answer goes to the caller, who may be asked to take it more quickly."""
        if answer.length:
            answer.holds_up = self._protection.budget.wants_one_back

    def _fail(self) -> None:
        if self._good is not False:
            self._protection.failed(self._pass, began=self._good is True)
            self._good = False

    def _is_silos_failure(self, problem: Problem) -> bool:
        """A call that its route's own limit cut short is the silo's failure only if it alone used the time up."""
        if problem.status not in FAILED or problem in refusals.OURS:
            return False
        if problem is refusals.BROKEN and not self._request.body.ended:
            return False  # it lost patience with a caller who had not sent all of the request
        if not self._protection.is_past(self._request.until):
            return True
        was_asked_all = self._request.body.ended or problem is not refusals.LATE
        return was_asked_all and not self._waited and self._good is None


def _limit(rules: Protect) -> int:
    return UNLIMITED if rules.concurrency is None else rules.concurrency


def _moment(now: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(now, datetime.UTC)
