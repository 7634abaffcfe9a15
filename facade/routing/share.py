"""Where a sticky key lies in a canary: the same key lies at the same place, on every replica, with nothing shared.

The law of this file: a key's place is `xxh64(key, seed = xxh64(name)) / 2**64`, and the platform answers the places
below the share. The interval is half-open: 0 % takes nobody, 100 % everybody, and a share that is raised keeps every
key it had. The name is the group's, else the route's; it is the seed so that two canaries do not take the same callers
first.

All in whole numbers: a place is 0 to 2**64 - 1, a share is the number of places it takes.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Final

from xxhash import xxh64_intdigest

PLACES: Final = 2**64
"""How many places there are: as many as xxh64 has values."""

_NAMES: Final = 16_384
"""Seeds kept; above the 10,000 routes a table is measured with. A forgotten seed costs 0.3 us, nothing else."""


def place(key: bytes, name: str) -> int:
    """The place of a key as sent, 0 to 2**64 - 1, in the canary of the group or route `name`."""
    return xxh64_intdigest(key, _seed(name))


def threshold(share: Fraction) -> int:
    """How many places a share (0 to 1) takes, 0 to 2**64.

    A place is below it exactly when `place / 2**64 < share`. Raises ValueError for a share that is not within 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0% and 100%; write one that does")
    return -(-share.numerator * PLACES // share.denominator)


@lru_cache(maxsize=_NAMES)
def _seed(name: str) -> int:
    return xxh64_intdigest(name.encode())
