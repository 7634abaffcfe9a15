"""What an operator's order would do, or why not: a plan, made before any file is touched.

Pure. Whether the plan may be carried out now is for `gate` to say. From `complete` on there is no way back, because
legacy is unplugged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from facade.config.standing import Standing
from facade.config.types import format_share
from facade.control.subject import Refused, Subject, Subjects
from facade.routing.route import Keys
from facade.routing.stage import Direction, Stage

UNPLUGGED: Final = frozenset({Stage.COMPLETE, Stage.GONE})
"""Stages in which legacy is unplugged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One move. `share` and `keys` are what is to be written, None to leave what is; nothing is done where it `stays`.

    `skips` names the stages that it leaves out, which only a forced move may.
    """

    subject: Subject
    to: Standing
    share: Fraction | None = None
    keys: Keys | None = None
    notes: tuple[str, ...] = ()
    skips: tuple[Stage, ...] = ()

    @property
    def stays(self) -> bool:
        return self.subject.now == self.to

    @property
    def is_safe(self) -> bool:
        """Whether it gives the platform no more than it has: such a plan is carried out at any time."""
        return self.stays or self.subject.is_back(self.to)


def plan_move(subject: Subject, stage: Stage, share: Fraction | None) -> Plan:
    """The move to a stage, and in a canary to a share; `Refused` where the stage machine has no such move."""
    if share is not None and stage is not Stage.CANARY:
        raise Refused(f"{subject.name}: only a canary has a share; leave --share out, or move it to canary")
    direction = subject.direction(stage)
    if direction is Direction.CLOSED:
        raise Refused(_closed(subject, stage))
    skips = _skipped(subject, stage) if direction is Direction.SKIP else ()
    if stage is Stage.CANARY:
        return Plan(subject, _canary(subject, share), share, Keys.OPEN, skips=skips)
    return Plan(subject, Standing(stage), skips=skips)


def plan_keys(subject: Subject, keys: Keys) -> Plan:
    """No new keys to the platform (`HOLD`), or every key off it (`EVICT`); `Refused` outside a canary."""
    now = subject.now
    if now.stage is not Stage.CANARY:
        raise Refused(
            f"{subject.name}: stands in {now}, and only a canary has keys to {keys}; use facade back to take it back"
        )
    return Plan(subject, replace(now, keys=keys), keys=keys)


def plan_back(subject: Subject, to: Fraction | None) -> Plan:
    """The move back to legacy, or, with `to`, to a smaller share for the platform."""
    stage = subject.now.stage
    if stage in UNPLUGGED:
        raise Refused(_closed(subject, Stage.LEGACY))
    if to is None or stage is Stage.LEGACY:
        return Plan(subject, Standing(Stage.LEGACY))
    if subject.whole:
        raise Refused(_closed(subject, Stage.CANARY))
    if to >= _platform_part(subject.now):
        raise Refused(
            f"{subject.name}: {format_share(to)} is no smaller share than that of {subject.now}; "
            "give a smaller one, or use facade move"
        )
    keys = subject.now.keys
    return Plan(subject, replace(_canary(subject, to), keys=keys), to, keys)


def plan_back_all(known: Subjects, to: Fraction | None) -> tuple[Plan, ...]:
    """The way back of all that has one and would change. What is complete stays, and its plan says why."""
    every = dict.fromkeys(known.values())
    return tuple(plan for subject in every for plan in _back_of_all(subject, to))


def _back_of_all(subject: Subject, to: Fraction | None) -> Iterator[Plan]:
    if subject.now.stage is Stage.COMPLETE:
        yield Plan(subject, subject.now, notes=("legacy is unplugged, there is no way back",))
    elif subject.now.stage not in {Stage.GONE, Stage.LEGACY} and (to is None or _platform_part(subject.now) > to):
        # What cannot be divided goes back as a whole: a smaller share was asked for, and none is one.
        yield plan_back(subject, None if subject.whole else to)


def _canary(subject: Subject, share: Fraction | None) -> Standing:
    if subject.written_share is None:
        raise Refused(
            f"{subject.name}: a canary needs a key that tells callers apart; "
            "write canary: {share: 10%, by: cookie session} below its stage, then move it"
        )
    return Standing(Stage.CANARY, subject.written_share if share is None else share)


def _platform_part(now: Standing) -> Fraction:
    if now.stage is Stage.CANARY:
        return now.share or Fraction(0)
    return Fraction(1) if now.stage is Stage.PLATFORM else Fraction(0)


def _closed(subject: Subject, to: Stage) -> str:
    now = subject.now.stage
    if now in UNPLUGGED:
        return (
            f"{subject.name}: stage {now} has no way back, its legacy side is unplugged; "
            f"if legacy still runs and you mean it, write stage: {to} into its file by hand"
        )
    if subject.external and to is Stage.SHADOW:
        return (
            f"{subject.name}: it goes to an external, which is never asked what legacy answers; "
            f"move it to {Stage.PLATFORM if subject.whole else Stage.CANARY}"
        )
    return (
        f"{subject.name}: a canary would leave some of what it writes in each system; "
        "move it whole, to platform, or write records: shared if both sides see one store"
    )


def _skipped(subject: Subject, to: Stage) -> tuple[Stage, ...]:
    order = list(Stage)
    between = order[order.index(subject.now.stage) + 1 : order.index(to)]
    passed_over = {Stage.CANARY: subject.whole, Stage.SHADOW: subject.external}
    return tuple(stage for stage in between if not passed_over.get(stage))
