"""What is left over once nobody asks any more: nothing but what was there before, give or take a little."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

SLACK: Final = 5
"""Descriptors more or less that say nothing: a scrape under way, a file being watched."""

_PATIENCE: Final = 45.0
"""Seconds until what is left must be gone: idle connections to targets are kept for half a minute."""

_LOOK: Final = 0.2


def is_settled(now: int, before: int) -> bool:
    return abs(now - before) <= SLACK


def settled(count: Callable[[], int], before: int, patience: float = _PATIENCE) -> tuple[int, float]:
    """What is counted once it is back at `before`, or when patience ends, and the seconds until then."""
    began = time.monotonic()
    while not is_settled(now := count(), before) and time.monotonic() - began < patience:
        time.sleep(_LOOK)
    return now, time.monotonic() - began
