"""What a person may do next with a route or group: each step as an order, and as the command that gives it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from facade.config.types import format_share
from facade.control.order import Verb
from facade.control.subject import Subject
from facade.routing.stage import Direction, Stage

SHARES: Final = tuple(Fraction(percent, 100) for percent in (1, 5, 10, 25, 50, 100))
"""The shares that are offered to a canary: each doubles what may go wrong, or a little more."""

_REASON: Final = ' --reason "…"'


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `share` is offered for a canary; another may be given. `is_forward` when it gives the platform more."""

    subject: str
    verb: Verb
    stage: Stage | None = None
    share: Fraction | None = None
    is_forward: bool = False

    @property
    def choice(self) -> str:
        """What names it in a form."""
        return str(self.verb) if self.stage is None else f"{self.verb} {self.stage}"

    @property
    def to(self) -> str:
        """Where it leads, as an operator says it."""
        if self.stage is None:
            return _WITHOUT_STAGE[self.verb]
        return str(self.stage) if self.share is None else f"{self.stage} {format_share(self.share)}"

    @property
    def command(self) -> str:
        """The command line that gives the order."""
        to = "" if self.stage is None else f" {self.stage}"
        share = "" if self.share is None else f" --share {format_share(self.share)}"
        return f"facade {self.verb} {self.subject}{to}{share}{_REASON}"


_WITHOUT_STAGE: Final = {
    Verb.BACK: "back to legacy",
    Verb.HOLD: "hold: no new keys to the platform",
    Verb.EVICT: "evict: every key off the platform",
}


def steps(subject: Subject) -> tuple[Step, ...]:
    """Every step there is: forward ones first, the nearest at the head, then the ways back."""
    return (*_forward(subject), *_back(subject))


def next_step(subject: Subject) -> Step | None:
    """The nearest step forward, None at the end of the way."""
    first = next(iter(steps(subject)), None)
    return first if first is not None and first.is_forward else None


def _forward(subject: Subject) -> Iterator[Step]:
    now = subject.now
    if now.stage is Stage.CANARY:
        larger = next((share for share in SHARES if now.share is None or share > now.share), None)
        if larger is not None:
            yield Step(subject.name, Verb.MOVE, Stage.CANARY, larger, is_forward=True)
    for stage in Stage:
        if subject.direction(stage) is Direction.FORWARD:
            share = subject.written_share if stage is Stage.CANARY else None
            yield Step(subject.name, Verb.MOVE, stage, share, is_forward=True)


def _back(subject: Subject) -> Iterator[Step]:
    if subject.now.stage is Stage.CANARY:
        yield Step(subject.name, Verb.HOLD)
        yield Step(subject.name, Verb.EVICT)
    for stage in reversed(Stage):
        if subject.direction(stage) is not Direction.BACK:
            continue
        if stage is Stage.LEGACY:
            yield Step(subject.name, Verb.BACK)
        else:
            share = subject.written_share if stage is Stage.CANARY else None
            yield Step(subject.name, Verb.MOVE, stage, share)
