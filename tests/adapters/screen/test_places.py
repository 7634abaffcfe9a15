"""Addresses stay in the origin of the settings, and a caller's value stays in its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.screen.places import Place, origin, resolved
from facade.port import BadArgument
from facade.testing import make_call

HERE = "http://silo.example:8000/app/page?x=1"


@pytest.mark.parametrize(
    ("written", "number", "place"),
    [
        ("/licences/{path.number}", "L-1", "/licences/L-1"),
        ("/licences/{path.number}", "a/b?c#d%", "/licences/a%2Fb%3Fc%23d%25"),
        ("/find?q={path.number}&all=1", "a&b=c é", "/find?q=a%26b%3Dc%20%E9&all=1"),
        ("/{path.number}.html", "..x", "/..x.html"),
    ],
)
def test_a_callers_value_is_one_part_of_an_address(written: str, number: str, place: str) -> None:
    assert Place.parse(written).of(make_call("get", path={"number": number}), "cp1252") == place


@pytest.mark.parametrize("number", ["..", ".", "", "Ł"])
def test_a_value_that_would_lead_elsewhere_is_the_callers_mistake(number: str) -> None:
    with pytest.raises(BadArgument, match=r"^\{path.number\}: "):
        Place.parse("/licences/{path.number}/x").of(make_call("get", path={"number": number}), "cp1252")


@pytest.mark.parametrize(
    "written", ["search", "//other.example/", "/a b", "/a#b", "/a?b?c", "/../a", "/a/./b", "http://x/"]
)
def test_a_place_that_is_no_path_is_the_operators_mistake(written: str) -> None:
    with pytest.raises(ValueError, match="; "):
        Place.parse(written)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("next", "http://silo.example:8000/app/next"),
        ("/x y", "http://silo.example:8000/x%20y"),
        ("?q=é", "http://silo.example:8000/app/page?q=%E9"),
        ("http://silo.example:8000/y#part", "http://silo.example:8000/y"),
        ("  ne\nxt ", "http://silo.example:8000/app/next"),
        ("//silo.example:8000", "http://silo.example:8000/"),
        ("http://silo.example/", None),
        ("https://silo.example:8000/", None),
        ("http://a@silo.example:8000/", None),
        ("http://other.example/", None),
        ("//other.example/", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
        ("/" + "x" * 9000, None),
    ],
)
def test_a_link_is_followed_within_its_origin_only(href: str, url: str | None) -> None:
    assert resolved(href, HERE, "cp1252") == url


@given(st.text(max_size=60))
def test_no_link_leaves_the_origin(href: str) -> None:
    url = resolved(href, HERE, "utf-8")
    assert url is None or (origin(url) == origin(HERE) and url.isascii() and " " not in url)
