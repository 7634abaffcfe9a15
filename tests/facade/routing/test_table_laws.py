"""The route table against a slow matcher that says the match order in the words of the operator's language."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from facade.routing.route import Match, Route, Segment, SegmentKind, SiloReference
from facade.routing.stage import Stage
from facade.routing.table import Found, Header, RouteTable, WrongMethod, conflicts
from facade.routing.template import parse_match


def fits(match: Match, host: str, path: str, headers: dict[str, str]) -> bool:
    """Whether a route takes a request but for its method."""
    sent, template = path[1:].split("/"), list(match.segments)
    if template[-1].kind is SegmentKind.REST:
        template.pop()
        sent_here = sent[: len(template)]
    else:
        sent_here = sent
    return (
        match.host in (None, host)
        and all(headers.get(name) == value for name, value in match.headers)
        and len(sent_here) == len(template)
        and all(
            segment != "" if wanted.kind is SegmentKind.ONE else segment.split(";")[0] == wanted.text
            for segment, wanted in zip(sent_here, template, strict=True)
        )
    )


def takes(match: Match, method: str) -> bool:
    return match.method in (None, method) or (match.method == "GET" and method == "HEAD")


def other(route: Route) -> list[tuple[Segment, ...]]:
    segments, slash = route.match.segments, Segment(SegmentKind.LITERAL, "")
    if route.stage is not Stage.GONE or segments[-1].kind is SegmentKind.REST or segments == (slash,):
        return []
    return [segments[:-1] if segments[-1] == slash else (*segments, slash)]


def precedence(match: Match, method: str, is_other: bool) -> tuple[object, ...]:
    named = 0 if match.method == method else 1 if match.method is not None else 2
    kinds = tuple(segment.kind for segment in match.segments)
    return match.host is None, kinds, is_other, named, -len(set(match.headers)), sorted(set(match.headers))


def lines_of(headers: dict[str, str]) -> Header:
    """Each field in one line."""
    return lambda name: [headers[name]] if name in headers else []


def slowly(
    routes: list[Route], host: str, method: str, path: str, headers: dict[str, str]
) -> Route | WrongMethod | None:
    """Routes that are gone take their path with and without the last slash, behind what is written for it."""
    written = [(route, route.match, False) for route in routes]
    written += [(route, replace(route.match, segments=each), True) for route in routes for each in other(route)]
    fitting = [each for each in written if fits(each[1], host, path, headers)]
    taking = [each for each in fitting if takes(each[1], method)]
    if taking:
        return min(taking, key=lambda each: precedence(each[1], method, each[2]))[0]
    fitting_routes = [route for route, *_ in fitting]
    methods = {route.match.method for route in fitting_routes} | {
        "HEAD" for route in fitting_routes if route.match.method == "GET"
    }
    return WrongMethod(tuple(sorted(str(each) for each in methods))) if methods else None


words = st.sampled_from(["a", "b"])
pieces = st.one_of(words, words, st.just("{}"))
ends = st.sampled_from(["", "", "", "/", "/{rest...}"])
methods = st.sampled_from(["GET", "HEAD", "POST"])
fields = st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from("12"))


@st.composite
def route(draw: st.DrawFn) -> Route:
    segments = [piece.format(f"{{p{at}}}") for at, piece in enumerate(draw(st.lists(pieces, max_size=2)))]
    path = "".join(f"/{segment}" for segment in segments) + draw(ends) or "/"
    method = draw(st.none() | methods)
    text = path if method is None else f"{method} {path}"
    host = draw(st.sampled_from([None, None, "h"]))
    match = replace(parse_match(text), host=host, headers=tuple(draw(fields).items()))
    return Route(
        text, match, draw(st.sampled_from([Stage.LEGACY, Stage.LEGACY, Stage.GONE])), SiloReference("portal"), None
    )


def differing(routes: list[Route]) -> list[Route]:
    doubled = {id(second) for _, second in conflicts(routes)}
    return [route for route in routes if id(route) not in doubled]


tables = st.lists(route(), max_size=14).map(differing)
paths = st.lists(st.sampled_from(["/a", "/b", "/c", "/a;v=1", "/"]), min_size=1, max_size=4).map("".join)
requests = st.tuples(st.sampled_from(["h", "other"]), st.one_of(methods, st.just("PUT")), paths, fields)


@given(tables, st.lists(requests, min_size=1, max_size=5))
def test_every_request_has_exactly_the_route_that_a_slow_matcher_finds_or_none(
    routes: list[Route], asked: list[tuple[str, str, str, dict[str, str]]]
) -> None:
    table = RouteTable.compile(routes)
    for host, method, path, headers in asked:
        answer = table.find(host, method, path, lines_of(headers))
        assert (answer.route if isinstance(answer, Found) else answer) == slowly(routes, host, method, path, headers)


@given(tables, requests, st.randoms(use_true_random=False))
def test_the_order_in_which_routes_are_written_decides_nothing(
    routes: list[Route], asked: tuple[str, str, str, dict[str, str]], chance: object
) -> None:
    host, method, path, headers = asked
    answer = RouteTable.compile(routes).find(host, method, path, lines_of(headers))
    chance.shuffle(routes)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert RouteTable.compile(routes).find(host, method, path, lines_of(headers)) == answer
