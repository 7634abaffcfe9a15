"""The tree of templates: a search costs the path's length, whatever the table's size and however hostile it is."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import product
from types import FrameType

import pytest

from facade.routing.route import Route, SiloReference
from facade.routing.stage import Stage
from facade.routing.table import RouteTable
from facade.routing.template import MAX_SEGMENTS, parse_match
from facade.routing.trie import Node, shape


def a_table(texts: Iterable[str]) -> RouteTable:
    return RouteTable.compile(
        Route(text, parse_match(text), Stage.LEGACY, SiloReference("portal"), None) for text in texts
    )


def no_header(name: str) -> tuple[str, ...]:
    return ()


def test_the_leaves_come_best_first_and_each_once() -> None:
    root = Node[str]()
    for text in ("/{x...}", "/a/{x...}", "/{x}/b", "/a/b", "/a/{x}", "/a/b/{x...}", "/c", "/{x}/{y}"):
        root.plant(shape(parse_match(text)), text)
    assert list(root.leaves(["", "a", "b"])) == [
        *("/a/b", "/a/b/{x...}", "/a/{x}", "/a/{x...}"),
        *("/{x}/b", "/{x}/{y}", "/{x...}"),
    ]


def test_templates_that_differ_in_names_alone_have_one_shape() -> None:
    assert shape(parse_match("/a/{b}/{c...}")) == shape(parse_match("GET /a/{x}/{y...}"))
    assert shape(parse_match("/a/{b}")) != shape(parse_match("/a/b"))


def lookups(table: RouteTable, path: str) -> int:
    """How many dictionaries a search looks into: one for each node it enters, and those for host and method."""
    seen = 0

    def count(frame: FrameType, event: str, called: object) -> None:
        nonlocal seen
        seen += event == "c_call" and getattr(called, "__name__", "") == "get"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        table.find("", "GET", path, no_header)
    finally:
        sys.setprofile(before)
    return seen


@pytest.mark.parametrize("path", ["/r5/7/charges", "/r5/7/nothing", "/nothing", "/files/a/b/c/d/e/f"])
def test_ten_thousand_routes_cost_no_more_steps_than_ten(path: str) -> None:
    few, many = (
        a_table(["/files/{rest...}", *(f"/r{number}/{{x}}/charges" for number in range(count))])
        for count in (10, 10_000)
    )
    assert lookups(few, path) == lookups(many, path)


def nodes(texts: list[str]) -> int:
    """The places in the tree of these templates: their different beginnings."""
    shapes = [["{}" if piece.startswith("{") else piece for piece in text.split("/")] for text in texts]
    return len({tuple(shape[:end]) for shape in shapes for end in range(1, len(shape) + 1)})


def twins(depth: int) -> list[str]:
    """Every template of `depth` segments, each of them `a` or a parameter, and then `x`: the worst there is."""
    return [
        "".join(f"/{{p{at}}}" if free else "/a" for at, free in enumerate(choice)) + "/x"
        for choice in product((False, True), repeat=depth)
    ]


def staircase() -> list[str]:
    """As deep as a template may be: `a` so many times, then parameters, then `x`."""
    deep = MAX_SEGMENTS - 1
    return ["/a" * literal + "".join(f"/{{p{at}}}" for at in range(deep - literal)) + "/x" for literal in range(deep)]


@pytest.mark.parametrize("texts", [twins(8), staircase()])
@pytest.mark.parametrize("path", ["/a" * 8 + "/y", "/a" * (MAX_SEGMENTS - 1) + "/y", "/a" * 4_000])
def test_a_search_enters_no_node_twice_however_hostile_the_table(texts: list[str], path: str) -> None:
    table = a_table(texts)
    assert table.find("", "GET", path, no_header) is None
    search_and_its_second_for_405 = 2 * (nodes(texts) + 1)
    assert lookups(table, path) <= search_and_its_second_for_405
