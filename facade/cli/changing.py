"""What `facade move` and `facade back` share: change the file, wait for the sidecar, say what became of both.

What is said is what the sidecar runs. A file that says already what was wished for proves nothing: somebody's mistake
in another file may keep the sidecar from reading it. So the sidecar is asked then too.
"""

from __future__ import annotations

import getpass
import os
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from facade.cli.answer import Failed, say
from facade.cli.clock import monotonic, sleep
from facade.cli.files import find_sidecar, source
from facade.cli.sidecar import Sidecar, Unreachable
from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.change import Changed, Wish, change
from facade.control.move import Plan
from facade.control.source import Source
from facade.control.subject import Refused, subjects

ASK_EVERY: Final = 0.1
"""Seconds between two questions to the sidecar, which sees a changed file within about as long."""

SCOPE: Final = "the shared file was changed: every sidecar that reads it follows"


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether the running sidecar runs the change. `said` tells it in words; `sidecar` is its address, if known."""

    runs: bool
    said: str
    sidecar: str | None = None


def carry_out(arguments: Namespace, wish: Wish, reason: str | None = None, *, is_all: bool = False) -> int:
    """Change the files, wait for the sidecar, answer. Exit status 1 where it was waited for and does not run it.

    So it is where `is_all` was wished for and not all could be looked through.
    """
    try:
        changed = change(source(arguments.config), wish, sleep)
    except Refused as refused:
        raise Failed(str(refused)) from refused
    followed = _follow(arguments, changed)
    said = _lines(changed, followed, arguments, reason)
    say(_document(changed, followed, arguments, reason), said, as_json=arguments.json)
    is_done = followed.runs or not arguments.wait
    return 0 if is_done and not (is_all and changed.hidden) else 1


def _follow(arguments: Namespace, changed: Changed) -> Followed:
    """Wait until the sidecar runs the change or rejects it, or the time is up."""
    if not arguments.wait:
        return Followed(runs=False, said="not waited for: facade status says whether it runs")
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        return _wait(sidecar, changed, source(arguments.config), arguments.wait)
    except Unreachable as unreachable:
        said = "the file is changed and" if changed.lines else "the file says so already, but"
        return Followed(runs=False, said=f"{said} no sidecar was reached: {unreachable}")


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
        if rejected is not None:
            runs = _stands(sidecar, changed)
            if runs or rejected["revision"] == revision:
                return _rejected(sidecar, rejected["reasons"], runs=runs)
        if monotonic() >= until:
            return Followed(runs=False, said=_late(sidecar, config, revision, seconds), sidecar=str(sidecar))
        sleep(ASK_EVERY)


def _rejected(sidecar: Sidecar, reasons: Sequence[str], *, runs: bool) -> Followed:
    """What becomes of a change in files that the sidecar rejects: of such files only the way back runs."""
    if runs:
        told = f"running on {sidecar}; the files are mistaken, and nothing else of them runs until they are mended:"
    else:
        told = f"rejected by {sidecar}, which serves on as before; it takes effect once the files are mended:"
    return Followed(runs=runs, said="\n  ".join([told, *reasons]), sidecar=str(sidecar))


def _stands(sidecar: Sidecar, changed: Changed) -> bool:
    """Whether every route stands where it was to go, by what the sidecar runs."""
    rows = {row["name"]: row for row in sidecar.ask("/api/routes")["routes"]}
    return all(_is_at(rows.get(name), plan.to) for plan in changed.plans for name in plan.subject.routes)


def _is_at(row: Mapping[str, Any] | None, to: Standing) -> bool:
    """Whether a row of `/api/routes` says that its route stands there."""
    if row is None or row["stage"] != to.stage:
        return False
    return to.share is None or row["share"] == float(to.share)


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
    if changed.lines:
        yield f"  reason: {reason}, by {mover(arguments.by)}" if reason else f"  by {mover(arguments.by)}"
        yield from (f"  {line}" for line in changed.lines)
        yield SCOPE
    else:
        yield f"nothing was changed, revision {changed.revision}"
    yield from (f"not looked through: {mistake}" for mistake in changed.hidden)
    yield followed.said


def _told(plan: Plan) -> Iterator[str]:
    name = plan.subject.name
    if plan.subject.is_group:
        name = f"group {name} ({', '.join(plan.subject.routes)})"
    yield f"{name}: stays at {plan.to}" if plan.stays else f"{name}: {plan.subject.now} -> {plan.to}"
    yield from (f"  note: {note}" for note in plan.notes)


def _document(changed: Changed, followed: Followed, arguments: Namespace, reason: str | None) -> Mapping[str, object]:
    return {
        "moves": [_move(plan) for plan in changed.plans],
        "lines": changed.lines,
        "hidden": [str(mistake) for mistake in changed.hidden],
        "scope": "file" if changed.lines else None,
        "revision": changed.revision,
        "running": followed.runs,
        "sidecar": followed.sidecar,
        "said": followed.said,
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
