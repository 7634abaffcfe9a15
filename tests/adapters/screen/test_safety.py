"""A page that would take a parser minutes never reaches it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from adapters.screen.safety import MAX_ATTRIBUTES, MAX_OPEN, MAX_TAGS, unsafe


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<div>" * (MAX_OPEN + 1), "more than 1000 elements do not end"),
        ("<br>" * (MAX_TAGS + 1), "it has more than 20000 elements"),
        ("<a " + "x=1 " * (MAX_ATTRIBUTES + 1) + ">", "an element has more than 1000 attributes"),
        ("<!-- <a " + "x " * (MAX_ATTRIBUTES + 1) + "> -->", "an element has more than 1000 attributes"),
    ],
)
def test_a_page_that_is_made_to_take_long_is_refused(page: str, said: str) -> None:
    assert unsafe(page) == said


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * MAX_OPEN,
        "<div>" * 5_000 + "</div>" * 4_500,
        "<p>" * 15_000,
        "<tr><td>" * 9_000,
        "<a " + "x " * MAX_ATTRIBUTES + ">",
        "a < b and <3 and </ and <!doctype html>",
        "",
    ],
)
def test_a_page_for_people_is_read(page: str) -> None:
    assert unsafe(page) is None


@given(st.text(alphabet="<>/= \"'abA-!\n", max_size=300))
def test_no_parser_finds_more_elements_than_were_counted(text: str) -> None:
    assert unsafe(text) is None
    root = LexborHTMLParser(text).root
    found = [] if root is None else [node for node in root.css("*") if node.tag not in {"html", "head", "body"}]
    assert len(found) <= text.count("<")
