"""A route with what its sides point at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from facade.routing.route import Route
from facade.routing.stage import Side, Stage
from facade.targets.announced import Announced
from facade.targets.target import Target

ASKS_LEGACY: Final = frozenset({Stage.LEGACY, Stage.SHADOW, Stage.CANARY, Stage.PLATFORM})
"""Stages in which legacy may be asked: in `platform` by the way back; from `complete` on it is unplugged."""

ASKS_PLATFORM: Final = frozenset({Stage.SHADOW, Stage.CANARY, Stage.PLATFORM, Stage.COMPLETE})


COMPARES: Final = frozenset({Stage.SHADOW, Stage.CANARY, Stage.PLATFORM})
"""Stages in which a route has two sides that can be asked the same."""


@dataclass(frozen=True, slots=True)
class Shadowing:
    """Who is asked the same again, over connections of their own, and for which parts of the calls, 0 to 1."""

    legacy: Target
    platform: Target
    sample: float
    noise: float


@dataclass(frozen=True, slots=True)
class Served:
    """A route, ready to serve. A side that its stage never asks is None: it is unplugged.

    `reading_legacy` is legacy where asking it changes nothing; `announced` what its answers say of the route's end.
    """

    route: Route
    legacy: Target | None
    platform: Target | None
    own: Target | None
    shadowing: Shadowing | None = None
    reading_legacy: Target | None = None
    announced: Announced | None = None

    def side(self, side: Side) -> Target | None:
        """The target of the side that a decision named."""
        if side is Side.LEGACY:
            return self.legacy
        return self.platform if side is Side.PLATFORM else self.own
