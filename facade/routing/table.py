"""The compiled route table: which route takes a request. Compiled once, never changed, asked once a request.

The law of this file, the match order: a route for the request's host before one for every host; then segments from the
left (literal, `{x}`, `{x...}`); then a named method before every method (for HEAD: HEAD, then GET, then every method);
then the number of header conditions, the more the better. A candidate that does not fit is passed over. Where two are
still level they differ in their header conditions, and those that come first in the alphabet win: the order in which
files were read decides nothing.

A path that some route would take with another method is `WrongMethod`, never unmatched. A route that is gone takes its
path with and without the slash at its end (`candidates`).

What could be read in two ways is never slipped past a route. A field of a header condition that stands in several lines
is read by each of them (`conditions`), and a path that ends early for some servers (`readings.loose_readings`) as they
read it: if any reading leads to a route that is gone, that one has the request; if they lead to several routes, it is
refused.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from facade.problem import Refusal
from facade.routing.candidates import Found, Header, Methods, ends
from facade.routing.conditions import REPEATED, Conditions
from facade.routing.path import literal_form, normalise
from facade.routing.readings import is_hollow, loose_readings, readings
from facade.routing.route import Match, Route
from facade.routing.stage import Stage
from facade.routing.trie import Node, shape
from facade.wire import refusals

__all__ = ["AMBIGUOUS", "Ambiguous", "Found", "Header", "RouteTable", "WrongMethod", "conflicts"]


@dataclass(frozen=True, slots=True)
class WrongMethod:
    """The path is known, the method is not: 405, with the methods it takes in order."""

    allow: tuple[str, ...]


class Ambiguous(enum.Enum):
    """A path that nobody may be sent: what it leads to depends on who reads it, or somebody does not take it."""

    AMBIGUOUS = enum.auto()


AMBIGUOUS: Final = Ambiguous.AMBIGUOUS

_Root = Node[Methods]


class RouteTable:
    """Every route of a configuration. What `find` costs grows with the path, not with the table."""

    __slots__ = ("_conditions", "_depth", "_everywhere", "_hosts", "_routes")

    def __init__(self, roots: Mapping[str | None, _Root], depth: int, routes: Sequence[Route]) -> None:
        everywhere = roots.get(None, _Root())
        self._everywhere = (everywhere,)
        self._hosts = {host: (root, everywhere) for host, root in roots.items() if host is not None}
        self._depth = depth
        self._routes = len(routes)
        self._conditions = Conditions(routes)

    @classmethod
    def compile(cls, routes: Iterable[Route]) -> RouteTable:
        """Build a table. Raises ValueError where two routes match the same thing; `conflicts` lists them."""
        every = tuple(routes)
        for first, second in conflicts(every):
            raise ValueError(f"routes {first.name} and {second.name} match the same thing; change one of them")
        at = ends(every)
        roots: dict[str | None, _Root] = {}
        for (host, template), methods in at.items():
            roots.setdefault(host, _Root()).plant(template, methods)
        return cls(roots, max((len(template) for _, template in at), default=0), every)

    def find(
        self, host: str, method: str, path: str, header: Header, *, as_it_stands: bool = False, is_read: bool = False
    ) -> Found | WrongMethod | None:
        """The one route that takes a request; WrongMethod if its path takes other methods; None if no route has it.

        `host` is lower case without port, `method` as sent, `path` in normal form (`path.normalise`). Raises `Refusal`
        where that depends on how somebody reads a field, but for fields that are one reading (`is_read`), or the path,
        but for one that is read `as_it_stands`.
        """
        escaped = "%" in path
        if not as_it_stands and (escaped or "." in path or "$" in path):
            return self._find_loosely(host, method, path, header)
        # One deeper than any template: what lies beyond is only ever somebody's rest.
        segments = path.split("/", self._depth + 1)
        plain = not escaped and ";" not in path
        literals = segments if plain else [literal_form(segment) for segment in segments]
        roots = self._hosts.get(host, self._everywhere)
        for root in roots:
            for methods in root.leaves(literals):
                for candidate in methods.named.get(method, methods.others):
                    if not candidate.headers:
                        return candidate.found(segments)
                    if not is_read and self._conditions.in_doubt(candidate, header):
                        return self._find_by_lines(host, method, path, header)
                    if candidate.fits(header):
                        return candidate.found(segments)
        return _wrong_method(roots, literals, header)

    def _find_loosely(self, host: str, method: str, path: str, header: Header) -> Found | WrongMethod | None:
        """The same for a path that may have loose readings."""
        found = self.find(host, method, path, header, as_it_stands=True)
        texts = loose_readings(path)
        if not texts or isinstance(found, WrongMethod) or _is_gone(found):
            return found
        others = [self.find(host, method, text, header, as_it_stands=True) for text in texts]
        gone = next(filter(_is_gone, others), None)
        if gone is not None:
            return gone
        if is_hollow(path) or any(normalise(text) is None for text in texts):
            raise Refusal(refusals.BAD_TARGET)
        for text, other in zip(texts, others, strict=True):
            same_depth = text.count("/") == path.count("/")
            if other is not None and (found is None or (same_depth and _route(other) is not _route(found))):
                raise Refusal(refusals.BAD_TARGET)
        return found

    def _find_by_lines(self, host: str, method: str, path: str, header: Header) -> Found | WrongMethod | None:
        """The same where fields that decide may be read in several ways."""

        def found(reading: Header) -> Found | WrongMethod | None:
            return self.find(host, method, path, reading, as_it_stands=True, is_read=True)

        gone = next(filter(_is_gone, map(found, self._conditions.hidden(header))), None)
        if gone is not None:
            return gone
        answers = [found(reading) for reading in self._conditions.by_line(header)]
        if any(answer != answers[0] for answer in answers):
            raise Refusal(REPEATED)
        return answers[0]

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
