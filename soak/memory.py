"""What a process held over time, and whether it grows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression
from typing import Final

MIB: Final = 2**20
_TEN_MINUTES: Final = 600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A look at a process: seconds since the first one, bytes resident, open descriptors."""

    at: float
    resident: int
    descriptors: int


def slope(samples: Sequence[Sample], warm_up: float) -> float:
    """Growth by least squares, in MiB in ten minutes, of what was seen after `warm_up` seconds."""
    warm = [each for each in samples if each.at >= warm_up]
    fitted = linear_regression([each.at for each in warm], [each.resident / MIB for each in warm])
    return fitted.slope * _TEN_MINUTES
