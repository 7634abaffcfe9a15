"""Stages: a route has one, and the sides that it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from facade.config.draft import Draft, DraftGroup, DraftRoute, Written
from facade.config.mistake import Mistake, quote
from facade.config.routes_file import GroupBlock, RouteBlock
from facade.routing.route import Route
from facade.routing.stage import Stage

ASKS_LEGACY: Final = frozenset({Stage.LEGACY, Stage.SHADOW, Stage.CANARY, Stage.PLATFORM})
"""Stages that need a legacy side: until `complete` there is a way back."""

COMPARED: Final = frozenset({"GET", "HEAD"})
"""Methods whose calls are copied to the other side."""

ASKS_PLATFORM: Final = frozenset({Stage.CANARY, Stage.PLATFORM, Stage.COMPLETE})
"""Stages that need a platform side."""


def every_route_has_one(draft: Draft) -> Iterator[Mistake]:
    for route in draft.routes:
        if route.block is not None and not route.says("stage") and route.group is None:
            what = f"route {quote(route.block.name)} has no stage"
            yield Mistake(route.place, what, "add stage: legacy, or name the route in a group")


def sides_are_there(draft: Draft) -> Iterator[Mistake]:
    for written, route in _routes(draft):
        needed = f"which stage {route.stage}{_of_group(written)} needs"
        if route.stage in ASKS_LEGACY and route.legacy is None and not written.says("legacy"):
            what = f"route {quote(route.name)} has no legacy, {needed}"
            yield Mistake(written.place, what, "add legacy: SILO.OPERATION, or SILO alone")
        if route.stage in ASKS_PLATFORM and route.platform is None and not written.says("platform"):
            what = f"route {quote(route.name)} has no platform, {needed}"
            yield Mistake(written.place, what, "add platform: http://HOST:PORT")


def canary_is_described(draft: Draft) -> Iterator[Mistake]:
    """A route or a group at stage canary says how its calls are divided."""
    alone = [each for each in draft.routes if each.group is None]
    for written, block in _blocks([*draft.groups, *alone]):
        if block is not None and block.stage is Stage.CANARY and not written.says("canary"):
            kind = "group" if isinstance(written, DraftGroup) else "route"
            what = f"{kind} {quote(block.name)} is at stage canary and has no canary"
            mend = "add canary: {share: 10%, by: cookie session}, with a share and a key of your own"
            yield Mistake(written.at("stage"), what, mend)


def canary_splits_no_writes(draft: Draft) -> Iterator[Mistake]:
    """Some of what a canary writes would be in each system, unless both see one store."""
    for written, route in _routes(draft):
        if route.stage is Stage.CANARY and route.moves_whole:
            what = (
                f"the canary{_of_group(written)} would split what route {quote(route.name)} writes: "
                f"it takes {route.match.method or 'every method'} and its records are {route.records}"
            )
            mend = "move it whole, from legacy to platform, or write records: shared if both sides see one store"
            yield Mistake(written.mover.at("stage"), what, mend)


def shadow_compares_something(draft: Draft) -> Iterator[Mistake]:
    """The stage is answered as it says; that nothing comes of it otherwise must not go unnoticed."""
    for written, route in _routes(draft):
        if route.stage is Stage.SHADOW and not route.goes_to_external and (lacks := _lacks(route)) is not None:
            what = f"route {quote(route.name)} is at stage shadow{_of_group(written)}, and nothing is compared: {lacks}"
            yield Mistake(written.mover.at("stage"), what, "legacy alone answers it; add it, or move the route on")


def _lacks(route: Route) -> str | None:
    if route.platform is None:
        return "it has no platform"
    if route.match.method is not None and route.match.method not in COMPARED:
        return f"{route.match.method} is never asked twice"
    return "it has no shadow: {sample: 10%}" if route.shadow is None or not route.shadow.sample else None


def _blocks(every: Iterable[DraftGroup | DraftRoute]) -> Iterator[tuple[Written, GroupBlock | RouteBlock | None]]:
    return ((each, each.block) for each in every)


def _routes(draft: Draft) -> Iterator[tuple[DraftRoute, Route]]:
    for written in draft.routes:
        if written.route is not None:
            yield written, written.route


def _of_group(written: DraftRoute) -> str:
    return f" of group {quote(written.group.name or '')}" if written.group is not None else ""
