"""What became of a call: written by the data plane when it is over, read by the control plane and the telemetry."""

from __future__ import annotations

from dataclasses import dataclass

from facade.routing.stage import Side, Stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finished call. `status` is None when the caller left or the answer was cut short; `seconds` is its duration.

    `route` is None where no route matched. `reason` is the decision's reason or the refusal's.
    """

    route: str | None
    stage: Stage | None
    side: Side
    status: int | None
    seconds: float
    reason: str
    complete: bool

    @property
    def code(self) -> str:
        """The label of `facade_requests_total`: `2xx`, or `aborted` for an answer that was never whole."""
        return f"{self.status // 100}xx" if self.complete and self.status is not None else "aborted"
