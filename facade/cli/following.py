"""Waiting for a running sidecar to run what was changed in its files, and what is said of it.

What is said is what the sidecar runs. A file that says already what was wished for proves nothing: somebody's mistake
in another file may keep the sidecar from reading it. So the sidecar is asked then too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from facade.cli.clock import monotonic, sleep
from facade.cli.sidecar import Sidecar, Unreachable
from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.change import Changed
from facade.control.move import Plan
from facade.control.source import Source
from facade.control.subject import subjects
from facade.routing.route import Keys

ASK_EVERY: Final = 0.1
"""Seconds between two questions to the sidecar, which sees a changed file within about as long."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether the running sidecar runs the change. `said` tells it in words."""

    runs: bool
    said: str


def follow(sidecar: Sidecar | Unreachable, changed: Changed, files: Source, seconds: float) -> Followed:
    """Wait until the sidecar runs the change or rejects it, or the time is up; 0 seconds do not wait."""
    if not seconds:
        return Followed(runs=False, said="not waited for: facade status says whether it runs")
    try:
        if isinstance(sidecar, Unreachable):
            raise sidecar
        return _wait(sidecar, changed, files, seconds)
    except Unreachable as unreachable:
        said = "the file is changed and" if changed.lines else "the file says so already, but"
        return Followed(runs=False, said=f"{said} no sidecar was reached: {unreachable}")


def _wait(sidecar: Sidecar, changed: Changed, files: Source, seconds: float) -> Followed:
    until, revision, before = monotonic() + seconds, changed.revision, ""
    while True:
        config = sidecar.ask("/api/config")
        running = config["running"]["revision"]
        if running == revision:
            return Followed(runs=True, said=f"running, revision {revision}, on {sidecar}")
        if running != before and _holds_later(changed, files, running):
            said = f"running together with a later change, revision {running}, on {sidecar}"
            return Followed(runs=True, said=said)
        before = running
        rejected = config["rejected"]
        if rejected is not None:
            runs = _stands(sidecar, changed)
            if runs or rejected["revision"] == revision:
                return _rejected(sidecar, rejected["reasons"], runs=runs)
        if monotonic() >= until:
            return Followed(runs=False, said=_late(sidecar, config, revision, seconds))
        sleep(ASK_EVERY)


def _rejected(sidecar: Sidecar, reasons: Sequence[str], *, runs: bool) -> Followed:
    """What becomes of a change in files that the sidecar rejects: of such files only the way back runs."""
    if runs:
        told = f"running on {sidecar}; the files are mistaken, and nothing else of them runs until they are mended:"
    else:
        told = f"rejected by {sidecar}, which serves on as before; it takes effect once the files are mended:"
    return Followed(runs=runs, said="\n  ".join([told, *reasons]))


def _stands(sidecar: Sidecar, changed: Changed) -> bool:
    """Whether every route stands where it was to go, by what the sidecar runs."""
    rows = {row["name"]: row for row in sidecar.ask("/api/routes")["routes"]}
    return all(_is_at(rows.get(name), plan.to) for plan in changed.plans for name in plan.subject.routes)


def _is_at(row: Mapping[str, Any] | None, to: Standing) -> bool:
    """Whether a row of `/api/routes` says that its route stands there."""
    if row is None or row["stage"] != to.stage or (row["keys"] or Keys.OPEN) != to.keys:
        return False
    return to.share is None or to.keys is Keys.EVICT or row["share"] == float(to.share)


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
