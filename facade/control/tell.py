"""What the log says of a reload, made from its result."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import structlog

from facade.config.settings import Configuration
from facade.control.because import THE_FILE, Because
from facade.control.changes import Moved
from facade.control.roles import Outcome, ReloadResult

_AT_ONCE: Final = 10
"""Lines until the event loop is given back: a third of a millisecond, so that a thousand that move delay no call."""

_log = structlog.get_logger("facade.control.reload")


def tell(result: ReloadResult, running: Configuration, cause: str) -> None:
    """One line for the reload, and after an accepted one a line for each warning.

    `running` is what serves after it, `cause` what asked for it: `start`, `file` or `signal`.
    """
    facts = {"cause": cause, "revision": result.revision, "running": running.revision, "routes": len(running.routes)}
    if result.outcome is Outcome.REJECTED:
        _log.error("configuration rejected", **facts, reasons=[str(mistake) for mistake in result.mistakes])
    else:
        _log.info(f"configuration {result.outcome}", **facts)
    if result.outcome is Outcome.ACCEPTED:
        for warning in result.warnings:
            _log.warning("configuration warning", problem=str(warning))


async def tell_moves(moves: Iterable[Moved], because: Because = THE_FILE) -> None:
    """A line for each route that moved."""
    said = {"why": because.why, "by": because.by, "forced": because.forced}
    facts = {name: value for name, value in said.items() if value}
    for number, move in enumerate(moves, start=1):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        _log.info("route moved", route=move.route, before=move.before, after=move.after, cause=because.cause, **facts)
