"""Brown-outs: planned, announced, short refusals that rehearse the end of a route. Pure.

The law of this file: a brown-out refuses what its operator wrote and nothing else, and says so. Of `callers` it refuses
every call, so that one who does not know yet will find out; a `share` is drawn call by call, so that nobody is shut out
and a call that is sent again goes through. What is refused is asked of no side: nothing is left half done.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil
from typing import Final

from facade.problem import Problem
from facade.routing.decide import Facts
from facade.routing.notice import Brownout
from facade.routing.route import Key, KeyKind
from facade.wire.refusals import BROWNOUT

LONGEST: Final = datetime.timedelta(hours=4)
"""Of brown-outs that a route may have within a day: what takes longer is no rehearsal. Half a working day shows it to
all who call daily, and leaves them the other half to be served in."""

DAY: Final = datetime.timedelta(days=1)

MOST: Final = 50
"""Brown-outs of one route: one a week for a year. Each call of the route looks through them."""

_CALLER: Final = Key(KeyKind.CALLER)


class State(enum.StrEnum):
    """Where a brown-out is in time; `stopped` where it would be ahead or on, and all are stopped."""

    AHEAD = "ahead"
    ON = "on"
    OVER = "over"
    STOPPED = "stopped"


def refusing(brownouts: Iterable[Brownout], now: float, facts: Facts, draw: Callable[[], float]) -> Brownout | None:
    """The brown-out that refuses this call; None if none does. `now` is Unix time; `draw` gives numbers of [0, 1)."""
    for each in brownouts:
        if not each.begins <= now < each.ends:
            continue
        if each.callers:
            caller = facts.key(_CALLER)
            if caller is not None and caller.decode() in each.callers:
                return each
        elif draw() < each.share:
            return each
    return None


def problem(brownout: Brownout, now: float) -> Problem:
    """What a caller is told: why, since when and until when, and when to come again."""
    start, end = (moment.isoformat(timespec="seconds") for moment in (brownout.start, brownout.end))
    return replace(
        BROWNOUT,
        detail=f"This operation will be switched off, and its end is rehearsed from {start} until {end}: "
        f"{brownout.why}",
        retry_after=max(1, ceil(brownout.ends - now)),
        members=(("why", brownout.why), ("from", start), ("until", end)),
    )


def state(brownout: Brownout, now: float, *, stopped: bool) -> State:
    """Where it is in time."""
    if now >= brownout.ends:
        return State.OVER
    if stopped:
        return State.STOPPED
    return State.ON if now >= brownout.begins else State.AHEAD


def crowded(brownouts: Iterable[Brownout]) -> Brownout | None:
    """The first brown-out from whose start on a day holds more than `LONGEST` of them; None if none does."""
    ordered = sorted(brownouts, key=lambda each: each.begins)
    for position, first in enumerate(ordered):
        within = [each for each in ordered[position:] if each.begins < first.begins + DAY.total_seconds()]
        if sum(each.ends - each.begins for each in within) > LONGEST.total_seconds():
            return first
    return None
