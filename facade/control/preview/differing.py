"""Which routes differ between what runs and what files say, and in what. Pure.

A route is known by its name; one whose name is gone, by what it matches: then it was renamed, and is no loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from facade.control.describe import percent
from facade.control.preview.definitions import changed
from facade.control.preview.shown import Shown
from facade.routing.route import Keys
from facade.routing.stage import Direction, Stage, judge_move


@dataclass(frozen=True, slots=True)
class Change:
    """One route that differs. `was` is None for one that is new, `will` for one that is removed."""

    was: Shown | None
    will: Shown | None

    @property
    def name(self) -> str:
        each = self.will or self.was
        assert each is not None
        return each.name

    @property
    def direction(self) -> Direction:
        """What the move means; a greater share of the same canary, or more keys, is forward."""
        was, will = self.was, self.will
        if was is None or will is None:
            return Direction.STAY
        if was.stage is will.stage is Stage.CANARY:
            return _within(was, will)
        return judge_move(was.stage, will.stage, whole=will.whole, external=will.external)

    def kinds(self) -> Iterator[str]:
        """What differs, a few words each."""
        was, will = self.was, self.will
        if was is None:
            yield "added"
        elif will is None:
            yield "removed"
        else:
            yield from _kinds(was, will)


def differing(before: Sequence[Shown], after: Sequence[Shown]) -> tuple[Change, ...]:
    """The routes that differ, in the order of the files, those that are removed last."""
    running, wanted = {each.name: each for each in before}, {each.name: each for each in after}
    gone = {_matches(each): each for each in before if each.name not in wanted}
    changes = []
    for route in after:
        was = running.get(route.name) or gone.pop(_matches(route), None)
        if was != route:
            changes.append(Change(was, route))
    return (*changes, *(Change(each, None) for each in gone.values()))


def standing(route: Shown) -> str:
    """Where it stands: its stage, and in a canary its share and what narrows it."""
    if route.stage is not Stage.CANARY or route.division is None:
        return str(route.stage)
    keys = route.division.keys
    return f"canary {percent(route.division.share)}" + ("" if keys is Keys.OPEN else f", keys: {keys}")


def _matches(route: Shown) -> tuple[object, ...]:
    return route.method, route.path, route.host, route.headers


def _kinds(was: Shown, will: Shown) -> Iterator[str]:
    if standing(was) != standing(will):
        yield f"{standing(was)} -> {standing(will)}"
    if was.name != will.name:
        yield f"was called {was.name}"
    if was.match != will.match:
        yield f"matches {will.match}, not {was.match}"
    if was.subject != will.subject and was.name == will.name:
        yield f"moves with {will.subject}, not with {was.subject}"
    for side in ("legacy", "platform"):
        before, after = getattr(was, side), getattr(will, side)
        if before != after:
            yield f"{side} {after or 'none'}, not {before or 'none'}"
    if _rules(was) != _rules(will):
        yield "its canary tells calls apart otherwise"
    yield from changed(was.stands_on, will.stands_on)
    yield from _care(was, will)
    if was.stage is will.stage and _next(was) != _next(will):
        yield "may move otherwise from here"


def _care(was: Shown, will: Shown) -> Iterator[str]:
    """What differs in how its calls are watched and kept from harm."""
    for name in ("guard", "shadow"):
        before, after = getattr(was, name), getattr(will, name)
        if before != after:
            yield f"its {name} is " + ("new" if before is None else "removed" if after is None else "another")
    if was.timeout != will.timeout:
        yield f"timeout {_seconds(will.timeout)}, not {_seconds(was.timeout)}"
    if was.fallback is not will.fallback:
        yield f"fallback {will.fallback}, not {was.fallback}"


def _seconds(timeout: float | None) -> str:
    return "none" if timeout is None else f"{timeout:g}s"


def _rules(route: Shown) -> tuple[object, ...]:
    division = route.division
    if division is None:
        return ()
    return division.by, division.without_key, division.legacy_for, division.platform_for


def _next(route: Shown) -> tuple[object, ...]:
    """What it may move by from here, and what its canary says while it stands elsewhere."""
    ways = (route.whole, route.external)
    if route.stage is Stage.CANARY or route.division is None:
        return ways
    return *ways, route.division.share, route.division.keys


def _within(was: Shown, will: Shown) -> Direction:
    """What a change of one canary means."""
    if was.division is None or will.division is None or was.division.keys is will.division.keys:
        more = will.share - was.share
    else:
        more = 1 if was.division.keys.is_less_than(will.division.keys) else -1
    if more > 0:
        return Direction.FORWARD
    return Direction.BACK if more < 0 else Direction.STAY
