"""What `facade move` and `facade back` would do, or why not: a plan, judged before any file is touched.

Pure. A route of a group has no stage of its own, so its group moves. Moves are not gated here: a step that is skipped
is done, and said. From `complete` on there is no way back, because legacy is unplugged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from facade.config.settings import Configuration
from facade.config.types import format_share
from facade.routing.route import Canary, Route
from facade.routing.stage import Direction, Stage, judge_move

UNPLUGGED: Final = frozenset({Stage.COMPLETE, Stage.GONE})
"""Stages in which legacy is unplugged."""


class Refused(Exception):  # noqa: N818 - the answer to an operator's wish, not a defect
    """The wish goes against the stage machine or the files. The text is `place: what; what to do`, a line each."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage, and in a canary its share, 0 to 1."""

    stage: Stage
    share: Fraction | None = None

    def __str__(self) -> str:
        return str(self.stage) if self.share is None else f"{self.stage} {format_share(self.share)}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What moves as one: a route, or a group with its routes. `whole` when a canary would split their records."""

    name: str
    routes: tuple[str, ...]
    now: Standing
    whole: bool
    written_share: Fraction | None = None
    """The share of its canary as written, whether or not its stage is canary now."""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One move. `share` is what is to be written, None to leave what is; nothing is to be done where `stays`."""

    subject: Subject
    to: Standing
    share: Fraction | None = None
    notes: tuple[str, ...] = ()

    @property
    def stays(self) -> bool:
        return self.subject.now == self.to


def subjects(configuration: Configuration) -> Mapping[str, Subject]:
    """Everything that moves as one, by the name of each group and of each route."""
    by_name = {route.name: route for route in configuration.routes}
    found: dict[str, Subject] = {}
    for route in configuration.routes:
        found[route.name] = _subject(route.name, (route,), route.stage, route.canary, is_group=False)
    for group in configuration.groups:
        routes = tuple(by_name[name] for name in group.routes)
        subject = _subject(group.name, routes, group.stage, group.canary, is_group=True)
        found.update(dict.fromkeys((*group.routes, group.name), subject))
    return found


def find(configuration: Configuration, name: str) -> Subject:
    """The route or group of this name, or the group that a route of this name belongs to; `Refused` if none."""
    subject = subjects(configuration).get(name)
    if subject is None:
        known = ", ".join(sorted(subjects(configuration))) or "none"
        raise Refused(f"{name}: no route or group has this name; the names are: {known}")
    return subject


def plan_move(subject: Subject, stage: Stage, share: Fraction | None) -> Plan:
    """The move to a stage, and in a canary to a share; `Refused` where the stage machine has no such move."""
    if share is not None and stage is not Stage.CANARY:
        raise Refused(f"{subject.name}: only a canary has a share; leave --share out, or move it to canary")
    direction = judge_move(subject.now.stage, stage, whole=subject.whole)
    if direction is Direction.CLOSED:
        raise Refused(_closed(subject, stage))
    notes = (_skipped(subject, stage),) if direction is Direction.SKIP else ()
    to = _canary(subject, share) if stage is Stage.CANARY else Standing(stage)
    return Plan(subject, to, share, notes)


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
    return Plan(subject, _canary(subject, to), to)


def plan_back_all(configuration: Configuration, to: Fraction | None) -> tuple[Plan, ...]:
    """The way back of all that has one and would change. What is complete stays, and its plan says why."""
    every = dict.fromkeys(subjects(configuration).values())
    return tuple(plan for subject in every for plan in _back_of_all(subject, to))


def _back_of_all(subject: Subject, to: Fraction | None) -> Iterator[Plan]:
    if subject.now.stage is Stage.COMPLETE:
        yield Plan(subject, subject.now, notes=("legacy is unplugged, there is no way back",))
    elif subject.now.stage not in {Stage.GONE, Stage.LEGACY} and (to is None or _platform_part(subject.now) > to):
        # What cannot be divided goes back as a whole: a smaller share was asked for, and none is one.
        yield plan_back(subject, None if subject.whole else to)


def _subject(name: str, routes: tuple[Route, ...], stage: Stage, canary: Canary | None, *, is_group: bool) -> Subject:
    share = canary.share if canary is not None else None
    return Subject(
        name=name,
        routes=tuple(route.name for route in routes),
        now=Standing(stage, share if stage is Stage.CANARY else None),
        whole=any(route.moves_whole for route in routes),
        written_share=share,
        is_group=is_group,
    )


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
    return (
        f"{subject.name}: a canary would leave some of what it writes in each system; "
        "move it whole, to platform, or write records: shared if both sides see one store"
    )


def _skipped(subject: Subject, to: Stage) -> str:
    order = list(Stage)
    between = order[order.index(subject.now.stage) + 1 : order.index(to)]
    left_out = [stage for stage in between if not (subject.whole and stage is Stage.CANARY)]
    return f"this skips {' and '.join(left_out)}"
