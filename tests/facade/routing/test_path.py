"""The one form of a path that decides: it is stable, and no server behind the facade reads another path in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from facade.routing.path import literal_form, normalise
from facade.routing.route import Route, SiloReference
from facade.routing.stage import Stage
from facade.routing.table import Found, RouteTable
from facade.routing.template import parse_match


@pytest.mark.parametrize(
    "path",
    ["/", "/titles", "/titles/", "/a/b.c/d~e_f-g", "/a!$&'()*+,=:@b", "/x...", "/a..b/c.", "/titles;v=1/x;", "/%20"],
)
def test_a_path_in_normal_form_stays_as_it_is(path: str) -> None:
    assert normalise(path) == path


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("/%41%7a%30%2D%2e%5F%7eb", "/Az0-._~b"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a%2bb", "/a%2Bb"),
        ("/.well-known/x", "/.well-known/x"),
        ("/%2ewell-known", "/.well-known"),
        ('/a|b[1]^`{}"<>', "/a%7Cb%5B1%5D%5E%60%7B%7D%22%3C%3E"),
        ("/100%25", "/100%25"),
        ("/100%25x/%25%20", "/100%25x/%25%20"),
        ("/a%3bb", "/a%3Bb"),
    ],
)
def test_a_spelling_of_a_path_becomes_its_normal_form(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


@pytest.mark.parametrize(
    "raw",
    [
        *("", "*", "titles", "http://h/x"),  # not a path
        *("/x#frag", "/x?y", "/a b", "/a\x00", "/a\n", "/caf\u00e9", "/a\x7f"),  # not a path's characters
        *("/.", "/..", "/a/../x", "/./a", "/a/.", "/a/%2e%2E/x", "/a/.%2e", "/%2e/x"),  # dot segments
        *("/..;/x", "/a/..;v=1", "/.;a/x", "/..%3B/x", "/%2e%2e%3bx/y"),  # with parameters
        *("//", "//x", "/a//b", "/a//", "/;", "/;x/old", "/a/;/b", "/%3bx"),  # empty segments
        *("/a%2fb", "/..%2f..%2f", "/a%2Fb", "/a%5cb", "/a\\..\\b"),  # slashes in disguise
        *("/%252e%252e/x", "/%25%32%65", "/a%252Fb", "/%2541"),  # escapes of escapes
        *("/%00", "/a%0d%0aX-Injected:%201", "/%1f", "/%7F", "/%c2%85"),  # controls
        *("/%", "/%4", "/%zz", "/%u002f", "/a%"),  # broken escapes
        *("/%c0%af", "/%ff", "/caf%e9", "/%e0%80%af", "/%ed%a0%80", "/%f8%88%80%80%80", "/%c3"),  # not UTF-8
    ],
)
def test_a_path_that_could_be_read_as_another_is_refused(raw: str) -> None:
    assert normalise(raw) is None


@pytest.mark.parametrize(
    ("segment", "form"),
    [
        ("old", "old"),
        ("old;x", "old"),
        ("old;x;y=1", "old"),
        ("old%3Bx", "old"),
        ("a%40b%2B", "a@b+"),
        ("caf%C3%A9%20", "caf%C3%A9%20"),
    ],
)
def test_a_literal_is_compared_without_parameters_and_with_plain_delimiters(segment: str, form: str) -> None:
    assert literal_form(segment) == form


def table(*matches: str) -> RouteTable:
    return RouteTable.compile(
        Route(match, parse_match(match), Stage.GONE, SiloReference("portal"), None) for match in matches
    )


def route_of(routes: RouteTable, path: str) -> str | None:
    found = routes.find("", "GET", path, lambda name: None)
    return found.route.name if isinstance(found, Found) else None


raw_paths = st.lists(
    st.sampled_from(
        [
            *("/", "/", "/old", "/old", "/live", "o", "ld", "x", ".", "..", "\\", ";", "@", "|", "#"),
            *("%2e", "%2E", "%2f", "%5c", "%3b", "%6f", "%6F", "%20", "%C3%A9", "%c0%af", "%40"),
            *("%25", "25", "6f", "2e", "%32", "%65"),
        ]
    ),
    max_size=8,
).map(lambda pieces: "/" + "".join(pieces))


@given(raw_paths | st.text(max_size=30).map(lambda text: "/" + text))
def test_normalising_twice_is_normalising_once(raw: str) -> None:
    normal = normalise(raw)
    assert normal is None or normalise(normal) == normal


def without_parameters(path: str) -> str:
    return re.sub(";[^/]*", "", path)


def resolved(path: str) -> str:
    """Slashes merged and dot segments gone; a slash at the end stays one."""
    merged = re.sub("/+", "/", path.replace("\\", "/"))
    return posixpath.normpath(merged).rstrip("/") + ("/" if merged.endswith(("/", "/.", "/..")) else "")


READERS: tuple[Callable[[str], str], ...] = (
    lambda raw: raw,
    unquote,
    resolved,
    lambda raw: resolved(unquote(raw)),
    lambda raw: unquote(resolved(raw)),
    lambda raw: resolved(unquote(unquote(raw))),
    lambda raw: resolved(without_parameters(raw)),
    lambda raw: without_parameters(resolved(raw)),
    lambda raw: resolved(unquote(without_parameters(raw))),
    lambda raw: resolved(without_parameters(unquote(raw))),
    lambda raw: resolved(without_parameters(unquote(unquote(raw)))),
    lambda raw: resolved(raw.split("#")[0]),
)
"""Ways in which servers are known to read a path."""

GONE = table("/old", "/old/{rest...}", "/{rest...}")


@given(raw_paths, st.sampled_from(READERS))
@example("/old;x", READERS[6])
@example("/;x/old", READERS[6])
@example("/live/..;/old", READERS[6])
@example("/old%3Bx", READERS[9])
@example("/%256fld", READERS[5])
def test_no_spelling_comes_round_a_route_whatever_server_reads_it(raw: str, read: Callable[[str], str]) -> None:
    normal = normalise(raw)
    if normal is not None and re.match(r"/old(/|\Z)", read(raw)):
        assert (route_of(GONE, normal) or "").startswith("/old")


characters = st.sampled_from("aZ09-._~!$&'()*+,=:@ |\u00e9\u4e16")
segments = st.text(characters, min_size=1, max_size=4).filter(lambda text: text not in {".", ".."})


def spell(draw: st.DrawFn, segment: str) -> str:
    """A segment as some client might write it."""
    spelt = ""
    for octet in segment.encode():
        plain = chr(octet)
        escape = draw(st.sampled_from([f"%{octet:02X}", f"%{octet:02x}"]))
        spelt += escape if octet > 126 or plain == " " or draw(st.booleans()) else plain
    return spelt + draw(st.sampled_from(["", "", ";", ";v=1", "%3Bx", "%3bx"]))


@st.composite
def two_spellings(draw: st.DrawFn) -> tuple[str, str]:
    pieces = draw(st.lists(segments, min_size=1, max_size=3))
    end = draw(st.sampled_from(["", "/"]))
    first, second = ("/" + "/".join(spell(draw, piece) for piece in pieces) + end for _ in range(2))
    return first, second


@given(two_spellings())
def test_two_spellings_of_one_path_never_match_two_routes(spellings: tuple[str, str]) -> None:
    first, second = (normalise(raw) for raw in spellings)
    assert first is not None
    assert second is not None
    exact = "/" + "/".join(literal_form(segment) for segment in first[1:].split("/"))
    routes = table("/{a...}", *({exact} | {"/a", "/a/{b}", "/{a}/", "/{a}/{b}/Z"}))
    assert route_of(routes, first) == route_of(routes, second) == exact
