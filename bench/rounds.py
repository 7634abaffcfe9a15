"""Paired rounds: in each, every contender is measured once, and compared with the baseline of the same round.

On a machine that others use too, a minute ago is another machine. A ratio within one round holds; the median of the
ratios is told, and their spread says how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.accounting import Used
from bench.load import Load


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender in one round."""

    load: Load
    used: Used

    @property
    def cpu(self) -> float:
        """CPU seconds a request."""
        return self.used.cpu / self.load.requests

    @property
    def user(self) -> float:
        return self.used.user / self.load.requests

    @property
    def system(self) -> float:
        return self.used.system / self.load.requests


Round = Mapping[str, Measured]
"""Every contender of one round by its name."""

Measure = Callable[[Measured], float]


@dataclass(frozen=True, slots=True)
class Spread:
    """Some figures of one kind: their median, least and most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        return cls(median(figures), min(figures), max(figures))


def figures(rounds: Sequence[Round], name: str, measure: Measure) -> Spread:
    """A contender's own figures over all rounds."""
    return Spread.of([measure(each[name]) for each in rounds])


def ratios(rounds: Sequence[Round], name: str, baseline: str, measure: Measure) -> Spread:
    """A contender's figures over the baseline's of the same round."""
    return Spread.of([measure(each[name]) / measure(each[baseline]) for each in rounds])


def order(names: Sequence[str], number: int) -> list[str]:
    """Who goes when in round `number`: everybody once, each first in turn, so that nobody always follows the same."""
    at = number % len(names)
    return [*names[at:], *names[:at]]
