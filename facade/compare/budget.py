"""What a comparison may cost: a number of steps, and a time that the caller watches. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

STEPS: Final = 100_000
"""Values looked at in one comparison, in about a tenth of a second: four times all those of the largest body, so that
what differs in it is found before its arrays are tried in another order."""

_GLANCE: Final = 256
"""Steps between two looks at the time: about 0.2 ms."""


class Exhausted(Exception):  # noqa: N818 - it reads as a predicate of the budget, and is no error of ours
    """The budget is spent; says of what: `steps` or `time`."""


class Budget:
    """One comparison's. `expired` says that its time is over."""

    __slots__ = ("_expired", "left")

    def __init__(self, expired: Callable[[], bool], steps: int = STEPS) -> None:
        self.left = steps
        self._expired = expired

    def __repr__(self) -> str:
        return f"<Budget {self.left} steps left>"

    def spend(self) -> None:
        """Look at one value. Raises Exhausted when there is nothing left."""
        self.left -= 1
        if self.left < 0:
            raise Exhausted("steps")
        if self.left % _GLANCE == 0 and self._expired():
            raise Exhausted("time")
