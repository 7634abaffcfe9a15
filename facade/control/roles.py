"""What a reload means for the four roles of a configuration: file, accepted, running, rejected. Pure.

A role keeps the moment at which its revision first had it, so a file that stays mistaken shows since when it has been.
"""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

from facade.config.mistake import Mistake
from facade.control.view import ConfigView, RejectedView, RevisionView


class Outcome(enum.StrEnum):
    """How a reload ended; also the label of `facade_config_reloads_total`."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReloadResult:
    """The whole truth of one reload: log, metric and admin answer are made from it.

    `revision` is that of the files; `mistakes` are empty unless they were rejected. `running` is set where files were
    rejected and routes went back all the same: the revision of what ran before, with these moves.
    """

    outcome: Outcome
    revision: str
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    running: str | None = None


def began(result: ReloadResult, at: datetime.datetime) -> ConfigView:
    """The roles of a sidecar that started on its files."""
    now = RevisionView(result.revision, at)
    return ConfigView(file=now, accepted=now, running=now)


def began_from_state(kept: RevisionView, result: ReloadResult, at: datetime.datetime) -> ConfigView:
    """The roles of a sidecar that started on the configuration it had kept, because `result` rejected the files."""
    return ConfigView(
        file=RevisionView(result.revision, at),
        accepted=kept,
        running=RevisionView(kept.revision, at),
        rejected=_rejected(None, result, at),
        from_state=True,
    )


def follow(view: ConfigView, result: ReloadResult, at: datetime.datetime) -> ConfigView:
    """The roles after a reload."""
    file = view.file if view.file.revision == result.revision else RevisionView(result.revision, at)
    if result.outcome is Outcome.REJECTED:
        rejected = _rejected(view.rejected, result, at)
        if result.running is None:
            return ConfigView(file, view.accepted, view.running, rejected, view.from_state)
        back = RevisionView(result.running, at)
        return ConfigView(file, back, back, rejected, view.from_state)
    if result.outcome is Outcome.UNCHANGED:
        return ConfigView(file, view.accepted, view.running)
    now = RevisionView(result.revision, at)
    return ConfigView(file=file, accepted=now, running=now)


def _rejected(before: RejectedView | None, result: ReloadResult, at: datetime.datetime) -> RejectedView:
    same = before is not None and before.revision == result.revision
    since = before.at if before is not None and same else at
    return RejectedView(result.revision, since, tuple(str(mistake) for mistake in result.mistakes))
