"""How late the event loop is: the one figure that shows that something held it, whoever it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from facade.telemetry.metrics import Metrics

INTERVAL: Final = 15.0
"""Seconds the gauge remembers a stall for, at least: the interval Prometheus is usually told to scrape at."""

PROBE: Final = 0.05
"""Seconds between two probes: any stall that is as long is seen; twenty wakes a second cost nothing measurable."""


async def watch_lag(
    metrics: Metrics, clock: Callable[[], float], interval: float, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Sleep again and again and state how much later than asked the loop woke, until cancelled.

    The gauge is the maximum of this interval and the one before, so a scrape every `interval` seconds misses no stall.
    `clock` is monotonic, in seconds.
    """
    before = 0.0
    while True:
        longest = 0.0
        end = clock() + interval
        while (slept_at := clock()) < end:
            await sleep(PROBE)
            longest = max(longest, clock() - slept_at - PROBE)
            metrics.loop_lag(max(before, longest))
        before = longest
