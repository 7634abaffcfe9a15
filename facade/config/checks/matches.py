"""Matches: there is something to match, no two routes match the same, and a parameter that is named is in the path."""

from __future__ import annotations

from collections.abc import Iterator

from facade.config.draft import Draft, DraftRoute
from facade.config.mistake import Mistake, listed, quote
from facade.config.nodes import Step
from facade.config.routes_file import PlatformBlock
from facade.routing.route import Canary, Key, KeyKind, Place, Route, SegmentKind
from facade.routing.table import conflicts
from facade.targets.template import PathTemplate
from facade.wire.methods import KNOWN, NEVER_SERVED


def there_are_routes(draft: Draft) -> Iterator[Mistake]:
    """A table without routes refuses everybody; that is a missing file more often than a wish."""
    if not draft.routes and not draft.unread:
        place = draft.facade.place if draft.facade else Place("facade.yaml", 1)
        yield Mistake(place, "the configuration has no routes", "write some in routes/<domain>.yaml, beside this file")


def no_two_match_the_same(draft: Draft) -> Iterator[Mistake]:
    written = {id(route.route): route for route in draft.routes}
    for first, second in conflicts(route.route for route in draft.routes if route.route is not None):
        what = f"route {quote(second.name)} matches the same as route {quote(first.name)} at {first.place}"
        yield Mistake(written[id(second)].at("match"), what, "change one of the two, or remove it")


def methods_are_served(draft: Draft) -> Iterator[Mistake]:
    """A method that no request can have here makes a route that nobody can reach."""
    for route in draft.routes:
        method = None if route.route is None else route.route.match.method
        if method is not None and (method not in KNOWN or method in NEVER_SERVED):
            what = f"{method} is never served, so nobody can reach this route"
            yield Mistake(route.at("match"), what, "write one that is, such as GET or POST, or none for all")


def successors_lead_elsewhere(draft: Draft) -> Iterator[Mistake]:
    """A route that is gone and sends its callers to itself sends them round for ever."""
    for route in draft.routes:
        if route.route is not None and route.route.successor == route.route.match.path:
            what = "successor is the route's own path, so its callers would be sent round for ever"
            yield Mistake(route.at("successor"), what, "write the path that took its place, or remove it")


def keys_are_in_the_path(draft: Draft) -> Iterator[Mistake]:
    """A sticky key or a rule `path NAME` names a parameter of every route that it is for."""
    for route in draft.routes:
        if route.route is None or route.route.canary is None:
            continue
        known = parameters(route.route)
        for steps, key in canary_keys(route.route.canary):
            if key.kind is KeyKind.PATH and key.name not in known:
                what = f'the key "{key}" names no parameter of route {quote(route.route.name)}'
                yield Mistake(route.mover.at("canary", *steps), what, _known(known))


def templates_fill_from_the_path(draft: Draft) -> Iterator[Mistake]:
    """The paths that a route sends its calls to are filled from its own."""
    for route in draft.routes:
        if route.route is None or route.block is None:
            continue
        known = parameters(route.route)
        for steps, template in _templates(route):
            for name in sorted(template - known):
                what = f"{'.'.join(map(str, steps))} names {{{name}}}, which the match of the route lacks"
                yield Mistake(route.at(*steps), what, _known(known))


def parameters(route: Route) -> frozenset[str]:
    """The names in a route's path template."""
    return frozenset(each.text for each in route.match.segments if each.kind is not SegmentKind.LITERAL)


def _templates(route: DraftRoute) -> Iterator[tuple[tuple[Step, ...], frozenset[str]]]:
    block = route.block
    if block is not None and isinstance(block.platform, PlatformBlock) and block.platform.path is not None:
        yield ("platform", "path"), _names(block.platform.path)
    if block is not None and block.successor is not None:
        yield ("successor",), _names(block.successor)


def _names(template: str) -> frozenset[str]:
    segments = PathTemplate.parse(template).segments
    return frozenset(each.text for each in segments if each.kind is not SegmentKind.LITERAL)


def canary_keys(canary: Canary) -> Iterator[tuple[tuple[Step, ...], Key]]:
    """Every key that a canary names, and where it stands in it."""
    for position, key in enumerate(canary.by):
        yield ("by", position), key
    for rules, conditions in (("platform_for", canary.platform_for), ("legacy_for", canary.legacy_for)):
        for position, condition in enumerate(conditions):
            yield (rules, position), condition.key


def _known(names: frozenset[str]) -> str:
    if not names:
        return "name another: this path has no parameters"
    return f"name one of {listed(sorted(names))}"
