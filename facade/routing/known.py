"""Which sticky keys the platform has answered for, remembered without keeping one: what `hold` needs to know.

A key is known by its place (`share`), which is spread over a Bloom filter (Bloom, Space/time trade-offs in hash coding
with allowable errors, 1970): a key that was noted is always known, and a few others are taken for known. A filter takes
no more once a quarter of its bits are set; a larger one is added then, and all are asked (Almeida and others, Scalable
Bloom filters, 2007). So 1 in 64 new keys is taken for known once 25,000 are remembered, 1 in 32 once 420,000
are, 1 in 20 with 2.2 million; what is beyond that is told (`Fullness`). Nothing that was noted can be read back. A
process that restarts knows nobody, so that every key is new to it: the safer side of the two.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final, NamedTuple, Protocol

_WIDTHS: Final = (18, 22, 24)
"""Bits of an index of each filter of a canary in turn: 32 KiB, then 512 KiB, then 2 MiB."""

_PROBES: Final = 3
"""Bits that a key sets in a filter."""

_FULL: Final = 4
"""A filter is full once one in so many of its bits is set: one new key in 4**3 is then taken for known."""

_STEP: Final = 24
"""Where in a place its second hash begins. The highest bits say how large a share takes it, so they tell keys apart
least, and are not used."""

_CANARIES: Final = 1_000
"""Canaries that are remembered at once, 32 MiB: nobody moves a thousand journeys at a time. Beyond it keys are new."""

_GROWTH: Final = 32 * 1024**2
"""Bytes of all larger filters together: twelve canaries of millions of keys. Beyond it the last of each fills up."""

TOO_MANY: Final = 0.05
"""The part of new keys taken for known from which on it is told: `hold` then lets many through."""


class Known(Protocol):
    """What a decision may ask and tell about the keys of a canary, which goes by its group's or its route's name."""

    def note(self, name: str, place: int) -> None:
        """The platform answers the key at this place."""
        ...

    def knows(self, name: str, place: int) -> bool:
        """Whether the platform has answered it before."""
        ...


class Fullness(NamedTuple):
    """How much is remembered of a canary: about so many `keys`, and which part of new ones is taken for known."""

    keys: int
    mistaken: float

    @property
    def warning(self) -> str | None:
        """What is to be said of it, if anything."""
        if self.mistaken <= TOO_MANY:
            return None
        return (
            f"about {self.keys:,} keys are remembered here, and {self.mistaken:.0%} of new ones are taken for known: "
            "hold lets these through; lower the share instead"
        )


NOTHING_KNOWN: Final = Fullness(0, 0.0)


class _Filter:
    """One Bloom filter; `bits_set` counts those of `bits` that are. A place sets bits by double hashing.

    (Kirsch and Mitzenmacher, Less hashing, same performance: building a better Bloom filter, 2006.)
    """

    __slots__ = ("_index", "bits", "bits_set")

    def __init__(self, width: int) -> None:
        self._index = (1 << width) - 1
        self.bits = bytearray((1 << width) // 8)
        self.bits_set = 0

    @property
    def is_full(self) -> bool:
        return self.bits_set * _FULL >= self._index + 1

    @property
    def keys(self) -> float:
        """About how many it was told (Swamidass and Baldi, Mathematical correction for fingerprints, 2007)."""
        size = self._index + 1
        return -size / _PROBES * math.log1p(-min(self.bits_set, size - 1) / size)

    @property
    def mistaken(self) -> float:
        """The part of places never noted that it has all the same."""
        return float((self.bits_set / (self._index + 1)) ** _PROBES)

    def has(self, place: int) -> bool:
        index, bits = self._index, self.bits
        first, step = place & index, place >> _STEP | 1
        second, third = first + step & index, first + 2 * step & index
        return bool(
            bits[first >> 3] >> (first & 7) & bits[second >> 3] >> (second & 7) & bits[third >> 3] >> (third & 7) & 1
        )

    def add(self, place: int) -> None:
        step = place >> _STEP | 1
        for probe in range(_PROBES):
            at = place + probe * step & self._index
            mask = 1 << (at & 7)
            if not self.bits[at >> 3] & mask:
                self.bits[at >> 3] |= mask
                self.bits_set += 1


class KnownKeys:
    """The keys of every canary on this sidecar."""

    __slots__ = ("_filters", "_grown")

    def __init__(self) -> None:
        self._filters: dict[str, list[_Filter]] = {}
        self._grown = 0

    def __repr__(self) -> str:
        return f"<KnownKeys of {len(self._filters)} canaries>"

    def note(self, name: str, place: int) -> None:
        filters = self._filters.get(name)
        if filters is None:
            if len(self._filters) >= _CANARIES:
                return
            filters = self._filters[name] = [_Filter(_WIDTHS[0])]
        for each in filters:
            if each.has(place):
                return
        if filters[-1].is_full:
            self._grow(filters)
        filters[-1].add(place)

    def knows(self, name: str, place: int) -> bool:
        return any(each.has(place) for each in self._filters.get(name, ()))

    def fullness(self, name: str) -> Fullness:
        """How much is remembered of a canary."""
        filters = self._filters.get(name, ())
        return Fullness(round(sum(each.keys for each in filters)), 1 - math.prod(1 - each.mistaken for each in filters))

    def keep(self, names: Collection[str]) -> None:
        """Forget the canaries that are none any more."""
        for name in self._filters.keys() - set(names):
            self._grown -= sum(len(each.bits) for each in self._filters.pop(name)[1:])

    def _grow(self, filters: list[_Filter]) -> None:
        """Add a larger filter, if there is one and room for it."""
        if len(filters) == len(_WIDTHS):
            return
        width = _WIDTHS[len(filters)]
        size = (1 << width) // 8
        if self._grown + size <= _GROWTH:
            self._grown += size
            filters.append(_Filter(width))


class Unnoted:
    """The same keys for somebody who only asks what would be decided: nothing is noted."""

    __slots__ = ("_known",)

    def __init__(self, known: Known | None = None) -> None:
        self._known = known

    def note(self, name: str, place: int) -> None:
        """Nothing: nobody was answered."""

    def knows(self, name: str, place: int) -> bool:
        return self._known is not None and self._known.knows(name, place)


UNNOTED: Final = Unnoted()
