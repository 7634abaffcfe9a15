"""What became of an order, as plain values: the answer of the API, and what a command says of it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.change import Changed
from facade.control.move import Plan


class Scope(enum.StrEnum):
    """What was changed: the files, which every sidecar that reads them follows, or one sidecar alone."""

    FILES = "file"
    SIDECAR = "sidecar"


@dataclass(frozen=True, slots=True)
class StandingView:
    """Where something stands; `share` is 0 to 1, None outside a canary."""

    stage: str
    share: float | None
    keys: str


class MoveView(msgspec.Struct, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """One route or group that was ordered elsewhere. `said` is the move in words."""

    name: str
    group: bool
    routes: tuple[str, ...]
    before: StandingView
    after: StandingView
    said: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """`lines` are `file:line: new text` of each changed line, `hidden` the mistakes of files that could not be looked
    through. `scope` is None where nothing had to be changed. `running` says whether all of it runs on the sidecar,
    under `revision`; `by` and `reason` are as they were given, `forced` is what it was carried past, and `problems`
    why not all is as it should be.
    """

    moves: tuple[MoveView, ...]
    lines: tuple[str, ...]
    hidden: tuple[str, ...]
    scope: Scope | None
    revision: str
    running: bool
    by: str
    reason: str
    forced: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def done(
    plans: Sequence[Plan],
    changed: Changed | None,
    because: Because,
    *,
    scope: Scope | None,
    revision: str,
    running: bool,
    forced: Iterable[str] = (),
    problems: Iterable[str] = (),
) -> Done:
    """These plans, and what was `changed` for them in the files."""
    return Done(
        moves=tuple(map(_move, plans)),
        lines=() if changed is None else changed.lines,
        hidden=() if changed is None else tuple(map(str, changed.hidden)),
        scope=scope,
        revision=revision,
        running=running,
        by=because.by,
        reason=because.why,
        forced=tuple(forced),
        problems=tuple(problems),
    )


def words(done: Done) -> Iterator[str]:
    """What was done, for a person, a line each."""
    for move in done.moves:
        yield move.said
        yield from (f"  note: {note}" for note in move.notes)
    yield from (f"  forced: {each}" for each in done.forced)
    if done.scope is not None:
        by = f"by {done.by or 'nobody named'}"
        yield f"  reason: {done.reason}, {by}" if done.reason else f"  {by}"
    yield from (f"  {line}" for line in done.lines)
    yield _where(done)
    yield from (f"not looked through: {mistake}" for mistake in done.hidden)


def _where(done: Done) -> str:
    if done.scope is Scope.FILES:
        return "the shared file was changed: every sidecar that reads it follows"
    if done.scope is None:
        return f"nothing was changed, revision {done.revision}"
    if done.problems:
        return "this one sidecar was changed and no file: it follows its file again once that says something else of it"
    return "no file had to be changed: this one sidecar does again what its file says"


def _move(plan: Plan) -> MoveView:
    subject = plan.subject
    name = f"group {subject.name} ({', '.join(subject.routes)})" if subject.is_group else subject.name
    return MoveView(
        name=subject.name,
        group=subject.is_group,
        routes=subject.routes,
        before=_standing(subject.now),
        after=_standing(plan.to),
        said=f"{name}: stays at {plan.to}" if plan.stays else f"{name}: {subject.now} -> {plan.to}",
        notes=plan.notes,
    )


def _standing(standing: Standing) -> StandingView:
    share = None if standing.share is None else float(standing.share)
    return StandingView(standing.stage, share, standing.keys)
