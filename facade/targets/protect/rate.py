"""How many calls of late, and how many of them failed: a sliding window in a few buckets. Pure.

Time is an argument, of a clock that only goes forward; should it go back all the same, what is counted then counts as
of the latest moment seen.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Final

BUCKETS: Final = 10
"""Parts of a window that leave it one by one: a tenth more or less of the window is no difference to an operator."""


class _Bucket:
    """What was counted from the moment `began` on."""

    __slots__ = ("began", "calls", "failures")

    def __init__(self, began: float, calls: int = 0, failures: int = 0) -> None:
        self.began = began
        self.calls = calls
        self.failures = failures


class FailureRate:
    """Calls and failures within the last `window` seconds."""

    __slots__ = ("_buckets", "_newest", "_until", "_window", "calls", "failures")

    def __init__(self, window: float) -> None:
        self.calls = 0
        self.failures = 0
        self._window = window
        self._newest = _Bucket(0.0)
        self._buckets = deque([self._newest])
        self._until = 0.0

    def __repr__(self) -> str:
        return f"<FailureRate {self.failures} of {self.calls} in {self._window:g} s>"

    def called(self, now: float) -> None:
        """Count a call."""
        if now >= self._until:
            self._begin(now)
        self._newest.calls += 1
        self.calls += 1

    def failed(self, now: float) -> None:
        """Count a failure, of a call that is counted by itself."""
        if now >= self._until:
            self._begin(now)
        self._newest.failures += 1
        self.failures += 1

    def reaches(self, share: Fraction, calls: int) -> bool:
        """Whether at least `share` of at least `calls` calls failed, as of what was counted last."""
        return self.calls >= calls and self.failures >= share * self.calls

    def resize(self, window: float) -> None:
        """Look back another time from now on. What was counted stays, as of the latest moment."""
        self._window = window
        self._newest = _Bucket(self._newest.began, self.calls, self.failures)
        self._buckets = deque([self._newest])
        self._until = self._newest.began + window / BUCKETS

    def _begin(self, now: float) -> None:
        """Begin a bucket, and let go of those that have left the window."""
        self._newest = _Bucket(now)
        self._buckets.append(self._newest)
        self._until = now + self._window / BUCKETS
        while self._buckets[0].began <= now - self._window:
            old = self._buckets.popleft()
            self.calls -= old.calls
            self.failures -= old.failures
