"""`spawn`: the only place that starts a background task, so that none is lost and no failure is silent."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

_log = structlog.get_logger("facade.tasks")
_running: Final[set[asyncio.Task[Any]]] = set()

Result = TypeVar("Result")


def spawn(work: Coroutine[Any, Any, Result], name: str) -> asyncio.Task[Result]:
    """Run `work` in the background. It is kept alive until it ends; an exception that escapes it is logged."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    _running.add(task)
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("background task failed", task=task.get_name(), exc_info=error)
