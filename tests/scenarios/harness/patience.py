"""Waiting for what a real process does: poll for it, and give up after a time in which it should long have happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

PATIENCE: Final = 20.0
"""Seconds until what should happen at once is held to have failed: generous, because the machine may be busy."""

LOOK: Final = 0.01
"""Seconds between two looks."""

Value = TypeVar("Value")


def eventually(look: Callable[[], Value], what: str, patience: float = PATIENCE) -> Value:
    """What `look` returns once it is true; an AssertionError that says `what` did not happen in time."""
    deadline = time.monotonic() + patience
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not within {patience:g} s: {what}; seen last: {seen!r}"
        time.sleep(LOOK)
