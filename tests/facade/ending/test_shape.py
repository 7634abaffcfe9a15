"""What is kept of a path that no route covers: never what could tell a person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.ending.shape import ANYTHING, DEEPEST, OTHER_METHOD, method_of, shape
from facade.ending.vocabulary import WORDS, is_made_of
from facade.routing.path import normalise


def shaped(path: str) -> str:
    return shape(path, WORDS, lambda before, segment: False)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "/"),
        ("/permits", "/permits"),
        ("/permits/", "/permits/"),
        ("/permits/4711", "/permits/{x}"),
        ("/api/v1/parking-permits/AB-12/renew", "/api/v1/parking-permits/{x}/renew"),
        ("/people/anna-schmidt/orders/8", "/people/{x}/orders/{x}"),
        ("/users/6f1c0e52-0b1b-4b7e-9a52-8d5f6b1f7a10", "/users/{x}"),
        ("/mail/anna@example.org", "/mail/{x}"),
        ("/Portal/Login.aspx;jsessionid=A1", "/Portal/{x}"),
        ("/{x}", "/{x}"),
        ("", ANYTHING),
        ("/a" * 9, "/{x}" * 8 + "/{rest...}"),
        ("/data" * 40, "/data" * DEEPEST + "/{rest...}"),
    ],
)
def test_a_path_has_a_shape(path: str, kept: str) -> None:
    assert shaped(path) == kept


PATHS = st.lists(st.text(max_size=20), max_size=12).map("/".join).map("/".__add__)
TARGETS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=80).map("/".__add__)


@given(PATHS | TARGETS)
def test_nothing_is_left_in_a_shape_but_words_that_somebody_wrote(path: str) -> None:
    found = shaped(path)
    assert "@" not in found
    assert re.search(r"[0-9]{2}", found) is None
    assert found.count("/") <= DEEPEST + 1
    for segment in found[1:].split("/"):
        assert segment in {"", "{x}", "{rest...}"} or is_made_of(segment, WORDS)


@given(TARGETS)
def test_a_shape_is_the_shape_of_itself_once_it_is_no_deeper(path: str) -> None:
    if normalise(path) == path and path.count("/") <= DEEPEST:
        assert shaped(shaped(path)) == shaped(path)


def test_what_many_have_used_is_kept_where_it_stands() -> None:
    asked = []

    def vouches(before: str, segment: str) -> bool:
        asked.append((before, segment))
        return segment == "fahrzeuge"

    assert shape("/portal/fahrzeuge/7/anna", WORDS, vouches) == "/portal/fahrzeuge/{x}/{x}"
    assert asked == [("/portal", "fahrzeuge"), ("/portal/fahrzeuge", "7"), ("/portal/fahrzeuge/{x}", "anna")]


def test_methods_are_ten() -> None:
    assert (method_of("GET"), method_of("HEAD"), method_of("SCHMIDT")) == ("GET", "GET", OTHER_METHOD)
