"""What is sought on a page is there as described, or the page has changed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from selectolax.lexbor import LexborHTMLParser, LexborNode

from adapters.screen.extraction import Changed, Extractions

PAGE = """<table id=fees><tr class=fee><td class=what>search</td><td class=sum>£4.00</td>
<td><a href=/f/1>view</a></td></tr>
<tr class=fee><td class=what>copy</td><td class=sum>£7.50</td><td></td></tr></table>
<p class=holder> Ada  Lovelace </p><p class=expires>31/03/2027</p><p class=empty></p><p class=lost>\ufffd</p>
<ul><li>one<ul><li>inner</ul></ul>"""


@pytest.fixture(scope="module")
def page() -> LexborNode:
    root = LexborHTMLParser(PAGE).root
    assert root is not None
    return root


def read(page: LexborNode, **written: Any) -> dict[str, object]:
    sought = TypeAdapter(Extractions).validate_python(written)
    return {name: each.of(name, page) for name, each in sought.items()}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("p.holder", "Ada Lovelace"),
        ("p.expires | date:%d/%m/%Y", datetime.date(2027, 3, 31)),
        ("p.empty", ""),
        ("p.empty? | int", None),
        ("p.none?", None),
        ("p.none[]", []),
        ("td.what[]", ["search", "copy"]),
        ("tr.fee:first-child a @href", "/f/1"),
        ("a @HREF", "/f/1"),
        ("a @title?", None),
        (
            {"each": "tr.fee", "fields": {"what": "td.what", "sum": "td.sum", "link": "a[]"}},
            [{"what": "search", "sum": "£4.00", "link": ["view"]}, {"what": "copy", "sum": "£7.50", "link": []}],
        ),
        ({"each": "td.what", "fields": {"itself": "."}}, [{"itself": "search"}, {"itself": "copy"}]),
        ({"each": "ul", "fields": {"inside": "ul[]"}}, [{"inside": ["inner"]}, {"inside": []}]),
    ],
)
def test_what_is_there_is_read(page: LexborNode, written: Any, value: object) -> None:
    assert read(page, found=written) == {"found": value}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("p.none", "found is not there"),
        ("td.what", "found stands there 2 times"),
        ("p.holder | int", "found: it is no whole number"),
        ("a @title", "found has no attribute title"),
        ("p.lost", "found holds bytes that are no characters of the page's encoding"),
        ({"each": "tr.fee", "fields": {"link": "a"}}, "found.link is not there"),
    ],
)
def test_what_is_not_as_described_is_a_page_that_changed(page: LexborNode, written: Any, said: str) -> None:
    with pytest.raises(Changed) as changed:
        read(page, found=written)
    assert str(changed.value) == said


@pytest.mark.parametrize(
    "written",
    [
        "",
        "td[",
        "a? @href",
        "p.a[]?",
        "p.a | text",
        7,
        None,
        ["p"],
        {"each": "tr"},
        {"each": "tr", "fields": {}},
        "p" * 501,
    ],
)
def test_what_finds_nothing_is_the_operators_mistake(written: Any) -> None:
    with pytest.raises(ValidationError, match=r"; (write|take) "):
        TypeAdapter(Extractions).validate_python({"found": written})


def test_lists_in_lists_in_lists_have_an_end() -> None:
    written: Any = "."
    for _ in range(6):
        written = {"each": "li", "fields": {"inner": written}}
    with pytest.raises(ValidationError, match="lists in lists in lists"):
        TypeAdapter(Extractions).validate_python({"found": written})
