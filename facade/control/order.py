"""An operator's order, whichever way it came: what is to move, why, and on whose word. Pure."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from facade.config.mistake import printable
from facade.control.because import Because
from facade.control.move import Plan, plan_back, plan_back_all, plan_keys, plan_move
from facade.control.subject import LONGEST_NAME, Refused, Subjects, find
from facade.routing.route import Keys
from facade.routing.stage import Stage

LONGEST_TOLD: Final = 500
"""Characters of a reason or a name, which others read in logs and lists."""


class Verb(enum.StrEnum):
    """What an operator may order, by the command's name."""

    MOVE = "move"
    BACK = "back"
    HOLD = "hold"
    EVICT = "evict"


_KEYS: Final = {Verb.HOLD: Keys.HOLD, Verb.EVICT: Keys.EVICT}


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `name` is a route or a group; None means all, which only goes back.

    `stage` is where a move leads, `share` the platform's of a canary then, 0 to 1. `force` carries it past its gate.
    `revision` is the one that whoever gives the order has seen running, None if nothing hangs on it.
    """

    verb: Verb
    name: str | None
    because: Because
    stage: Stage | None = None
    share: Fraction | None = None
    force: bool = False
    revision: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if (self.verb is Verb.MOVE) is (self.stage is None):
            raise Refused("stage: a move leads to one, and nothing else does; give it to move alone")
        if self.name is None and self.verb is not Verb.BACK:
            raise Refused(f"{self.verb}: goes for one route or group; name it")
        if self.share is not None and self.verb in _KEYS:
            raise Refused(f"share: {self.verb} leaves the share as it is; leave it out, or use facade move")
        if self.force and not (self.because.by and self.because.why):
            raise Refused("force: wants a name and a reason; give both")

    def plans(self, known: Subjects) -> Sequence[Plan]:
        """What it comes to, where this is what there is. Raises `Refused`."""
        if self.name is None:
            return plan_back_all(known, self.share)
        subject = find(known, self.name)
        if self.verb in _KEYS:
            return (plan_keys(subject, _KEYS[self.verb]),)
        if self.stage is None:
            return (plan_back(subject, self.share),)
        return (plan_move(subject, self.stage, self.share),)

    def __str__(self) -> str:
        what = "everything" if self.name is None else printable(self.name[:LONGEST_NAME])
        return f"{self.verb} {what}" if self.stage is None else f"{self.verb} {what} {self.stage}"
