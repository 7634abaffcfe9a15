"""What differs between two configurations that matters to an operator: routes that moved, settings that need a restart.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from facade.config.mistake import Mistake
from facade.config.settings import Configuration, Settings
from facade.config.standing import standing_of
from facade.routing.route import Place, Route

FIXED: Final = ("listen", "observe", "admin", "admin_token", "state")
"""Settings that are read at start only: sockets are open and files are held by them."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A route whose stage or share is another one now. `before` and `after` are in an operator's words."""

    route: str
    before: str
    after: str


def moved(before: Iterable[Route], after: Iterable[Route]) -> Iterator[Moved]:
    """The routes that are in both and stand elsewhere now. A new route has not moved."""
    known = {route.name: standing(route) for route in before}
    for route in after:
        was, now = known.get(route.name), standing(route)
        if was is not None and was != now:
            yield Moved(route.name, was, now)


def same(before: Configuration, after: Configuration) -> bool:
    """Whether two configurations mean the same: their text is the same, and so are the secrets that it names."""
    return (
        before.revision == after.revision
        and before.systems == after.systems
        and before.callers == after.callers
        and before.settings.admin_token == after.settings.admin_token
    )


def standing(route: Route) -> str:
    """Where a route stands, in an operator's words."""
    return str(standing_of(route.stage, route.canary))


def needs_restart(started: Settings, now: Settings) -> tuple[Mistake, ...]:
    """A warning for each setting that the running sidecar, started with `started`, cannot change."""
    return tuple(
        Mistake(
            Place("facade.yaml", 0),
            f"{name} was changed and the running sidecar keeps the old one",
            "restart it for the new one",
        )
        for name in FIXED
        if getattr(started, name) != getattr(now, name)
    )
