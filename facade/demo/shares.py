"""Is a measured share what was configured? Statistics over callers, not calls.

Pure. A caller is placed once, by the hash of a sticky key, and stays there; so callers are the independent draws, and
their number on the platform is binomial: n callers, share p, standard deviation sqrt(n p (1 - p)) callers. At 0 and at
1 the deviation is 0, and the measured share must be exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

DEVIATIONS: Final = 4
"""Tolerated distance in standard deviations: a sound share is refused once in some 16,000 measurements."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Distinct callers of one route: how many were answered, how many of them by the platform, how many by both."""

    callers: int
    platform: int
    both: int = 0

    @property
    def share(self) -> Fraction:
        """The platform's part of the callers, 0 where nobody called."""
        return Fraction(self.platform, self.callers) if self.callers else Fraction(0)


def tolerance(callers: int, share: Fraction) -> float:
    """How far the number of callers on the platform may lie from `callers * share`, in callers."""
    return DEVIATIONS * math.sqrt(callers * share * (1 - share))


def fits(measured: Measured, share: Fraction) -> bool:
    """Whether `measured` is what a facade with this configured share would show, each caller on one side only."""
    if measured.callers == 0 or measured.both:
        return False
    return abs(measured.platform - measured.callers * share) <= tolerance(measured.callers, share)


def percent(share: Fraction | float, digits: int = 1) -> str:
    """A share as an operator writes it: `12.5%`, without a needless `.0`."""
    text = f"{float(share) * 100:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
