"""The circuit breaker: a silo that does not answer is left alone for a while, then asked by a few. Pure.

    closed     every call goes through; when too many fail within the window, it opens
    open       no call goes through until the pause is over
    half open  a few calls go through, as probes; when all of them are answered it closes, when one fails it opens

Each change of state begins a new turn. A call is counted in the turn it began in, so what was asked before the breaker
opened says nothing about what came after.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from facade.targets.definition import BreakerRules
from facade.targets.protect.rate import FailureRate

PROBES: Final = 3
"""Calls that a half-open breaker lets through: one answer may be luck, and a silo that is coming up bears three."""


class State(enum.StrEnum):
    """Where a breaker is."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


CLOSED, OPEN, HALF_OPEN = State
"""The states again, because a name of a module is found faster than one of an enumeration."""


class Event(enum.Enum):
    """What changes a breaker's state."""

    TOO_MANY_FAILED = enum.auto()
    PAUSE_IS_OVER = enum.auto()
    PROBES_WERE_ANSWERED = enum.auto()
    PROBE_FAILED = enum.auto()


TRANSITIONS: Final[Mapping[tuple[State, Event], State]] = MappingProxyType(
    {
        (CLOSED, Event.TOO_MANY_FAILED): OPEN,
        (OPEN, Event.PAUSE_IS_OVER): HALF_OPEN,
        (HALF_OPEN, Event.PROBES_WERE_ANSWERED): CLOSED,
        (HALF_OPEN, Event.PROBE_FAILED): OPEN,
    }
)
"""Every change there is."""

NO_TURN: Final = -1
"""The turn of a call that no breaker let through."""

_TURNS: Final = itertools.count()
"""Numbers of turns, none twice: a call of a breaker that a reload took away is nothing to the one that came after."""


class Breaker:
    """One breaker. Moments are those of a monotonic clock, in seconds. `until` is when a pause is over."""

    __slots__ = ("_answered", "_probing", "_rate", "_rules", "state", "turn", "until")

    def __init__(self, rules: BreakerRules) -> None:
        self.state: State = CLOSED
        self.turn = next(_TURNS)
        self.until = 0.0
        self._rules = rules
        self._rate = FailureRate(rules.window)
        self._probing = 0
        self._answered = 0

    def __repr__(self) -> str:
        return f"<Breaker {self.state} {self._rate!r} probing={self._probing}>"

    def admits(self, now: float) -> bool:
        """Whether a call may go through now."""
        if self.state is OPEN and now >= self.until:
            self._move(Event.PAUSE_IS_OVER, now)
        if self.state is HALF_OPEN:
            return self._probing + self._answered < PROBES
        return self.state is CLOSED

    def begin(self) -> int:
        """A call goes through that `admits` let in just now; returns its turn."""
        if self.state is HALF_OPEN:
            self._probing += 1
        return self.turn

    def answered(self, turn: int, now: float) -> bool:
        """The silo began its answer to a call. Returns whether the breaker closed by it."""
        if turn != self.turn:
            return False
        if self.state is CLOSED:
            self._rate.called(now)
            return False
        self._probing -= 1
        self._answered += 1
        if self._answered < PROBES:
            return False
        self._move(Event.PROBES_WERE_ANSWERED, now)
        return True

    def failed(self, turn: int, now: float) -> bool:
        """The silo failed a call. Returns whether the breaker opened by it."""
        if turn == self.turn and self.state is CLOSED:
            self._rate.called(now)
        return self.broke_off(turn, now)

    def broke_off(self, turn: int, now: float) -> bool:
        """The same of a call whose answer it had begun, and which is counted already."""
        if turn != self.turn:
            return False
        if self.state is HALF_OPEN:
            self._move(Event.PROBE_FAILED, now)
            return True
        self._rate.failed(now)
        if not self._rate.reaches(self._rules.errors, self._rules.calls):
            return False
        self._move(Event.TOO_MANY_FAILED, now)
        return True

    def left(self, turn: int) -> None:
        """A call ended that says nothing about the silo, such as one whose caller hung up."""
        if turn == self.turn and self.state is HALF_OPEN:
            self._probing -= 1

    def adjust(self, rules: BreakerRules) -> None:
        """Go by other numbers from now on; a pause that has begun keeps its length."""
        if rules.window != self._rules.window:
            self._rate.resize(rules.window)
        self._rules = rules

    def _move(self, event: Event, now: float) -> None:
        self.state = TRANSITIONS[self.state, event]
        self.turn = next(_TURNS)
        self.until = now + self._rules.pause
        self._rate = FailureRate(self._rules.window)
        self._probing = self._answered = 0
