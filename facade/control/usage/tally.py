"""A day's sample added up: how many calls and keys each band of places stands for. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from facade.control.usage.sample import BANDS, FINGERPRINT_BITS, Basis, Mark, Sample

_PLACED: Final = BANDS + 1
"""The bands of a basis, and the calls without a key before them."""


class Band(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Calls of one basis whose keys lie in one band of places; `band` is None for those without a key.

    `calls` is how many there were, by what the sample says; `keys` how many different ones are in the sample.
    """

    basis: int
    band: int | None
    calls: float
    keys: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of a day: its `calls`, of which `sampled` were kept, and these by what they have in common."""

    calls: int = 0
    sampled: int = 0
    bases: tuple[Basis, ...] = ()
    bands: tuple[Band, ...] = field(default=(), repr=False)


@dataclass(slots=True)
class _Sums:
    """Sums by basis and band, and the keys that were counted. Numbers only: a day has 100,000 of them, and Python's
    collector would stop the event loop for 40 ms to look through as many containers.
    """

    calls: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    keys: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    counted: set[int] = field(default_factory=set)

    def add(self, basis: int, mark: Mark, calls: float) -> None:
        at = basis * _PLACED + (0 if mark.band is None else mark.band + 1)
        self.calls[at] += calls
        key = at << FINGERPRINT_BITS | mark.key
        if mark.band is not None and key not in self.counted:
            self.counted.add(key)
            self.keys[at] += 1

    def bands(self) -> Iterator[Band]:
        for at, calls in self.calls.items():
            basis, placed = divmod(at, _PLACED)
            yield Band(basis, placed - 1 if placed else None, round(calls, 3), self.keys.get(at, 0))


def tally(samples: Iterable[Sample]) -> Tally:
    """Add up a day. Each call of a sample stands for as many as its stretch had for each that it kept.

    The calls of a stretch that kept none are added to the next.
    """
    calls = sampled = waiting = 0
    bases: dict[Basis, int] = {}
    sums = _Sums()
    for sample in samples:
        calls += sample.calls
        sampled += len(sample.marks)
        waiting += sample.calls
        numbers = [bases.setdefault(basis, len(bases)) for basis in sample.bases]
        for mark in sample.marks:
            sums.add(numbers[mark.basis], mark, waiting / len(sample.marks))
        waiting = 0 if sample.marks else waiting
    return Tally(calls, sampled, tuple(bases), tuple(sums.bands()))
