"""Ctrl-C: the first signal ends the demonstration in order, and later ones do not disturb that."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_stopped(performance: Coroutine[Any, Any, None]) -> bool:
    """Run `performance`; True if it came to its end, False if a signal ended it. What it raises is raised."""
    task = asyncio.current_task()
    assert task is not None
    stopped = asyncio.Event()

    def stop() -> None:
        if not stopped.is_set():
            stopped.set()
            task.cancel()

    with _on_signals(stop):
        try:
            await performance
        except asyncio.CancelledError:
            if not stopped.is_set():
                raise
            task.uncancel()
    return not stopped.is_set()


@contextlib.contextmanager
def _on_signals(act: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
