"""What callers of a route are told of its end, frozen: its dates, what documents them, and when the end is rehearsed.

Nothing here decides or writes anything: `facade.ending` does, by the time that it is given. Times are aware.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final


@dataclass(frozen=True, slots=True)
class Announced:
    """A moment that callers are told, and the page that tells them more about it, if there is one."""

    at: datetime.datetime
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Brownout:
    """A planned refusal: from `start` to before `end`, of a `share` of the calls (0 to 1) or of all calls of `callers`.

    `why` is what callers are told. `begins` and `ends` are the same two moments as Unix time, worked out once.
    """

    start: datetime.datetime
    end: datetime.datetime
    why: str
    share: Fraction = Fraction(0)
    callers: frozenset[str] = frozenset()
    begins: float = field(init=False, repr=False, compare=False)
    ends: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "begins", self.start.timestamp())
        object.__setattr__(self, "ends", self.end.timestamp())


@dataclass(frozen=True, slots=True)
class Notice:
    """What a route's callers are told of its end, and `switched_off`: why its silo answers no more, if so."""

    deprecated: Announced | None = None
    sunset: Announced | None = None
    brownouts: tuple[Brownout, ...] = ()
    switched_off: str = ""


NOTHING: Final = Notice()
"""Most routes say nothing of their end."""
