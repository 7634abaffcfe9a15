"""What callers are told who are not let in: each a 503 that says when to come back. Nobody asked the silo for them."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import Final

from facade.problem import Problem
from facade.wire import refusals

SOON: Final = 1
"""Seconds after which to come back where nothing better is known; the field has no shorter time but none."""

WAITED_IN_VAIN: Final = replace(
    refusals.FULL, detail="The system behind this route had no room for this call in time; it was not asked."
)

BEING_TRIED: Final = replace(
    refusals.CLOSED,
    detail="The system behind this route failed too many calls; a few are sent to see whether it is back.",
    retry_after=SOON,
)


def resting(seconds: float) -> Problem:
    """The silo failed too many calls and is left alone for some seconds more."""
    retry_after = max(SOON, math.ceil(seconds))
    detail = f"The system behind this route failed too many calls; it is not asked again for {retry_after} s."
    return replace(refusals.CLOSED, detail=detail, retry_after=retry_after)


def closed(opens: datetime.datetime, now: float) -> Problem:
    """The silo has closed and opens at a moment, told by the clock that the moment carries. `now` is Unix time."""
    when = f"{opens:%A} {opens.day} {opens:%B %Y} at {opens:%H:%M} ({opens.tzinfo})"
    return replace(
        refusals.CLOSED,
        detail=f"The system behind this route is closed now; it opens on {when}.",
        retry_after=max(SOON, math.ceil(opens.timestamp() - now)),
    )
