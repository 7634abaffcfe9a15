"""What an operator allows a moving route, frozen: how much worse than legacy its platform may be.

    guard: {calls: 1000, compared: 1000, errors: +1 point, p99: +50ms, parity: 99.5%}

`calls` and `compared` are samples that a pass needs; a failure may come sooner. A limit that is None is not checked,
but every guard checks the kinds of answers (`statuses`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction


class Quantile(enum.Enum):
    """A latency that a part of the calls does not exceed; the value is that part."""

    P50 = Fraction(50, 100)
    P95 = Fraction(95, 100)
    P99 = Fraction(99, 100)

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class LatencyMargin:
    """How much slower the platform may be: `seconds`, or a `share` of legacy's own time (a part of 1), or both."""

    seconds: float = 0.0
    share: Fraction = Fraction(0)

    def above(self, seconds: float) -> float:
        """The platform's limit where legacy takes `seconds`."""
        return seconds * (1 + float(self.share)) + self.seconds


@dataclass(frozen=True, slots=True)
class Guard:
    """The limits of one route. `errors` and `parity` are parts of 1: `+1 point` is 1/100, `99.5%` is 995/1000."""

    calls: int = 0
    compared: int = 0
    errors: Fraction | None = None
    p50: LatencyMargin | None = None
    p95: LatencyMargin | None = None
    p99: LatencyMargin | None = None
    parity: Fraction | None = None

    @property
    def latencies(self) -> tuple[tuple[Quantile, LatencyMargin], ...]:
        """The quantiles that are checked, and by how much they may rise."""
        margins = zip(Quantile, (self.p50, self.p95, self.p99), strict=True)
        return tuple((quantile, margin) for quantile, margin in margins if margin is not None)
