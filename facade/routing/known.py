"""Which sticky keys the platform has answered for, remembered without keeping one: what `hold` needs to know.

A key is known by its place (`share`), which is spread over a Bloom filter (Bloom, Space/time trade-offs in hash coding
with allowable errors, 1970): a key that was noted is always known, and of 50,000 noted ones 8 in 100 new keys are taken
for known, of 10,000 one in 700. Nothing that was noted can be read back. A process that restarts knows nobody, so that
every key is new to it: the safer side of the two.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Protocol

_WIDTH: Final = 18
"""Bits of an index: 2**18 bits are 32 KiB for each canary that has seen a call."""

_INDEX: Final = (1 << _WIDTH) - 1

_CANARIES: Final = 1_000
"""Canaries that are remembered at once, 32 MiB: nobody moves a thousand journeys at a time. Beyond it keys are new."""


class Known(Protocol):
    """What a decision may ask and tell about the keys of a canary, which goes by its group's or its route's name."""

    def note(self, name: str, place: int) -> None:
        """The platform answers the key at this place."""
        ...

    def knows(self, name: str, place: int) -> bool:
        """Whether the platform has answered it before."""
        ...


class KnownKeys:
    """The keys of every canary on this sidecar."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits: dict[str, bytearray] = {}

    def __repr__(self) -> str:
        return f"<KnownKeys of {len(self._bits)} canaries>"

    def note(self, name: str, place: int) -> None:
        bits = self._bits.get(name)
        if bits is None:
            if len(self._bits) >= _CANARIES:
                return
            bits = self._bits[name] = bytearray((_INDEX + 1) // 8)
        first, second, third = place & _INDEX, place >> _WIDTH & _INDEX, place >> 2 * _WIDTH & _INDEX
        bits[first >> 3] |= 1 << (first & 7)
        bits[second >> 3] |= 1 << (second & 7)
        bits[third >> 3] |= 1 << (third & 7)

    def knows(self, name: str, place: int) -> bool:
        bits = self._bits.get(name)
        if bits is None:
            return False
        indexes = (place & _INDEX, place >> _WIDTH & _INDEX, place >> 2 * _WIDTH & _INDEX)
        return all(bits[index >> 3] >> (index & 7) & 1 for index in indexes)

    def keep(self, names: Collection[str]) -> None:
        """Forget the canaries that are none any more."""
        for name in self._bits.keys() - set(names):
            del self._bits[name]


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
