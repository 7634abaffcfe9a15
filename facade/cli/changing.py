"""What the commands share that give orders: they go to the running sidecar, or else into the files themselves.

A sidecar that is reached with its token carries the order out, records who gave it and why, and answers when it runs.
Without a sidecar, or without its token, whoever may write the files writes them, behind the same gate; the sidecar then
follows its files, and records that they changed and no more.
"""

from __future__ import annotations

import datetime
import getpass
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import msgspec

from facade.cli.answer import Failed, say
from facade.cli.clock import sleep, time
from facade.cli.files import find_sidecar, find_token, source
from facade.cli.following import follow
from facade.cli.sidecar import TIMEOUT, Sidecar, Unreachable
from facade.control.because import Because
from facade.control.change import change
from facade.control.done import Done, Scope, done, words
from facade.control.freezes import InForce, in_force
from facade.control.gate import pass_through
from facade.control.move import Plan
from facade.control.order import Order, Verb
from facade.control.source import Source
from facade.control.subject import Refused, Subjects
from facade.routing.stage import Stage


def ordered(arguments: Namespace, verb: Verb, *, stage: Stage | None = None, share: Fraction | None = None) -> Order:
    """The order that a command line gives. Raises `Failed`."""
    because = Because("command", arguments.reason or "", mover(arguments.by))
    name = None if getattr(arguments, "all", False) else arguments.name
    try:
        return Order(verb, name, because, stage, share, force=getattr(arguments, "force", False))
    except Refused as refused:
        raise Failed(str(refused)) from refused


def carry_out(arguments: Namespace, order: Order) -> int:
    """Give the order and answer. Exit status 1 where it was waited for and does not run, or may hide something."""
    sidecar = _find(arguments)
    token = find_token(arguments.config)
    try:
        if token is not None and isinstance(sidecar, Sidecar):
            finished, said = _by_sidecar(sidecar, token, order, arguments)
        else:
            finished, said = _by_files(sidecar, order, arguments)
    except Refused as refused:
        raise Failed(str(refused)) from refused
    where = {"sidecar": str(sidecar) if isinstance(sidecar, Sidecar) else None, "said": said}
    say({**msgspec.to_builtins(finished), **where}, (*words(finished), said), as_json=arguments.json)
    is_done = finished.running or not arguments.wait
    return 0 if is_done and not (order.name is None and finished.hidden) else 1


def _find(arguments: Namespace) -> Sidecar | Unreachable:
    try:
        return find_sidecar(arguments.admin, arguments.config)
    except Unreachable as unreachable:
        return unreachable


def _by_sidecar(sidecar: Sidecar, token: str, order: Order, arguments: Namespace) -> tuple[Done, str]:
    """Let the sidecar carry it out. What it may not write, whoever gives the order may.

    Who does not wait for it gives it as long as any answer takes, because it alone records who ordered what and why.
    """
    try:
        finished = sidecar.order(order, token, arguments.wait or TIMEOUT)
    except Unreachable:
        return _by_files(sidecar, order, arguments)
    if finished.scope is Scope.SIDECAR and finished.problems:
        finished = _written_too(finished, order, sidecar, arguments)
    return finished, "\n  ".join((_runs(finished, sidecar), *finished.problems))


def _runs(finished: Done, sidecar: Sidecar) -> str:
    if not finished.running:
        return f"not running on {sidecar}, which serves on as before:"
    if finished.scope is Scope.FILES and finished.problems:
        return f"running on {sidecar}; the files are mistaken, and nothing else of them runs until they are mended:"
    return f"running, revision {finished.revision}, on {sidecar}"


def _written_too(finished: Done, order: Order, sidecar: Sidecar, arguments: Namespace) -> Done:
    """The same in the files, if this user may write them: the sidecar, which does so already, follows them then.

    Whatever bars that, the order is carried out, and what is said of it stands.
    """
    try:
        files = source(arguments.config)
        if not _reads_these(sidecar, files):
            return finished
        changed = change(files, order.plans, sleep)
    except (Refused, Failed, Unreachable):
        return finished
    hidden = tuple(map(str, changed.hidden))
    return replace(finished, scope=Scope.FILES, lines=changed.lines, hidden=hidden, problems=())


def _reads_these(sidecar: Sidecar, files: Source) -> bool:
    """Whether these are the files that the sidecar reads."""
    revision: str = sidecar.ask("/api/config")["file"]["revision"]
    return revision == files.load().revision


def _by_files(sidecar: Sidecar | Unreachable, order: Order, arguments: Namespace) -> tuple[Done, str]:
    """Write the files, behind the gate, and wait until the sidecar runs them. Raises `Refused`."""
    files = source(arguments.config)
    forced: list[str] = []

    def wish(known: Subjects) -> Sequence[Plan]:
        plans = order.plans(known)
        forced.extend(_passed(plans, sidecar, files, force=order.force))
        return plans

    changed = change(files, wish, sleep)
    followed = follow(sidecar, changed, files, arguments.wait)
    finished = done(
        changed.plans,
        changed,
        order.because,
        scope=Scope.FILES if changed.lines else None,
        revision=changed.revision,
        running=followed.runs,
        forced=forced,
    )
    return finished, followed.said


def _passed(plans: Sequence[Plan], sidecar: Sidecar | Unreachable, files: Source, *, force: bool) -> Iterator[str]:
    """What each plan is carried past by force. Raises `Refused`."""
    if all(plan.is_safe for plan in plans):
        return
    rows: dict[str, str | None] = {}
    if isinstance(sidecar, Sidecar) and any(plan.subject.guarded for plan in plans):
        try:
            rows = {row["name"]: row.get("bars") for row in sidecar.ask("/api/routes")["routes"]}
        except Unreachable as unreachable:
            sidecar = unreachable
    for plan in plans:
        unknown = plan.subject.now.stage is not Stage.LEGACY and isinstance(sidecar, Unreachable)
        asked = (lambda _: f"what its guard says is not known, {sidecar}") if unknown else rows.get
        yield from pass_through(plan, asked, _frozen(files), force=force)


def _frozen(files: Source) -> InForce | None:
    configuration = files.load().configuration
    if configuration is None:
        return None
    now = datetime.datetime.fromtimestamp(time(), datetime.UTC)
    return in_force(configuration.settings.freeze, configuration.settings.timezone, now)


def mover(by: str | None) -> str:
    """Who moves it: `--by`, else the name of the user, which a container may not have."""
    if by and by.strip():
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
