"""Time that stands still until a test moves it, for what waits by the wheel."""

from __future__ import annotations

import pytest
from network import resting_wheel

from facade.wire.deadlines import Deadlines


class Time:
    """A monotonic clock and a wall's clock that go together, with the wheel that they turn."""

    def __init__(self, wheel: Deadlines) -> None:
        self.wheel = wheel
        self.unix = 1_795_431_600.0  # Monday 23 November 2026, 11:00 UTC

    def clock(self) -> float:
        return self.wheel.now

    def wall(self) -> float:
        return self.unix

    def passes(self, seconds: float) -> None:
        self.unix += seconds
        self.wheel.turn(self.wheel.now + seconds)


@pytest.fixture
async def time() -> Time:
    return Time(resting_wheel())
