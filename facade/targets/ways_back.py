"""`platform.path` read backwards: from a path that a service names to the platform's path that leads there. Pure.

A route that rewrites paths sends `/claims/{number}` to `/v2/claims/{number}`. When the service then names
`/v2/claims/17`, its caller has to be told `/claims/17`. The route's own template is tried first, then those of all
routes that lead to the same service; a path that fits none stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from facade.routing.path import literal_form, normalise
from facade.routing.route import Match, PlatformService, Route, Segment, SegmentKind
from facade.routing.template import parse_path
from facade.routing.trie import Node, shape

_BELOW: Final = (Segment(SegmentKind.REST, "..."),)
"""Whatever lies below a path; no parameter of an operator's can be called so."""

_Segments = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """How a path that fits becomes another: each part is a literal, or which segments of the path stand there."""

    parts: tuple[str | slice, ...]

    def filled(self, segments: Sequence[str]) -> str:
        pieces: list[str] = []
        for part in self.parts:
            pieces += [part] if isinstance(part, str) else segments[part]
        return "/" + "/".join(pieces)


_Ways = Node[_Way]


class WaysBack:
    """The ways back from one route's service. `path` is for what is linked to, `scope` for what a cookie is for."""

    __slots__ = ("_everywhere", "_own", "_scope")

    def __init__(self, route: Route, target: _Segments, everywhere: _Ways) -> None:
        self._own = _ways([(target, route.match.segments)])
        self._scope = _ways([_without_common_end(target, route.match.segments)])
        self._everywhere = everywhere

    def path(self, path: bytes) -> bytes:
        """The platform's path for a path of the service."""
        return _back(path, self._own, self._everywhere)

    def scope(self, path: bytes) -> bytes:
        """The platform's path for that of a cookie, which stands for all below it.

        What both templates end with is left out, so that a cookie for `/v2` is for `/` where `/v2/claims/{number}` is
        `/claims/{number}`.
        """
        return _back(path, self._scope)


class Atlas:
    """The ways back of all routes that rewrite paths, worked out as far as somebody asks."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[str, list[tuple[Route, _Segments]]] = {}
        for route in routes:
            if isinstance(route.platform, PlatformService) and route.platform.path is not None:
                segments = parse_path(route.platform.path)
                self._routes.setdefault(route.platform.url, []).append((route, segments))
        self._known: dict[tuple[str, str | None], _Ways] = {}

    def ways_back(self, route: Route, service: PlatformService) -> WaysBack | None:
        """The ways back for what `service` answers on `route`; None where the route passes paths as they are."""
        if service.path is None:
            return None
        return WaysBack(route, parse_path(service.path), self._everywhere(service.url, route.match.host))

    def _everywhere(self, url: str, host: str | None) -> _Ways:
        """Those of every route to this service that a caller of this host may take."""
        if (url, host) not in self._known:
            routes = self._routes.get(url, ())
            ends = [(target, route.match.segments) for route, target in routes if route.match.host in (None, host)]
            self._known[url, host] = _ways(ends)
        return self._known[url, host]


def _back(path: bytes, *tables: _Ways) -> bytes:
    sent = path.decode("latin-1")
    normal = normalise(sent)
    if normal is None:
        return path
    literals = [literal_form(segment) for segment in normal.split("/")]
    for table in tables:
        for way in table.leaves(literals):
            return way.filled(sent.split("/")).encode("latin-1")
    return path


def _ways(ends: Iterable[tuple[_Segments, _Segments]]) -> _Ways:
    """Templates of a service with the routes' own. Of two that cannot be told apart the first one is taken."""
    table, seen = _Ways(), set()
    for target, route in ends:
        parts = _parts(target, route)
        template = shape(Match("", target))
        if parts is not None and template not in seen:
            seen.add(template)
            table.plant(template, _Way(parts))
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
