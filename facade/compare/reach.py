"""Whether a guard's parity can ever be shown, and the sum that says so: told before a route waits for nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from facade.compare.parity import comparisons_needed


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is wrong with a guard's `key`: `what; mend`. `never` says that the guard can never pass; else it is late."""

    key: str
    text: str
    never: bool


def obstacles(parity: Fraction, compared: int, *, samples: bool) -> Iterator[Obstacle]:
    """What keeps a guard from showing its parity (a part of 1).

    `compared` is the guard's key, 0 where it has none; `samples` tells whether the route's shadow copies any call.
    """
    needed = comparisons_needed(parity)
    if needed is None:
        mend = "write less than 100%, such as 99.9%"
        yield Obstacle("parity", f"can never be shown, not by any number of equal answers; {mend}", never=True)
        return
    if not samples:
        mend = "write shadow: {sample: 10%}, or leave parity out"
        yield Obstacle("parity", f"is never measured, for nothing is compared; {mend}", never=True)
    if 0 < compared < needed:
        total = f"parity {float(parity * 100):g}% needs {needed:,} comparisons without a single difference"
        yield Obstacle("compared", f"is reached before the guard can pass, for {total}; write {needed}", never=False)
