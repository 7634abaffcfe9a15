"""`platform.path` read backwards: from a path that a service names to the platform's path that leads there. Pure.

A route that rewrites paths sends `/claims/{number}` to `/v2/claims/{number}`. When the service then names
`/v2/claims/17`, its caller has to be told `/claims/17`. The route's own template is tried first, then those of all
routes that lead to the same service; a path that fits none stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from facade.routing.path import literal_form, normalise
from facade.routing.route import Match, PlatformService, Route, Segment, SegmentKind
from facade.routing.template import parse_path
from facade.routing.trie import Node, shape

_BELOW: Final = (Segment(SegmentKind.REST, "..."),)
"""Whatever lies below a path; no parameter of an operator's can be called so."""

_Segments = tuple[Segment, ...]
_Urls = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Filling:
    """How a path that fits becomes another: each part is a literal, or which segments of the path stand there."""

    parts: tuple[str | slice, ...]

    def filled(self, segments: Sequence[str]) -> str:
        pieces: list[str] = []
        for part in self.parts:
            pieces += [part] if isinstance(part, str) else segments[part]
        return "/" + "/".join(pieces)


_Table = Node[_Filling]


class Reversal:
    """How one route's paths are read backwards. `path` is for what is linked to, `scope` for what a cookie is for.

    Worked out when the first answer asks for them: a thousand routes may come with one reload.
    """

    def __init__(self, route: Route, path: str, urls: _Urls, reversals: Reversals) -> None:
        self._route = route.match
        self._path = path
        self._urls = urls
        self._reversals = reversals

    def path(self, path: bytes) -> bytes:
        """The platform's path for a path of the service."""
        return _reversed(path, self._own, self._reversals.everywhere(self._urls, self._route.host))

    def scope(self, path: bytes) -> bytes:
        """The platform's path for that of a cookie, which stands for all below it.

        What both templates end with is left out, so that a cookie for `/v2` is for `/` where `/v2/claims/{number}` is
        `/claims/{number}`.
        """
        return _reversed(path, self._scope)

    @cached_property
    def _own(self) -> _Table:
        return _table([(parse_path(self._path), self._route.segments)])

    @cached_property
    def _scope(self) -> _Table:
        return _table([_without_common_end(parse_path(self._path), self._route.segments)])


class Reversals:
    """The reversals of all routes that rewrite paths, by service and by the host of those who may take them."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[_Urls, list[tuple[str, Match]]] = {}
        self._known: dict[tuple[_Urls, str | None], _Table] = {}
        for route in routes:
            if isinstance(route.platform, PlatformService) and route.platform.path is not None:
                self._routes.setdefault(route.platform.urls, []).append((route.platform.path, route.match))

    def of(self, route: Route, service: PlatformService) -> Reversal | None:
        """How paths are read that `service` names in its answers on `route`; None where that passes them as sent."""
        return None if service.path is None else Reversal(route, service.path, service.urls, self)

    def everywhere(self, urls: _Urls, host: str | None) -> _Table:
        """Those of every route to the service at `urls` that a caller of this host may take."""
        if (urls, host) not in self._known:
            matches = [each for each in self._routes.get(urls, ()) if each[1].host in (None, host)]
            self._known[urls, host] = _table((parse_path(path), match.segments) for path, match in matches)
        return self._known[urls, host]


def _reversed(path: bytes, *tables: _Table) -> bytes:
    sent = path.decode("latin-1")
    normal = normalise(sent)
    if normal is None:
        return path
    literals = [literal_form(segment) for segment in normal.split("/")]
    for table in tables:
        for filling in table.leaves(literals):
            return filling.filled(sent.split("/")).encode("latin-1")
    return path


def _table(ends: Iterable[tuple[_Segments, _Segments]]) -> _Table:
    """Templates of a service with the routes' own. Of two that cannot be told apart the first one is taken."""
    table, seen = _Table(), set()
    for target, route in ends:
        parts = _parts(target, route)
        template = shape(Match("", target))
        if parts is not None and template not in seen:
            seen.add(template)
            table.plant(template, _Filling(parts))
    return table


def _parts(target: _Segments, route: _Segments) -> tuple[str | slice, ...] | None:
    """How a path of the target's template becomes one of the route's; None where it does not say all that takes."""
    stands: dict[Segment, str | slice] = {
        segment: slice(at, at + 1 if segment.kind is SegmentKind.ONE else None)
        for at, segment in enumerate(target, start=1)
    }
    for segment in route:
        if segment.kind is SegmentKind.LITERAL:
            stands[segment] = segment.text
    return tuple(stands[segment] for segment in route) if stands.keys() >= set(route) else None


def _without_common_end(target: _Segments, route: _Segments) -> tuple[_Segments, _Segments]:
    common = 0
    while common < min(len(target), len(route)) and target[-common - 1] == route[-common - 1]:
        common += 1
    return target[: len(target) - common] + _BELOW, route[: len(route) - common] + _BELOW
