"""Fallback: a safe call that the platform failed is answered by legacy, for routes that say `fallback: reads`.

The law of this file: it is a net and no way of life. A failure is no answer in time, or 502, 503, 504, but for what the
facade itself lacks; it still counts against the platform. Only calls that change nothing fall back, once, within the
call's own time, and of a route's calls no more than a tenth: a platform that fails more than that is to be moved back,
and legacy is not to be surprised by it.
"""

from __future__ import annotations

from typing import Final

from facade.problem import Refusal
from facade.routing.route import Fallback, Route
from facade.routing.stage import Side
from facade.targets.protect.protection import FAILED
from facade.targets.request import Request
from facade.targets.served import Served
from facade.targets.target import Target
from facade.wire import refusals

_METHODS: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})

_EARNED: Final = 0.1
"""Fallbacks that each call of a route earns: a tenth of them may fall back."""

_SAVED: Final = 10.0
"""Fallbacks that are there from the start, and saved at the most: a quiet route's few calls are caught too."""


class PlatformFailed(Exception):  # noqa: N818 - what happened to one call, and no defect
    """The platform answered 502, 503 or 504, and legacy is to be asked instead."""


class Fallbacks:
    """The fallbacks that each route has left: a number for each name that ever had some."""

    def __init__(self) -> None:
        self._left: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<Fallbacks {self._left}>"

    def of(self, served: Served, side: Side, request: Request) -> Target | None:
        """Who answers this call if the platform fails it: legacy, or nobody."""
        if served.route.fallback is not Fallback.READS or side is not Side.PLATFORM:
            return None
        name = served.route.name
        left = self._left[name] = min(self._left.get(name, _SAVED) + _EARNED, _SAVED)
        is_safe = request.head.method in _METHODS and request.body.length == 0 and not request.head.upgrade()
        return served.reading_legacy if is_safe and left >= 1 else None

    def spend(self, route: Route) -> None:
        """A call fell back."""
        self._left[route.name] -= 1


def is_failure(failure: Refusal | PlatformFailed) -> bool:
    """Whether legacy is to be asked instead."""
    if isinstance(failure, PlatformFailed):
        return True
    return failure.problem.status in FAILED and failure.problem not in refusals.OURS
