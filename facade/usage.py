"""A sample of calls, so that it can be told beforehand what a changed configuration would have made of them.

Both planes share it: the data plane shows it every call that met a route, the control plane takes what was kept every
few minutes. Within a stretch between two such turns every call is kept with the same probability. It begins with what
the stretch before would have needed, and whenever too many are kept it is halved, and so are they, by lot. How many
calls are passed over is drawn at once (a geometric number), so one that is passed over costs one subtraction, and a
burst is not looked at call by call.

What is kept of a call is which route it met, which side answered, which of the canary's rules it met, and the place of
its sticky key. Nothing of its path, its fields or its body, and not the key.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, log1p
from typing import Final, NamedTuple

from facade.routing.decide import Facts
from facade.routing.route import Canary, Route
from facade.routing.share import place
from facade.routing.stage import Side

STRETCH: Final = 300.0
"""Seconds of a stretch. A night's calls and a rush hour's are told apart, and no more than these are lost by a kill."""

DAY: Final = 100_000
"""Calls kept of a day, at most."""

KEPT: Final = int(DAY // (86_400 / STRETCH))
"""Calls kept of each stretch: 347."""

_RULES: Final = 8
"""Met rules that are kept of a call: the first decides, the others would if it were gone."""

_ROOM: Final = 7 / 8
"""The part of a stretch's room that is aimed at: a stretch with a few more calls than the last need not be halved."""


class Kept(NamedTuple):
    """One call of the sample. `place` is that of its sticky key, None where it carried none.

    `met` are the numbers of the canary's rules that it met, `legacy_for` counted before `platform_for`.
    """

    route: Route
    side: Side
    place: int | None
    met: tuple[int, ...]


class Stretch(NamedTuple):
    """A stretch of time: how many calls met a route in it, and a uniform sample of them."""

    calls: int
    kept: tuple[Kept, ...]


class Usage:
    """The sample of the stretch that is under way. `draw` gives numbers of [0, 1)."""

    __slots__ = ("_draw", "_kept", "_next", "_part", "_until")

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._begin(part=1.0)

    def __repr__(self) -> str:
        return f"<Usage calls={self._next - self._until} kept={len(self._kept)}>"

    def seen(self, route: Route, facts: Facts, side: Side) -> None:
        """A call met this route, and this side is to answer it."""
        self._until -= 1
        if not self._until:
            self._take(kept(route, facts, side))

    def turn(self) -> Stretch:
        """End this stretch and begin the next."""
        ended = Stretch(self._next - self._until, tuple(self._kept))
        self._begin(part=min(1.0, _ROOM * KEPT / max(1, ended.calls)))
        return ended

    def _begin(self, *, part: float) -> None:
        self._kept: list[Kept] = []
        self._part = part
        self._next = self._until = self._gap()  # the number of the next call that is kept, and how many there are to it

    def _take(self, call: Kept) -> None:
        self._kept.append(call)
        while len(self._kept) > KEPT:
            self._part /= 2
            self._kept = [each for each in self._kept if self._draw() < 0.5]
        self._until = self._gap()
        self._next += self._until

    def _gap(self) -> int:
        """How many calls there are up to the next that is kept: a geometric number, 1 at least."""
        return 1 if self._part >= 1 else 1 + int(log(1 - self._draw()) / log1p(-self._part))


def kept(route: Route, facts: Facts, side: Side) -> Kept:
    """What is kept of a call."""
    canary = route.canary
    if canary is None:
        return Kept(route, side, None, ())
    return Kept(route, side, _place(canary, facts, route.group or route.name), _met(canary, facts))


def _place(canary: Canary, facts: Facts, name: str) -> int | None:
    for source in canary.by:
        key = facts.key(source)
        if key:
            return place(key, name)
    return None


def _met(canary: Canary, facts: Facts) -> tuple[int, ...]:
    rules = canary.legacy_for + canary.platform_for
    return tuple([number for number, rule in enumerate(rules) if rule.is_met(facts.values(rule.key))][:_RULES])
