"""Groups: a journey moves as one, so its routes are known, are in no other journey, and say no stage of their own."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from facade.config.draft import Draft, DraftGroup, DraftRoute, first_of
from facade.config.mistake import Mistake, quote
from facade.routing.route import Place

_MOVES = ("stage", "canary")


def members_are_routes(draft: Draft) -> Iterator[Mistake]:
    known = first_of(draft.routes)
    if "routes" in draft.unread:
        return
    for group, name, place in _memberships(draft):
        if name not in known:
            like = difflib.get_close_matches(name[:100], known, 1)
            mend = f"write {like[0]}, or add the route" if like else "add the route, or remove the name"
            yield Mistake(place, f"group {_named(group)} names {quote(name)}, and there is no such route", mend)


def members_are_in_one_group(draft: Draft) -> Iterator[Mistake]:
    first: dict[str, tuple[DraftGroup, Place]] = {}
    for group, name, place in _memberships(draft):
        if name not in first:
            first[name] = (group, place)
        else:
            other, earlier = first[name]
            where = "twice in its group" if other is group else f"in group {_named(other)} already"
            yield Mistake(place, f"route {quote(name)} is {where}, at {earlier}", "name it once")


def members_say_no_stage(draft: Draft) -> Iterator[Mistake]:
    for route in draft.routes:
        if route.group is None:
            continue
        for key in _MOVES:
            if route.says(key):
                what = f"route {_named(route)} says a {key} of its own, but moves with group {_named(route.group)}"
                yield Mistake(route.at(key), what, f"remove it: the group's {key} at {route.group.place} holds")


def _memberships(draft: Draft) -> Iterator[tuple[DraftGroup, str, Place]]:
    for group in draft.groups:
        for position, name in enumerate(group.members):
            yield group, name, group.at("routes", position)


def _named(written: DraftGroup | DraftRoute) -> str:
    return quote(written.name or "")
