"""A caller's value is part of one segment of a path, whatever it holds."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rest.path import Target
from facade.port import BadArgument
from facade.testing import make_call

MISTAKES = {
    "GET": "this has no path",
    "/v1": "is no method",
    "get /v1": "is no method",
    "OPTIONS /v1": "is no method",
    "GET v1": "this has no path",
    "GET //evil.example/v1": "this has no path",
    "GET /v1?a=b": "ends before its query",
    "GET /v1#a": "ends before its query",
    "GET /v1/{nope}": "is no placeholder",
    "GET /v1/a b": "a character that no path has",
    "GET /v1/..": "a character that no path has",
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.items())
def test_a_mistake_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Target.parse(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_value_stays_one_segment_and_comes_back_as_it_was(value: str) -> None:
    target = Target.parse("GET /v1/claims/x{path.id}/lines")
    path = target.path(make_call("get", path={"id": value}))
    first, version, claims, segment, lines = path.split("/")
    assert (first, version, claims, unquote(segment), lines) == ("", "v1", "claims", f"x{value}", "lines")
    assert set(path).isdisjoint("?#\\@ ")
    assert path.isascii()


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_is_no_segment_is_the_callers_mistake(value: str) -> None:
    with pytest.raises(BadArgument, match=r"^\{path.id\}: must be one segment of a path$"):
        Target.parse("GET /v1/{path.id}").path(make_call("get", path={"id": value}))


def test_a_value_that_the_caller_left_out_is_no_segment() -> None:
    with pytest.raises(BadArgument, match=r"^\{query.id\}: must be one segment of a path$"):
        Target.parse("GET /v1/{query.id=}").path(make_call("get"))
    assert Target.parse("GET /v1/all-{query.id=}").path(make_call("get")) == "/v1/all-"


def test_a_small_number_is_written_without_an_exponent() -> None:
    call = make_call("get", query={"rate": "0.0000000125"})
    assert Target.parse("GET /rates/{query.rate:decimal}").path(call) == "/rates/0.0000000125"


def test_a_value_of_another_type_is_written_as_its_text() -> None:
    target = Target.parse("GET /{query.n:int}/{query.on:date}/{query.b:bool}/fixed")
    call = make_call("get", query={"n": "007", "on": "2027-03-31", "b": "true"})
    assert target.path(call) == "/7/2027-03-31/true/fixed"
