"""`platform.path` read backwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.route import Match, PlatformService, Route
from facade.routing.stage import Stage
from facade.routing.template import parse_match, parse_path
from facade.targets.reversal import Reversal, Reversals
from facade.targets.template import PathTemplate

URL = "http://service.example"


def route(match: str, path: str | None, *, url: str = URL, host: str | None = None) -> Route:
    parsed = parse_match(match)
    found = Match(parsed.path, parsed.segments, parsed.method, host)
    return Route(match, found, Stage.COMPLETE, None, PlatformService(url, path, host="target"))


def reversal(own: Route, *others: Route) -> Reversal:
    assert isinstance(own.platform, PlatformService)
    found = Reversals([own, *others]).of(own, own.platform)
    assert found is not None
    return found


def path(text: str, own: Route, *others: Route) -> str:
    return reversal(own, *others).path(text.encode("latin-1")).decode("latin-1")


def scope(text: str, match: str, target: str) -> str:
    return reversal(route(match, target)).scope(text.encode()).decode()


CLAIM = route("/claims/{number}", "/v2/claims/{number}")


def test_a_route_that_passes_paths_on_has_no_reversal() -> None:
    plain = route("/claims/{number}", None)
    assert isinstance(plain.platform, PlatformService)
    assert Reversals([plain, CLAIM]).of(plain, plain.platform) is None


@pytest.mark.parametrize(
    ("match", "target", "told", "platforms"),
    [
        ("/claims/{number}", "/v2/claims/{number}", "/v2/claims/17", "/claims/17"),
        ("/claims/{number}", "/v2/claims/{number}", "/v2/claims/a%20b;c=d", "/claims/a%20b;c=d"),
        ("/a/{x}/b/{y}", "/{y}/{x}", "/1/2", "/a/2/b/1"),
        ("/old/{rest...}", "/new/{rest...}", "/new/a/b/", "/old/a/b/"),
        ("/old/{rest...}", "/new/{rest...}", "/new/", "/old/"),
        ("/old/{rest...}", "/{rest...}", "/", "/old/"),
        ("/claims", "/", "/", "/claims"),
        ("/all", "/one/two", "/one/two", "/all"),
        ("/a%20b/{x}", "/v2/{x}", "/v2/%41", "/a%20b/%41"),
        ("/x", "/caf%C3%A9", "/caf%c3%a9", "/x"),
        ("/x/{y}", "/a@b/{y}", "/a%40b;c=d/e;f=g", "/x/e;f=g"),
    ],
)
def test_a_path_that_fits_becomes_the_routes(match: str, target: str, told: str, platforms: str) -> None:
    assert path(told, route(match, target)) == platforms


@pytest.mark.parametrize(
    "told",
    ["", "/", "/v2/claims", "/v2/claims/", "/v2/claims/1/2", "/v1/claims/1", "/claims/1", "/V2/claims/1",
     "/v2/claims/..", "/v2/claims/%2e%2e", "/v2//claims/1", "/v2/claims/caf\xe9", "/v2/claims/%e9"],
)  # fmt: skip
def test_a_path_that_does_not_fit_stays(told: str) -> None:
    assert path(told, CLAIM) == told


def test_a_template_that_does_not_say_all_is_not_reversed() -> None:
    assert path("/letters/3", route("/claims/{number}/letters/{letter}", "/letters/{letter}")) == "/letters/3"
    assert path("/v2/3", route("/claims/{number...}", "/v2/{number}")) == "/v2/3"


def test_the_other_routes_to_the_same_service_are_reversed_too() -> None:
    opening = route("POST /claims", "/v2/claims")
    assert path("/v2/claims/17", opening, CLAIM) == "/claims/17"
    assert path("/v2/claims/17", opening, route("/x/{number}", "/v2/claims/{number}", url="http://other")) == (
        "/v2/claims/17"
    )


def test_the_routes_own_template_comes_first_then_the_one_that_says_most() -> None:
    own = route("/mine/{x}", "/{x}/b")
    literal, rest = route("/literal", "/a/b"), route("/rest/{x...}", "/{x...}")
    assert path("/a/b", own, literal, rest) == "/mine/a"
    assert path("/a/b", rest, literal, own) == "/rest/a/b"
    elsewhere = route("/elsewhere", "/elsewhere")
    assert path("/a/b", elsewhere, rest, own, literal) == "/literal"
    assert path("/c/b", elsewhere, rest, own, literal) == "/mine/c"
    assert path("/c/d", elsewhere, rest, own, literal) == "/rest/c/d"


def test_of_two_that_cannot_be_told_apart_the_first_is_taken() -> None:
    get, put = route("GET /first/{x}", "/v2/{x}"), route("PUT /second/{y}", "/v2/{y}")
    assert path("/v2/1", route("/z", "/z"), get, put) == "/first/1"


def test_a_route_for_another_host_leads_nowhere_here() -> None:
    theirs = route("/theirs/{x}", "/v2/{x}", host="theirs.example")
    assert path("/v2/1", route("/z", "/z"), theirs) == "/v2/1"
    assert path("/v2/1", route("/z", "/z", host="theirs.example"), theirs) == "/theirs/1"


@pytest.mark.parametrize(
    ("told", "match", "target", "platforms"),
    [
        ("/v2", "/claims/{number}", "/v2/claims/{number}", "/"),
        ("/v2/", "/claims/{number}", "/v2/claims/{number}", "/"),
        ("/v2/claims", "/claims/{number}", "/v2/claims/{number}", "/claims"),
        ("/v2/other", "/claims/{number}", "/v2/claims/{number}", "/other"),
        ("/", "/claims/{number}", "/v2/claims/{number}", "/"),
        ("/v1", "/claims/{number}", "/v2/claims/{number}", "/v1"),
        ("/", "/portal/{rest...}", "/{rest...}", "/portal/"),
        ("/app", "/portal/{rest...}", "/{rest...}", "/portal/app"),
        ("/new", "/old/{rest...}", "/new/{rest...}", "/old"),
        ("/api/7/v2/x", "/{org}/claims/{x}", "/api/{org}/v2/claims/{x}", "/7/x"),
        ("/lookup", "/claims/{x}", "/lookup", "/lookup"),
        ("/claims", "/claims/{x}", "/claims/{x}", "/claims"),
    ],
)
def test_a_cookies_path_loses_what_the_service_puts_before(told: str, match: str, target: str, platforms: str) -> None:
    assert scope(told, match, target) == platforms


NAMES = ["a", "b", "c"]
VALUES = st.text("abcXYZ019-_~", min_size=1, max_size=5)


@st.composite
def rewriting(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """A match and a target with the same parameters, and values for them."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    ending = [draw(st.sampled_from(["{r...}", ""]))]
    literals = st.lists(VALUES, max_size=2)

    def template() -> str:
        pieces = draw(st.permutations([f"{{{name}}}" for name in names] + draw(literals)))
        return "/" + "/".join([*pieces, *ending])

    values = {name: draw(VALUES) for name in names}
    return template(), template(), values | {"r": draw(st.lists(VALUES).map("/".join))}


@given(rewriting())
def test_whatever_was_sent_there_comes_reversed(drawn: tuple[str, str, dict[str, str]]) -> None:
    match, target, values = drawn
    sent, there = PathTemplate("", parse_path(match)).fill(values), PathTemplate("", parse_path(target)).fill(values)
    assert path(there, route(match, target)) == sent


@given(st.text("/abv2%.;\\\xe9\xff?", max_size=20))
def test_what_fits_nothing_stays_byte_for_byte(text: str) -> None:
    told = "/elsewhere/" + text
    assert path(told, CLAIM) == told
    assert reversal(CLAIM).scope(told.encode("latin-1")) == told.encode("latin-1")
