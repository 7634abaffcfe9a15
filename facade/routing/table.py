"""The compiled route table: which route takes a request. Compiled once, never changed, asked once a request.

The law of this file, the match order: a route for the request's host before one for every host; then segments from the
left (literal, `{x}`, `{x...}`); then a named method before every method (for HEAD: HEAD, then GET, then every method);
then the number of header conditions, the more the better. A candidate that does not fit is passed over. Where two are
still level they differ in their header conditions, and those that come first in the alphabet win: the order in which
files were read decides nothing.

A path that some route would take with another method is `WrongMethod`, never unmatched. Nor is one that a route which
is gone would take with or without the slash at its end: many old systems read both as one, and nothing may reach them.

What could be read in two ways is never slipped past a route. A field of a header condition that stands in several lines
is read by each of them, and a path that ends early for some servers (`readings.loose_readings`) as they read it: if any
reading leads to a route that is gone, that one has the request; if they lead to several routes, it is refused.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from facade.problem import Refusal
from facade.routing.path import literal_form, normalise
from facade.routing.readings import loose_readings, readings
from facade.routing.route import Match, Route, SegmentKind
from facade.routing.stage import Stage
from facade.routing.trie import Node, Shape, shape
from facade.wire import refusals

Header = Callable[[str], Sequence[str]]
"""The values of a request's header field by its lower-case name, one a line; empty where it has none."""


class Found(NamedTuple):
    """The route of a request, and its template's parameters percent-encoded as sent.

    A named tuple: one is made for each request, and a frozen dataclass takes twice as long to make.
    """

    route: Route
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WrongMethod:
    """The path is known, the method is not: 405, with the methods it takes in order."""

    allow: tuple[str, ...]


class Ambiguous(enum.Enum):
    """A path that nobody may be sent: what it leads to depends on who reads it, or somebody does not take it."""

    AMBIGUOUS = enum.auto()


AMBIGUOUS: Final = Ambiguous.AMBIGUOUS

_MOST: Final = 16
"""Readings of repeated fields: one field in several lines is a mistake, several such fields are an attack."""

_REPEATED: Final = replace(
    refusals.MALFORMED, detail="A field that decides where this request goes stands in several lines that differ."
)

_NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})


class _Candidate:
    """A route with what finding it takes worked out: where each parameter stands in the path."""

    __slots__ = ("_bare", "_ones", "_rest", "_route", "headers", "is_gone")

    def __init__(self, route: Route) -> None:
        self.headers = tuple(sorted(set(route.match.headers)))
        self.is_gone = route.stage is Stage.GONE
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
class _Methods:
    """The routes of one host and shape: by method, each best first, and those for every other method."""

    named: Mapping[str, tuple[_Candidate, ...]]
    others: tuple[_Candidate, ...]

    @classmethod
    def of(cls, routes: Iterable[Route]) -> _Methods:
        by_method: dict[str | None, list[_Candidate]] = {}
        for route in routes:
            by_method.setdefault(route.match.method, []).append(_Candidate(route))
        for candidates in by_method.values():
            candidates.sort(key=lambda each: (-len(each.headers), each.headers))
        others = by_method.pop(None, [])
        if "GET" in by_method:  # RFC 9110 section 9.3.2: HEAD is GET without the content
            by_method["HEAD"] = by_method.get("HEAD", []) + by_method["GET"]
        named = {str(method): (*candidates, *others) for method, candidates in by_method.items()}
        return cls(named, tuple(others))


_Root = Node[_Methods]


class RouteTable:
    """Every route of a configuration. What `find` costs grows with the path, not with the table."""

    __slots__ = ("_conditions", "_depth", "_everywhere", "_has_gone", "_hosts", "_routes")

    def __init__(self, roots: Mapping[str | None, _Root], depth: int, routes: Sequence[Route]) -> None:
        everywhere = roots.get(None, _Root())
        self._everywhere = (everywhere,)
        self._hosts = {host: (root, everywhere) for host, root in roots.items() if host is not None}
        self._depth = depth
        self._routes = len(routes)
        self._conditions = sorted({name for route in routes for name, _ in route.match.headers})
        self._has_gone = any(route.stage is Stage.GONE for route in routes)

    @classmethod
    def compile(cls, routes: Iterable[Route]) -> RouteTable:
        """Build a table. Raises ValueError where two routes match the same thing; `conflicts` lists them."""
        every = tuple(routes)
        for first, second in conflicts(every):
            raise ValueError(f"routes {first.name} and {second.name} match the same thing; change one of them")
        ends: dict[tuple[str | None, Shape], list[Route]] = {}
        for route in every:
            ends.setdefault((route.match.host, shape(route.match)), []).append(route)
        roots: dict[str | None, _Root] = {}
        for (host, template), sharing in ends.items():
            roots.setdefault(host, _Root()).plant(template, _Methods.of(sharing))
        return cls(roots, max((len(template) for _, template in ends), default=0), every)

    def find(
        self, host: str, method: str, path: str, header: Header, *, as_it_stands: bool = False
    ) -> Found | WrongMethod | None:
        """The one route that takes a request; WrongMethod if its path takes other methods; None if no route has it.

        `host` is lower case without port, `method` as sent, `path` in normal form (`path.normalise`). Raises `Refusal`
        where that depends on how somebody reads a field or, but for a path that is read `as_it_stands`, the path.
        """
        if ("." in path or "%" in path) and not as_it_stands:
            return self._find_loosely(host, method, path, header)
        # One deeper than any template: what lies beyond is only ever somebody's rest.
        segments = path.split("/", self._depth + 1)
        plain = "%" not in path and ";" not in path
        literals = segments if plain else [literal_form(segment) for segment in segments]
        roots = self._hosts.get(host, self._everywhere)
        for root in roots:
            for methods in root.leaves(literals):
                for candidate in methods.named.get(method, methods.others):
                    if not candidate.headers:
                        return candidate.found(segments)
                    if any(len(header(name)) > 1 for name, _ in candidate.headers):
                        return self._find_by_lines(host, method, path, header)
                    if candidate.fits(header):
                        return candidate.found(segments)
        return _wrong_method(roots, literals, header) or self._gone(host, method, path, header)

    def _find_loosely(self, host: str, method: str, path: str, header: Header) -> Found | WrongMethod | None:
        """The same for a path that may have loose readings."""
        found = self.find(host, method, path, header, as_it_stands=True)
        texts = loose_readings(path)
        if not texts or isinstance(found, WrongMethod) or _is_gone(found):
            return found
        for text in texts:
            if normalise(text) is None:
                raise Refusal(refusals.BAD_TARGET)
            other = self.find(host, method, text, header, as_it_stands=True)
            if _is_gone(other):
                return other
            same_depth = text.count("/") == path.count("/")
            if other is not None and (found is None or (same_depth and _route(other) is not _route(found))):
                raise Refusal(refusals.BAD_TARGET)
        return found

    def _find_by_lines(self, host: str, method: str, path: str, header: Header) -> Found | WrongMethod | None:
        """The same where fields that decide stand in several lines: each is read by each of its lines."""
        lines = {name: tuple(dict.fromkeys(header(name))) or (None,) for name in self._conditions}
        if math.prod(map(len, lines.values())) > _MOST:
            raise Refusal(_REPEATED)
        answers = []
        for values in itertools.product(*lines.values()):
            read = {name: () if value is None else (value,) for name, value in zip(lines, values, strict=True)}
            answers.append(self.find(host, method, path, read.__getitem__, as_it_stands=True))
        gone = next((answer for answer in answers if _is_gone(answer)), None)
        if gone is None and any(answer != answers[0] for answer in answers):
            raise Refusal(_REPEATED)
        return gone or answers[0]

    def _gone(self, host: str, method: str, path: str, header: Header) -> Found | None:
        """The route that is gone and would have taken the path, had its last slash been there, or not."""
        other = path[:-1] if path.endswith("/") else path + "/"
        if not self._has_gone or not other:
            return None
        segments = other.split("/", self._depth + 1)
        literals = [literal_form(segment) for segment in segments]
        for root in self._hosts.get(host, self._everywhere):
            for methods in root.leaves(literals):
                for candidate in methods.named.get(method, methods.others):
                    if candidate.is_gone and candidate.fits(header):
                        return candidate.found(segments)
        return None

    def find_as_sent(self, host: str, method: str, path: str, header: Header) -> Found | Ambiguous | None:
        """The one route that takes a path as sent, however it is read; None if by no reading there is one."""
        texts = readings(path)
        if texts is None:
            return AMBIGUOUS
        first, *others = [self.find(host, method, text, header, as_it_stands=True) for text in texts]
        if first is None:
            return None if not any(others) else AMBIGUOUS
        if isinstance(first, WrongMethod) or not first.route.as_sent:
            return AMBIGUOUS
        agree = all(isinstance(other, Found) and other.route is first.route for other in others)
        return first if agree else AMBIGUOUS

    def __repr__(self) -> str:
        return f"<RouteTable routes={self._routes} hosts={len(self._hosts)} depth={self._depth}>"


def conflicts(routes: Iterable[Route]) -> tuple[tuple[Route, Route], ...]:
    """Pairs of routes that match the same thing: each later one with the first that does."""
    first: dict[object, Route] = {}
    pairs = []
    for route in routes:
        other = first.setdefault(_matched(route.match), route)
        if other is not route:
            pairs.append((other, route))
    return tuple(pairs)


def _route(answer: Found | WrongMethod | None) -> Route | None:
    return answer.route if isinstance(answer, Found) else None


def _is_gone(answer: Found | WrongMethod | None) -> bool:
    return isinstance(answer, Found) and answer.route.stage is Stage.GONE


def _matched(match: Match) -> object:
    return match.host, match.method, shape(match), frozenset(match.headers)


def _wrong_method(roots: Sequence[_Root], literals: Sequence[str], header: Header) -> WrongMethod | None:
    """The methods that this request could have had, if any."""
    allow = {
        method
        for root in roots
        for methods in root.leaves(literals)
        for method, candidates in methods.named.items()
        if any(candidate.fits(header) for candidate in candidates)
    }
    return WrongMethod(tuple(sorted(allow))) if allow else None
