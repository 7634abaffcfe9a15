"""Names: a silo or an external, a route and a group are each called something that nothing else is called."""

from __future__ import annotations

from collections.abc import Iterator

from facade.config.draft import Draft, Named, first_of
from facade.config.mistake import Mistake, quote


def silos_have_names_of_their_own(draft: Draft) -> Iterator[Mistake]:
    """An external's name is taken too: a route says the one or the other, and so do its figures."""
    first = draft.silo_names()
    for silo in draft.silos:
        if silo.name is not None and first[silo.name] is not silo:
            other = first[silo.name]
            as_what = "" if other.kind == silo.kind else f"as the {other.kind} "
            what = f"{silo.kind} {quote(silo.name)} is there already, {as_what}at {other.at(other.kind)}"
            yield Mistake(silo.at(silo.kind), what, "rename one of the two")


def routes_have_names_of_their_own(draft: Draft) -> Iterator[Mistake]:
    return twice(draft.routes, "route", "name")


def groups_have_names_of_their_own(draft: Draft) -> Iterator[Mistake]:
    """A route's name is taken too: `facade move NAME` moves the one or the other."""
    yield from twice(draft.groups, "group", "name")
    routes = first_of(draft.routes)
    for name, group in first_of(draft.groups).items():
        if name in routes:
            what = f"group {quote(name)} is called as the route at {routes[name].at('name')}"
            yield Mistake(group.at("name"), what, "rename one of the two")


def twice(written: tuple[Named, ...], kind: str, key: str) -> Iterator[Mistake]:
    """Each that is called, by its key `key`, what another of its kind is called."""
    first = first_of(written)
    for each in written:
        if each.name is not None and first[each.name] is not each:
            other = first[each.name].at(key)
            yield Mistake(
                each.at(key), f"{kind} {quote(each.name)} is there already, at {other}", "rename one of the two"
            )
