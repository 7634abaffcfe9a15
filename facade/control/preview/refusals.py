"""What a pipeline is to refuse of changed files, each as a sentence that says what to do. Pure.

The file is the truth, and a sidecar runs all of this if it gets it: skipped steps, moves in a freeze, lost routes. So
this is the place where somebody hears of it before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from facade.control.preview.differing import Change, standing
from facade.control.preview.shown import Shown
from facade.routing.stage import Direction

LOST: Final = 5
"""A table that lost more than one in so many of its routes is taken for files that are not whole."""

FORWARD: Final = frozenset({Direction.FORWARD, Direction.SKIP})


def steps(changes: Iterable[Change], frozen: str | None) -> Iterator[str]:
    """Moves against the stage machine, and moves forward while `frozen`, which says which freeze is in force."""
    for change in changes:
        if change.was is None or change.will is None:
            continue
        way = f"{standing(change.was)} -> {standing(change.will)}"
        if change.direction is Direction.SKIP:
            yield f"{change.name}: {way} skips a stage; move it one stage at a time"
        if change.direction is Direction.CLOSED:
            yield f"{change.name}: {way} is no way that a route goes; see facade move, which says why"
        if frozen is not None and change.direction in FORWARD:
            yield f"{change.name}: {way} is forward, and {frozen}; wait until then, or use facade move --force"


def losses(before: Sequence[Shown], changes: Iterable[Change]) -> Iterator[str]:
    """More than a fifth of the routes, or all of a silo's, that the files have no longer."""
    gone = [change.was for change in changes if change.will is None and change.was is not None]
    mend = "put them back, or say --allow-loss if they are meant to go"
    if len(gone) * LOST > len(before):
        yield f"routes: {len(gone)} of {len(before)} are missing, more than a fifth; {mend}"
    had, lost = (Counter(route.silo for route in routes if route.silo is not None) for routes in (before, gone))
    for silo, number in lost.items():
        if number == had[silo]:
            routes = "its only route is" if number == 1 else f"all of its {number} routes are"
            yield f"silo {silo}: {routes} missing; {mend}"
