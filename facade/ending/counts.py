"""What is known of the calls of past days: who called which route and which target, when last; and who watched.

A day is one of the operator's timezone. `UNKNOWN` is the one name of every caller that `callers.yaml` does not know,
however many there are. Nothing here holds a path, a key or a person: names come from the operator's files alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec

from facade.callers import register

UNKNOWN: Final = register.UNKNOWN
"""The caller of every call whose sender `callers.yaml` does not know."""

UNCOVERED: Final = ""
"""The route of a call that no route covers."""

NO_TARGET: Final = ""
"""The target of a call that neither a silo nor an external is asked: a platform service's, or the facade's own."""

OTHERS: Final = "(others)"
"""The route under which the calls of a caller and a target stand once the day has too many rows. No route's name."""

WHOLE: Final = 0.99
"""The part of a day that must have been watched for it to be a whole one: a restart takes seconds, an upgrade minutes.

Fourteen minutes are lacking at the most; while nobody watches nothing passes through this sidecar either.
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """The calls of one day, by one caller, of one route, to one target; `last` is aware, in UTC, to a few seconds."""

    day: datetime.date
    caller: str
    route: str
    target: str
    calls: int
    last: datetime.datetime


@dataclass(frozen=True, slots=True)
class Orphan:
    """Calls that no route covers, by the shape of their paths: at least so many, from `first` to `last`.

    `status` are the answers by class, `2xx` to `5xx`, or `aborted`. `{x}` stands for every segment that could tell
    anything of anybody, `{rest...}` for the rest of a path.
    """

    method: str
    shape: str
    calls: int
    first: datetime.date
    last: datetime.date
    status: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def candidate(self) -> str:
        """A route's `match` for it: each `{x}` with a name of its own."""
        pieces = self.shape.split("{x}")
        names = ("", *("{x}" if number == 1 else f"{{x{number}}}" for number in range(1, len(pieces))))
        return f"{self.method} " + "".join(name + piece for name, piece in zip(names, pieces, strict=True))


class DayCalls(msgspec.Struct, frozen=True, gc=False):
    """All calls of one day to one target. No work for the garbage collector, which stops the loop: there are 20,000."""

    day: datetime.date
    target: str
    calls: int


@dataclass(frozen=True, slots=True)
class CallerCalls:
    """All calls of one caller to one target; `last` as in `Counted`."""

    target: str
    caller: str
    calls: int
    last: datetime.datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of the days since one. `observed` are the seconds that this sidecar watched of each day.

    A day that is not in it was watched by nobody: that it has no rows says nothing. `whole` are those watched from
    their beginning to their end; today is never among them. `problem` is why nothing could be read, as
    `place: what is wrong; what to do`: then nothing is known of any day.
    """

    rows: tuple[Counted, ...] = ()
    observed: Mapping[datetime.date, float] = field(default_factory=lambda: MappingProxyType({}))
    whole: frozenset[datetime.date] = frozenset()
    orphans: tuple[Orphan, ...] = ()
    problem: str | None = None
