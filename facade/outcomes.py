"""What became of a call: written by the data plane when it is over, read by the control plane and the telemetry."""

from __future__ import annotations

from typing import Final, NamedTuple

from facade.routing.stage import Side, Stage

_CODES: Final = tuple(f"{first}xx" for first in range(10))


class Outcome(NamedTuple):
    """One finished call. `status` is None when the caller left or the answer was cut short; `seconds` is its duration.

    A named tuple, because one is made for each call. `route` is None where no route matched; `reason` is the decision's
    or the refusal's. `side_seconds` is what of it the side took until its answer began, or was waited for; `left` when
    the caller did not wait for the answer. Where legacy answered because the platform had failed, `failed_after` is how
    many seconds that took.
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

    @property
    def code(self) -> str:
        """The label of `facade_requests_total`: `2xx`, or `aborted` for an answer that was never whole."""
        return _CODES[self.status // 100] if self.complete and self.status is not None else "aborted"
