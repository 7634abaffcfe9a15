"""`/api/preview` of the listener `admin`: what runs, to be compared with files, and a day of its calls."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import structlog

from facade.control.answers import JSON, Answerer, Pause, Question, Reply
from facade.control.preview.view import answer
from facade.control.reload import Reloader
from facade.control.usage.keep import Day, UsageKeeper

_log = structlog.get_logger("facade.control.preview")


def pages(
    reloader: Reloader, usage: UsageKeeper, clock: Callable[[], datetime.datetime], pause: Pause
) -> dict[str, Answerer]:
    """The page, by its path. `clock` tells the time, aware, in UTC."""

    async def preview(_: Question) -> Reply:
        day = await _last_day(usage)
        return Reply(200, JSON, answer(reloader.ordered, reloader.overrides.now, day, clock(), pause))

    return {"/api/preview": preview}


async def _last_day(usage: UsageKeeper) -> Day | None:
    """What was counted; what files would move can be told without it."""
    try:
        return await usage.last_day()
    except OSError as error:
        _log.warning("usage not read", problem=f"{usage}: {error.strerror}; mend `state`")
        return None
