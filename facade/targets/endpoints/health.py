"""Whether one endpoint is used: left out after failures in a row, with a way back. Pure: the time is an argument.

The law of this file: failures count only in a row, and any answer ends the row but one that says that there is none
(502, 503 and 504). Of those that say so at once the next call would else always be for the one that is broken: it has
the fewest in flight. An endpoint that has been left out is tried by one call once its spell is over; each try doubles
the spell to the next one, and an answer brings it back.
"""

from __future__ import annotations

from typing import Final

from facade.problem import Problem
from facade.wire import refusals

CONNECTS: Final = 3
"""Failures in a row, the last one to connect, that leave an endpoint out: one may be a full backlog, and none cost a
caller more than time, because nothing was sent."""

ANSWERS: Final = 5
"""The same where the last one was a connection that broke off, an answer that was late or made no sense, or a 502, 503
or 504: that may be the doing of one hard question, so it takes more of them."""

SHORTEST: Final = 1.0
"""Seconds of the first spell: a process that was restarted is back by then."""

LONGEST: Final = 30.0
"""Seconds of the longest spell: an endpoint that is well again waits no longer than for its name to be resolved."""

CANNOT_CONNECT: Final = (refusals.REFUSED, refusals.UNREACHABLE, refusals.UNTRUSTED, refusals.CONNECT_LATE)
CANNOT_ANSWER: Final = (refusals.BROKEN, refusals.LATE, refusals.NONSENSE)


class Health:
    """The health of one endpoint. `failures` counts those in a row; while it is 0 all is well."""

    __slots__ = ("_next_try", "_spell", "failures")

    def __init__(self) -> None:
        self.failures = 0
        self._spell = 0.0
        self._next_try = 0.0

    def __repr__(self) -> str:
        return f"<Health {'in' if self.is_in else 'out'} failures={self.failures}>"

    @property
    def is_in(self) -> bool:
        return not self._spell

    def is_due(self, now: float) -> bool:
        """Whether it has been left out for long enough: one call may try it, and says so by `tried`."""
        return bool(self._spell) and now >= self._next_try

    def tried(self, now: float) -> None:
        """A call tries it. The next one may do so after twice the spell, whatever becomes of this one."""
        self._spell = min(self._spell * 2, LONGEST)
        self._next_try = now + self._spell

    def failed(self, problem: Problem, now: float) -> bool:
        """Count a failure; True if it is the one that leaves the endpoint out."""
        bound = CONNECTS if problem in CANNOT_CONNECT else ANSWERS if problem in CANNOT_ANSWER else 0
        return bound > 0 and self._failed(bound, now)

    def said_no(self, now: float) -> bool:
        """Count an answer that says that there is none; True if it is the one that leaves the endpoint out."""
        return self._failed(ANSWERS, now)

    def _failed(self, bound: int, now: float) -> bool:
        self.failures += 1
        if self._spell or self.failures < bound:
            return False
        self._spell = SHORTEST
        self._next_try = now + SHORTEST
        return True

    def answered(self) -> bool:
        """It has answered; True if that brings it back."""
        was_out = not self.is_in
        self.failures = 0
        self._spell = 0.0
        return was_out
