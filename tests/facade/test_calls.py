"""Calls are counted by name, and those of no route by shape."""

from __future__ import annotations

from facade.calls import Calls
from facade.ending.heavy import Shaped
from facade.ending.shape import ANYTHING


def address() -> str:
    return "192.0.2.1"


def test_a_call_counts_once_under_its_caller_route_and_target() -> None:
    calls = Calls()
    for _ in range(3):
        calls.seen("portal", "titles.read", "registry")
    calls.seen("unknown", "", "")
    assert calls.turn().calls == {("portal", "titles.read", "registry"): 3, ("unknown", "", ""): 1}
    assert calls.turn().calls == {}


def test_a_call_that_is_answered_by_another_still_counts_once() -> None:
    calls = Calls()
    calls.seen("portal", "titles.read", "")
    calls.moved("portal", "titles.read", "", "registry")
    turn = calls.turn().calls
    assert turn["portal", "titles.read", "registry"] == 1
    assert sum(turn.values()) == 1


def test_orphans_are_counted_by_shape_and_class() -> None:
    calls = Calls()
    for number, status in enumerate((200, 204, 404, None)):
        calls.orphan("GET", f"/permits/{number}", status, address)
    calls.orphan("SCHMIDT", "/permits/anna", 404, address)
    assert calls.turn().orphans == {
        Shaped("GET", "/permits/{x}"): {"2xx": 2, "4xx": 1, "aborted": 1},
        Shaped("OTHER", "/permits/{x}"): {"4xx": 1},
    }


def test_ten_thousand_paths_of_people_are_one_shape() -> None:
    calls = Calls()
    for number in range(10_000):
        calls.orphan("GET", f"/people/person-{number}@example.org/file", 404, address)
    assert set(calls.turn().orphans) == {Shaped("GET", "/people/{x}/file")}


def test_shapes_of_a_turn_are_bounded_and_every_call_counts() -> None:
    calls = Calls()
    words = sorted(calls.words)[:120]
    for first in words:
        for second in words:
            calls.orphan("GET", f"/{first}/{second}", 404, address)
    orphans = calls.turn().orphans
    assert len(orphans) == 10_001
    assert orphans[Shaped("GET", ANYTHING)] == {"4xx": 120 * 120 - 10_000}
