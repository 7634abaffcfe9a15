"""What the log says of a reload, made from its result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import structlog

from facade.config.settings import Configuration
from facade.control.changes import Moved, not_compared
from facade.control.roles import Outcome, ReloadResult

CAUSE_OF_MOVES: Final = "file"
"""The file is the truth: whoever wrote the stage, a route moves because its file says so."""

_log = structlog.get_logger("facade.control.reload")


def tell(result: ReloadResult, running: Configuration, cause: str, moves: Iterable[Moved] = ()) -> None:
    """One line for the reload, and after an accepted one a line for each warning and for each route that moved.

    `running` is what serves after it, `cause` what asked for it: `start`, `file` or `signal`.
    """
    facts = {"cause": cause, "revision": result.revision, "running": running.revision, "routes": len(running.routes)}
    if result.outcome is Outcome.REJECTED:
        _log.error("configuration rejected", **facts, reasons=[str(mistake) for mistake in result.mistakes])
        return
    _log.info(f"configuration {result.outcome}", **facts)
    if result.outcome is Outcome.ACCEPTED:
        for warning in (*result.warnings, *not_compared(running.routes)):
            _log.warning("configuration warning", problem=str(warning))
    for move in moves:
        _log.info("route moved", route=move.route, before=move.before, after=move.after, cause=CAUSE_OF_MOVES)
