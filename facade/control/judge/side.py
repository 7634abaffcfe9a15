"""What one side of a route has answered since the evidence began, in bounded memory."""

from __future__ import annotations

from facade.control.judge.call import ANSWERED, COUNTED, JudgedCall, Kind
from facade.control.judge.histogram import Histogram


class SideEvidence:
    """Calls of one side by what they came to, and how long its own answers took (an error's time is no answer's)."""

    __slots__ = ("kinds", "times")

    def __init__(self) -> None:
        self.kinds = [0] * len(Kind)
        self.times = Histogram()

    def __repr__(self) -> str:
        counts = " ".join(f"{kind}={self.kinds[kind]}" for kind in Kind)
        return f"<SideEvidence {counts} {self.times!r}>"

    @property
    def calls(self) -> int:
        """Calls that count: all but those whose caller hung up."""
        return sum(self.kinds[COUNTED])

    @property
    def answers(self) -> int:
        """Calls that were answered, and not with an error."""
        return sum(self.kinds[ANSWERED])

    def add(self, call: JudgedCall, kind: Kind) -> None:
        self.kinds[kind] += 1
        if kind < Kind.ERROR:
            self.times.add(call.seconds)
