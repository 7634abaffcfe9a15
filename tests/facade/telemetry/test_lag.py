"""The gauge of the event loop's lateness, on a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from facade.telemetry.lag import PROBE, watch_lag
from facade.telemetry.metrics import Metrics

INTERVAL = 10 * PROBE


async def shown(late: Iterable[float]) -> list[float]:
    """What the gauge shows after each probe, when each wakes so late."""
    metrics = Metrics("1", [])
    now = 0.0
    values: list[float] = []
    lateness = iter(late)

    async def sleep(seconds: float) -> None:
        nonlocal now
        values.append(float(metrics._loop_lag.value))
        try:
            now += seconds + next(lateness)
        except StopIteration:
            raise asyncio.CancelledError from None

    with pytest.raises(asyncio.CancelledError):
        await watch_lag(metrics, lambda: now, INTERVAL, sleep)
    return values[1:]


async def test_a_loop_that_is_never_late_shows_nothing() -> None:
    assert await shown([0.0] * 30) == pytest.approx([0.0] * 30)


async def test_a_stall_shows_at_once_and_until_a_whole_interval_has_passed() -> None:
    values = await shown([0.0, 0.3] + [0.0] * 40)
    assert values[1] == pytest.approx(0.3)
    assert values[10] == pytest.approx(0.3)
    assert values[-1] == pytest.approx(0.0)


async def test_the_longest_of_several_stalls_counts() -> None:
    assert max(await shown([0.02, 0.1, 0.05])) == pytest.approx(0.1)
