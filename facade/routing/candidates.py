"""What stands at the ends of the route table's tree: routes by method, each best first. Pure.

The law of this file: a route that is gone stands at two ends, its own and the one with a slash more, or less, behind
all that is written for that one. Many old systems read both as one path, and nothing may reach them by either: so no
route that takes more paths, `{x...}` for one, gets the other spelling of a path that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from facade.routing.route import Route, SegmentKind
from facade.routing.stage import Stage
from facade.routing.trie import Shape, shape

Header = Callable[[str], Sequence[str]]
"""The values of a request's header field by its lower-case name, one a line; empty where it has none. A name with `_`
stands for every field whose name has `_` for at least one `-` of it."""

_NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})
_SLASH: Final = (SegmentKind.LITERAL, "")
"""The last segment of a path that ends with a slash."""


class Found(NamedTuple):
    """The route of a request, and its template's parameters percent-encoded as sent.

    A named tuple: one is made for each request, and a frozen dataclass takes twice as long to make.
    """

    route: Route
    parameters: Mapping[str, str]


class Candidate:
    """A route with what finding it takes worked out: where each parameter stands in the path."""

    __slots__ = ("_bare", "_ones", "_rest", "_route", "headers")

    def __init__(self, route: Route) -> None:
        self.headers = tuple(sorted(set(route.match.headers)))
        self._route = route
        self._bare = Found(route, _NO_PARAMETERS)
        numbered = tuple(enumerate(route.match.segments, start=1))
        self._ones = tuple((each.text, at) for at, each in numbered if each.kind is SegmentKind.ONE)
        self._rest = next(((each.text, at) for at, each in numbered if each.kind is SegmentKind.REST), None)

    def fits(self, header: Header) -> bool:
        """Whether it does by some reading of fields that stand in several lines."""
        return all(value in header(name) for name, value in self.headers)

    def found(self, segments: Sequence[str]) -> Found:
        parameters = {}
        for name, at in self._ones:
            parameters[name] = segments[at]
        if self._rest is not None:
            name, at = self._rest
            parameters[name] = "/".join(segments[at:])
        return Found(self._route, parameters) if parameters else self._bare


@dataclass(frozen=True, slots=True)
class Methods:
    """The routes of one host and shape: by method, each best first, and those for every other method."""

    named: Mapping[str, tuple[Candidate, ...]]
    others: tuple[Candidate, ...]

    @classmethod
    def of(cls, own: Iterable[Route], gone: Iterable[Route]) -> Methods:
        """Those of routes with this shape, and behind them of those that are gone with a slash more or less."""
        first, then = _by_method(own), _by_method(gone)
        others, gone_others = first.pop(None, ()), then.pop(None, ())
        named = {
            str(method): (*first.get(method, ()), *others, *then.get(method, ()), *gone_others)
            for method in {**first, **then}
        }
        return cls(named, (*others, *gone_others))


def ends(routes: Iterable[Route]) -> dict[tuple[str | None, Shape], Methods]:
    """What stands at each end, by the host and the shape of the paths that lead there."""
    own: dict[tuple[str | None, Shape], list[Route]] = {}
    gone: dict[tuple[str | None, Shape], list[Route]] = {}
    for route in routes:
        host, template = route.match.host, shape(route.match)
        own.setdefault((host, template), []).append(route)
        other = _with_or_without_slash(template)
        if other and route.stage is Stage.GONE:
            gone.setdefault((host, other), []).append(route)
    return {end: Methods.of(own.get(end, ()), gone.get(end, ())) for end in {**own, **gone}}


def _with_or_without_slash(template: Shape) -> Shape:
    """Empty where there is no such other one: `{x...}` takes both, and `/` is never without."""
    if template[-1] == _SLASH:
        return template[:-1]
    return () if template[-1][0] is SegmentKind.REST else (*template, _SLASH)


def _by_method(routes: Iterable[Route]) -> dict[str | None, tuple[Candidate, ...]]:
    by_method: dict[str | None, list[Candidate]] = {}
    for route in routes:
        by_method.setdefault(route.match.method, []).append(Candidate(route))
    for candidates in by_method.values():
        candidates.sort(key=lambda each: (-len(each.headers), each.headers))
    if "GET" in by_method:  # RFC 9110 section 9.3.2: HEAD is GET without the content
        by_method["HEAD"] = by_method.get("HEAD", []) + by_method["GET"]
    return {method: tuple(candidates) for method, candidates in by_method.items()}
