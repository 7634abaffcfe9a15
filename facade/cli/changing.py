"""What `facade move` and `facade back` share: change the file, wait for the sidecar, say what became of both."""

from __future__ import annotations

import getpass
import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from facade.cli.answer import Failed, say
from facade.cli.clock import monotonic, sleep
from facade.cli.files import find_sidecar, source
from facade.cli.sidecar import Sidecar, Unreachable
from facade.config.settings import Configuration
from facade.control.change import Changed, change
from facade.control.move import Plan, Refused, subjects
from facade.control.source import Source

ASK_EVERY: Final = 0.1
"""Seconds between two questions to the sidecar, which sees a changed file within about as long."""

SCOPE: Final = "the shared file was changed: every sidecar that reads it follows"

Wish = Callable[[Configuration], Sequence[Plan]]


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether the running sidecar runs the change. `said` tells it in words; `sidecar` is its address, if known."""

    runs: bool
    said: str
    sidecar: str | None = None


def carry_out(arguments: Namespace, wish: Wish, reason: str | None = None) -> int:
    """Change the files, wait for the sidecar, answer. Exit status 1 where it was waited for and does not run it."""
    try:
        changed = change(source(arguments.config), wish, sleep)
    except Refused as refused:
        raise Failed(str(refused)) from refused
    if not changed.lines:
        say(_document(changed, None, arguments, reason), _nothing_to_do(changed), as_json=arguments.json)
        return 0
    followed = _follow(arguments, changed)
    said = _lines(changed, followed, arguments, reason)
    say(_document(changed, followed, arguments, reason), said, as_json=arguments.json)
    return 0 if followed.runs or not arguments.wait else 1


def _follow(arguments: Namespace, changed: Changed) -> Followed:
    """Wait until the sidecar runs the change or rejects it, or the time is up."""
    if not arguments.wait:
        return Followed(runs=False, said="not waited for: facade status says whether it runs")
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        return _wait(sidecar, changed, source(arguments.config), arguments.wait)
    except Unreachable as unreachable:
        return Followed(runs=False, said=f"the file is changed and no sidecar was reached: {unreachable}")


def _wait(sidecar: Sidecar, changed: Changed, files: Source, seconds: float) -> Followed:
    until, revision, before = monotonic() + seconds, changed.revision, ""
    while True:
        config = sidecar.ask("/api/config")
        running = config["running"]["revision"]
        if running == revision:
            return Followed(runs=True, said=f"running, revision {revision}, on {sidecar}", sidecar=str(sidecar))
        if running != before and _holds_later(changed, files, running):
            said = f"running together with a later change, revision {running}, on {sidecar}"
            return Followed(runs=True, said=said, sidecar=str(sidecar))
        before = running
        rejected = config["rejected"]
        if rejected is not None and rejected["revision"] == revision:
            reasons = "\n  ".join(["rejected by the sidecar, which serves on as before:", *rejected["reasons"]])
            return Followed(runs=False, said=reasons, sidecar=str(sidecar))
        if monotonic() >= until:
            return Followed(runs=False, said=_late(sidecar, config, revision, seconds), sidecar=str(sidecar))
        sleep(ASK_EVERY)


def _holds_later(changed: Changed, files: Source, running: str) -> bool:
    """Whether `running` are the files as somebody changed them after us, with our change still in them: the sidecar
    reads two changes that come close together as one, and then never runs the revision of the first.
    """
    loaded = files.load()
    now = loaded.configuration
    return now is not None and loaded.revision == running and all(_holds(plan, now) for plan in changed.plans)


def _holds(plan: Plan, now: Configuration) -> bool:
    subject = subjects(now).get(plan.subject.name)
    return subject is not None and subject.now == plan.to


def _late(sidecar: Sidecar, config: Mapping[str, Any], revision: str, seconds: float) -> str:
    return (
        f"{sidecar}: runs {config['running']['revision']} and not {revision} after {seconds:g} s; "
        "see facade status, and whether it reads these files"
    )


def _lines(changed: Changed, followed: Followed, arguments: Namespace, reason: str | None) -> Iterator[str]:
    for plan in changed.plans:
        yield from _told(plan)
    yield f"  reason: {reason}, by {mover(arguments.by)}" if reason else f"  by {mover(arguments.by)}"
    yield from (f"  {line}" for line in changed.lines)
    yield SCOPE
    yield followed.said


def _told(plan: Plan) -> Iterator[str]:
    name = plan.subject.name
    if plan.subject.is_group:
        name = f"group {name} ({', '.join(plan.subject.routes)})"
    yield f"{name}: stays at {plan.to}" if plan.stays else f"{name}: {plan.subject.now} -> {plan.to}"
    yield from (f"  note: {note}" for note in plan.notes)


def _nothing_to_do(changed: Changed) -> Iterator[str]:
    for plan in changed.plans:
        yield from _told(plan)
    yield f"nothing was changed, revision {changed.revision}"


def _document(
    changed: Changed, followed: Followed | None, arguments: Namespace, reason: str | None
) -> Mapping[str, object]:
    return {
        "moves": [_move(plan) for plan in changed.plans],
        "lines": changed.lines,
        "scope": "file" if changed.lines else None,
        "revision": changed.revision,
        "running": followed.runs if followed is not None else None,
        "sidecar": followed.sidecar if followed is not None else None,
        "said": followed.said if followed is not None else None,
        "by": mover(arguments.by),
        "reason": reason,
    }


def _move(plan: Plan) -> Mapping[str, object]:
    now, to = plan.subject.now, plan.to
    return {
        "name": plan.subject.name,
        "group": plan.subject.is_group,
        "routes": plan.subject.routes,
        "from": {"stage": now.stage, "share": None if now.share is None else float(now.share)},
        "to": {"stage": to.stage, "share": None if to.share is None else float(to.share)},
        "notes": plan.notes,
    }


def mover(by: str | None) -> str:
    """Who moves it: `--by`, else the name of the user, which a container may not have."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
