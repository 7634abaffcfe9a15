"""What servers may read in one path: all of it, and never without an end."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.routing.path import normalise
from facade.routing.readings import _CHANGES, LONGEST, is_hollow, loose_readings, readings
from facade.routing.route import PlatformService, Route
from facade.routing.stage import Stage
from facade.routing.table import AMBIGUOUS, Found, RouteTable
from facade.routing.template import parse_match


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/a/b", {"/a/b"}),
        ("/a//b", {"/a//b", "/a/b"}),
        ("/a/%2e%2e/b", {"/a/../b", "/b"}),
        ("/a/.", {"/a/.", "/a/"}),
        ("/a/..", {"/a/..", "/"}),
        ("/../../a", {"/../../a", "/a"}),
        ("/a%2fb", {"/a%2Fb", "/a/b"}),
        ("/a\\b", {"/a%5Cb", "/a/b"}),
        ("/a%5cb", {"/a%5Cb", "/a/b"}),
        ("/a/..;x=1/b", {"/a/..;x=1/b", "/a/../b", "/b"}),
        ("/a/%252e%252e/b", {"/a/%252e%252e/b", "/a/../b", "/b"}),
        ("/a/%c0%ae%c0%ae/b", {"/a/%C0%AE%C0%AE/b", "/a/../b", "/b"}),
        ("/a%e0%80%afb", {"/a%E0%80%AFb", "/a/b"}),
        ("/a%f0%80%80%afb", {"/a%F0%80%80%AFb", "/a/b"}),
        ("/x/%2e%2e/old/%252e%252e/y", {
            "/x/../old/%252e%252e/y", "/x/../old/../y", "/old/%252e%252e/y", "/y",
        }),
        ("/%C3%A9", {"/%C3%A9"}),
        ("/%FF", {"/%FF"}),
    ],
)  # fmt: skip
def test_a_path_has_these_readings(raw: str, expected: set[str]) -> None:
    found = readings(raw)
    assert found is not None
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    "raw",
    ["", "a", "/%", "/%zz", "/a b", "/a#b", "/\x7f", "/é", "/%00", "/%0d%0aX: 1", "/%250a", "/%c2%80", "/%c0%8a",
     "/%25252e", "/" + "x" * LONGEST],
)  # fmt: skip
def test_what_nobody_may_be_sent_has_no_reading(raw: str) -> None:
    assert readings(raw) is None


ODD = some.lists(
    some.sampled_from(
        [
            "/",
            "//",
            "old",
            "a",
            ".",
            "..",
            ";x",
            "%2f",
            "%2F",
            "\\",
            "%5c",
            "%2e",
            "%252e",
            "%252f",
            "%c0%af",
            "%c0%ae",
            "%41",
        ]
    ),
    max_size=9,
).map(lambda pieces: "/" + "".join(pieces))


@given(ODD)
def test_the_first_reading_is_the_path_as_sent(raw: str) -> None:
    found = readings(raw)
    assert found is not None
    assert found[0] == re.sub(r"%2[eE]", ".", raw.replace("\\", "%5C").replace("%41", "A")).replace(
        "%5c", "%5C"
    ).replace("%2f", "%2F").replace("%c0%af", "%C0%AF").replace("%c0%ae", "%C0%AE")


@given(ODD)
def test_a_path_in_normal_form_is_among_its_readings(raw: str) -> None:
    normal = normalise(raw)
    found = readings(raw)
    assert found is not None
    assert normal is None or normal in found


@pytest.mark.parametrize(
    "piece",
    [".", "%20", ".%20", "%20.", "$", "%24", "%24.", ":", "%3A", ":$", ":.", ":%20", ":x:$A", ":a:$a.", "::$DATA/",
     ";.", ";", "/", "/.", "/..", "/a", "%3", "%", "a"],
)  # fmt: skip
def test_no_path_takes_more_than_linear_time(piece: str) -> None:
    """A quadratic pattern would take minutes over these; the time limit of a test is what would tell."""
    path = "/a./b" + piece * (250_000 // len(piece)) + "x"
    is_hollow(path)
    assert path not in loose_readings(path)
    for change in _CHANGES:
        change(path)


def merged(path: str) -> str:
    return re.sub("/+", "/", path)


SERVERS = {
    "decodes once, then resolves": lambda raw: posixpath.normpath(merged(unquote(raw, "latin-1"))),
    "decodes twice, then resolves": lambda raw: posixpath.normpath(merged(unquote(unquote(raw, "latin-1"), "latin-1"))),
    "resolves, then decodes": lambda raw: unquote(posixpath.normpath(merged(raw)), "latin-1"),
    "resolves and never decodes": lambda raw: posixpath.normpath(merged(raw)),
    "takes backslashes for slashes": lambda raw: posixpath.normpath(merged(unquote(raw, "latin-1").replace("\\", "/"))),
    "drops parameters": lambda raw: posixpath.normpath(merged(unquote(re.sub(";[^/]*", "", raw), "latin-1"))),
    "reads overlong UTF-8": lambda raw: posixpath.normpath(
        merged(unquote_to_bytes(raw).replace(b"\xc0\xaf", b"/").replace(b"\xc0\xae", b".").decode("latin-1"))
    ),
    "leaves doubled slashes": lambda raw: unquote(raw, "latin-1"),
}


def table() -> RouteTable:
    def route(name: str, match: str, stage: Stage, *, as_sent: bool = False) -> Route:
        return Route(name, parse_match(match), stage, None, PlatformService("http://a"), as_sent=as_sent)

    return RouteTable.compile(
        [
            route("everything", "/{rest...}", Stage.COMPLETE, as_sent=True),
            route("gone", "/old/{rest...}", Stage.GONE),
            route("strict", "/a/a/{rest...}", Stage.COMPLETE),
        ]
    )


@given(ODD, some.sampled_from(sorted(SERVERS)))
def test_no_server_finds_in_what_is_passed_on_what_is_for_another_route(raw: str, server: str) -> None:
    found = table().find_as_sent("", "GET", raw, lambda name: ())
    if isinstance(found, Found):
        assert found.route.name == "everything"
        seen = SERVERS[server](raw)
        assert not re.match(r"/+(old|a/+a)(/|\Z)", seen), (raw, seen)


def test_a_path_goes_where_all_readings_of_it_lead_and_nowhere_else() -> None:
    def route_of(raw: str) -> str | None:
        found = table().find_as_sent("", "GET", raw, lambda name: ())
        return found.route.name if isinstance(found, Found) else None

    assert route_of("/b//c/%2e%2e/d%2fe") == "everything"
    assert [route_of(raw) for raw in ("/old//x", "/b/..%2fold/x", "/a/a//x", "//a/a/x", "/old/%2e%2e/b")] == [None] * 5


def test_the_parameters_are_those_of_the_path_as_sent() -> None:
    found = table().find_as_sent("", "GET", "/b//c%2fd/../e", lambda name: ())
    assert isinstance(found, Found)
    assert found.parameters == {"rest": "b//c%2Fd/../e"}


@pytest.mark.parametrize(
    "raw",
    ["/old//", "//old/", "/old/.", "/x/../old/", "/old%2f", "/old\\", "/old%C0%AF", "/old.%2f", "/..;/old/",
     "//old::$DATA", "/x%2f..%2fold::$DATA"],
)  # fmt: skip
def test_no_spelling_with_a_slash_at_its_end_slips_past_a_route_that_is_gone(raw: str) -> None:
    every = Route("all", parse_match("/{rest...}"), Stage.COMPLETE, None, PlatformService("http://a"), as_sent=True)
    table = RouteTable.compile([every, Route("gone", parse_match("/old"), Stage.GONE, None, None)])
    assert table.find_as_sent("", "GET", raw, lambda name: ()) is AMBIGUOUS
    assert isinstance(table.find_as_sent("", "GET", raw.replace("old", "new"), lambda name: ()), Found)


def test_without_a_route_by_any_reading_there_is_none() -> None:
    only = RouteTable.compile([Route("a", parse_match("GET /a"), Stage.COMPLETE, None, PlatformService("http://a"))])
    header = lambda name: ()  # noqa: E731 - one line says it all
    assert only.find_as_sent("", "GET", "/b//c", header) is None
    assert only.find_as_sent("", "GET", "/b/../a", header) is AMBIGUOUS
    assert only.find_as_sent("", "POST", "/b/../a", header) is AMBIGUOUS
    assert only.find_as_sent("", "GET", "/%00", header) is AMBIGUOUS
