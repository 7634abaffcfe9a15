"""What became of a call: written by the data plane when it is over, read by the control plane and the telemetry."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from facade.routing.stage import Side, Stage

MOST: Final = 50_000
"""Outcomes that wait: several seconds of the fastest sidecar's calls, should the control plane ever be late."""

_CODES: Final = tuple(f"{first}xx" for first in range(10))


class Outcome(NamedTuple):
    """One finished call. `status` is None when the caller left or the answer was cut short; `seconds` is its duration.

    A named tuple, because one is made for each call. `route` is None where no route matched; `reason` is the decision's
    or the refusal's. `side_seconds` is what of it the side took until its answer began, or was waited for; `left` when
    the caller did not wait for the answer. Where legacy answered because the platform had failed, `failed_after` is how
    many seconds that took. Where the facade answered for the side, `error` is the refusal's reason, and `detail` its
    sentence, if it is about the side.
    """

    route: str | None
    stage: Stage | None
    side: Side
    status: int | None
    seconds: float
    reason: str
    complete: bool
    side_seconds: float = 0.0
    left: bool = False
    failed_after: float | None = None
    error: str = ""
    detail: str = ""

    @property
    def code(self) -> str:
        """The label of `facade_requests_total`: `2xx`, or `aborted` for an answer that was never whole."""
        return _CODES[self.status // 100] if self.complete and self.status is not None else "aborted"


class Outcomes:
    """Calls of guarded routes on their way to the control plane, in order; the latest where there are too many."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[Outcome] = deque(maxlen=MOST)

    def __repr__(self) -> str:
        return f"<Outcomes waiting={len(self._waiting)}>"

    def add(self, outcome: Outcome) -> None:
        self._waiting.append(outcome)

    def take(self) -> tuple[Outcome, ...]:
        """All that wait."""
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken
