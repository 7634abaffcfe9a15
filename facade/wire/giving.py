"""How a client takes its answer: at its own pace, as long as that holds nobody up.

A client that takes next to nothing is cut when its patience is used up. One that is merely slow is let be, unless the
answer that it is sent holds a slot at a silo for which somebody waits: then it has to be brisk, as whoever sends a body
has to be.
"""

from __future__ import annotations

from typing import Final

from facade.wire.connection import SLOWEST
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.limits import Limits
from facade.wire.parting import Parting

BRISK: Final = 8 * 1024
"""Bytes a second that a client must bring of a body, or take of an answer, on average over `PAUSE`, to be spared while
others wait for the slot that its call has at a silo: an ISDN line. A GiB takes a day and a half at that, so whoever
moves one is quicker."""

PAUSE: Final = 5.0
"""Seconds without a byte that it may owe: a train's tunnel; and half of what a call waits for a slot by default."""

LOOK: Final = 1.0
"""Seconds until one that is not brisk is asked again whether it holds somebody up."""


class Giving(Parting):
    """A client's connection, as far as it takes what it is sent.

    While it is full `_looks` is when it is looked at next, and `_brisk_until` how long it has been brisk enough for.
    """

    __slots__ = ("_brisk_until", "_looks")

    def __init__(self, deadlines: Deadlines, limits: Limits) -> None:
        super().__init__(deadlines, limits)
        self._brisk_until = self._looks = NEVER

    def pause_writing(self) -> None:
        self._brisk_until = self._looks = self._deadlines.now + PAUSE
        super().pause_writing()

    def pause_reading(self) -> None:
        super().pause_reading()
        if self.full:
            self._watch_body()

    def _watch_body(self) -> None:
        if self.full:  # whatever it sends: it has to take its answer
            self._deadlines.watch(self, min(self._looks, self.until))
        else:
            super()._watch_body()

    def _look_at_reader(self) -> None:
        """What it took buys time, never more than its whole patience; without any it is cut."""
        now, taken = self._deadlines.now, self._taken()
        self.until = min(now + self.body_idle, self.until + taken / SLOWEST)
        self._brisk_until = min(now + PAUSE, self._brisk_until + taken / BRISK)
        holds_up = None if self._feeder is None else self._feeder.holds_up
        if now >= self.until or (holds_up is not None and now >= self._brisk_until and holds_up()):
            self.abort()
            return
        self._looks = NEVER if holds_up is None else max(self._brisk_until, now + LOOK)
        self._watch_body()
