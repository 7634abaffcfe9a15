"""The chapters of the story that `facade demo --once` tells: one route from legacy to the end of the old system, and
then payments, which are never in two systems by halves: they move whole, from the old cashier to a provider.

Pure. The story obeys what every operator is held to: forward one stage at a time and only on the guard's pass. Its one
bad release is published at a quarter of the callers; the route goes back by itself, and nobody gives a command for it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from facade.demo.citizens import PAYMENTS, ROUTE
from facade.demo.service import FAILS_EVERY
from facade.routing.stage import Stage

Command = tuple[str, ...]
"""The words of one `facade` command."""


class Happening(enum.Enum):
    """What happens to the world around the facade; the value is how it is told."""

    BAD_RELEASE = f"the platform's new release fails one read in {FAILS_EVERY}"
    MENDED = "the release is mended"
    SWITCHED_OFF = "the land register's old web server is switched off"
    HIRED = "a payment provider is hired; until now citizens have paid the old cashier, and nobody stops for this"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step: its name, what an operator types, and the stage and the platform's share that it leads `route` to.

    `first` is what happens before the commands. `by_itself` says that nobody types anything: the guard leads there.
    """

    name: str
    commands: tuple[Command, ...]
    stage: Stage
    share: Fraction
    first: Happening | None = None
    by_itself: bool = False
    route: str = ROUTE


def move(stage: Stage, reason: str, share: str | None = None, route: str = ROUTE) -> Command:
    """`facade move` of a route."""
    shared = () if share is None else ("--share", share)
    return ("move", route, str(stage), *shared, "--reason", reason)


_ALL, _NONE = Fraction(1), Fraction(0)
_TO_PROVIDER: Final = move(Stage.PLATFORM, "no till has to be kept", route=PAYMENTS)
_MENDED: Final = (
    ("back", ROUTE, "--reason", "its file says what runs"),
    move(Stage.SHADOW, "the release is mended"),
    move(Stage.CANARY, "as it was, and more", "50%"),
)

CHAPTERS: Final = (
    Chapter("legacy", (), Stage.LEGACY, _NONE),
    Chapter("shadow", (move(Stage.SHADOW, "are the answers the same?"),), Stage.SHADOW, _NONE),
    Chapter("canary 10%", (move(Stage.CANARY, "a first tenth", "10%"),), Stage.CANARY, Fraction(1, 10)),
    Chapter("canary 25%", (move(Stage.CANARY, "nobody noticed", "25%"),), Stage.CANARY, Fraction(1, 4)),
    Chapter("by itself", (), Stage.LEGACY, _NONE, first=Happening.BAD_RELEASE, by_itself=True),
    Chapter("canary 50%", _MENDED, Stage.CANARY, Fraction(1, 2), first=Happening.MENDED),
    Chapter("platform", (move(Stage.PLATFORM, "half of them are content"),), Stage.PLATFORM, _ALL),
    Chapter("complete", (move(Stage.COMPLETE, "legacy is unplugged"),), Stage.COMPLETE, _ALL),
    Chapter("switched off", (), Stage.COMPLETE, _ALL, first=Happening.SWITCHED_OFF),
    Chapter("provider", (_TO_PROVIDER,), Stage.PLATFORM, _ALL, first=Happening.HIRED, route=PAYMENTS),
)
