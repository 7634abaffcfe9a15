"""The circuit breaker: a silo that does not answer is left alone for a while, then asked by a few. Pure.

    closed     every call goes through; when too many fail within the window, it opens
    open       no call goes through until the pause is over
    half open  a few calls go through, as probes; when as many are answered it closes, when one fails it opens

A probe that is not answered within another pause holds its place no longer: a silo that hangs is asked no more often
than one that fails, and nobody keeps it shut. A call whose body still comes says nothing of the silo for as long as its
caller takes, so a few of those go through beside the probes, and in place of none.

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

_NO_TURN: Final = -1

_TURNS: Final = itertools.count()
"""Numbers of turns, none twice: a call of a breaker that a reload took away is nothing to the one that came after."""


class Pass:
    """What calls go through with: the turn they begin in, and how many of a half-open one's are under way with it."""

    __slots__ = ("out", "turn")

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.out = 0

    def __repr__(self) -> str:
        return f"<Pass {self.turn} out={self.out}>"


NO_PASS: Final = Pass(_NO_TURN)
"""That of a call which no breaker let through."""


class Breaker:
    """One breaker. Moments are those of a monotonic clock, in seconds. `until` is when a pause is over."""

    __slots__ = ("_answered", "_callers", "_probes", "_rate", "_rules", "state", "turn", "until")

    def __init__(self, rules: BreakerRules) -> None:
        self.state: State = CLOSED
        self.until = 0.0
        self._rules = rules
        self._begin(0.0)

    def __repr__(self) -> str:
        return f"<Breaker {self.state} {self._rate!r} probing={self._probes.out}>"

    def admits(self, now: float, *, still_comes: bool = False) -> bool:
        """Whether a call may go through now. `still_comes` where its body does, at its caller's pace."""
        if self.state is OPEN and now >= self.until:
            self._move(Event.PAUSE_IS_OVER, now)
        if self.state is not HALF_OPEN:
            return self.state is CLOSED
        if now >= self.until:
            self._give_places(now)
        if still_comes:
            return self._callers.out < PROBES
        return self._probes.out + self._answered < PROBES

    def begin(self, *, still_comes: bool = False) -> Pass:
        """A call goes through that `admits` let in just now."""
        given = self._callers if still_comes else self._probes
        if self.state is HALF_OPEN:
            given.out += 1
        return given

    def answered(self, given: Pass, now: float) -> bool:
        """The silo began its answer to a call. Returns whether the breaker closed by it."""
        if given.turn != self.turn:
            return False
        if self.state is CLOSED:
            self._rate.called(now)
            return False
        given.out -= 1
        self._answered += 1
        if self._answered < PROBES:
            return False
        self._move(Event.PROBES_WERE_ANSWERED, now)
        return True

    def failed(self, given: Pass, now: float) -> bool:
        """The silo failed a call. Returns whether the breaker opened by it."""
        if given.turn == self.turn and self.state is CLOSED:
            self._rate.called(now)
        return self.broke_off(given, now)

    def broke_off(self, given: Pass, now: float) -> bool:
        """The same of a call whose answer it had begun, and which is counted already."""
        if given.turn != self.turn:
            return False
        if self.state is HALF_OPEN:
            self._move(Event.PROBE_FAILED, now)
            return True
        self._rate.failed(now)
        if not self._rate.reaches(self._rules.errors, self._rules.calls):
            return False
        self._move(Event.TOO_MANY_FAILED, now)
        return True

    def left(self, given: Pass) -> None:
        """A call ended that says nothing about the silo, such as one whose caller hung up."""
        if given.turn == self.turn and self.state is HALF_OPEN:
            given.out -= 1

    def adjust(self, rules: BreakerRules) -> None:
        """Go by other numbers from now on; a pause that has begun keeps its length."""
        if rules.window != self._rules.window:
            self._rate.resize(rules.window)
        self._rules = rules

    def _move(self, event: Event, now: float) -> None:
        self.state = TRANSITIONS[self.state, event]
        self._begin(now)

    def _begin(self, now: float) -> None:
        """Begin a turn, in which nothing is counted yet."""
        self.turn = next(_TURNS)
        self._rate = FailureRate(self._rules.window)
        self._answered = 0
        self._give_places(now)

    def _give_places(self, now: float) -> None:
        """Places for a pause. Calls that went through in this turn still count, and hold none of these."""
        self.until = now + self._rules.pause
        self._probes, self._callers = Pass(self.turn), Pass(self.turn)
