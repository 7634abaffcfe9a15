"""What a pipeline is to refuse."""

from __future__ import annotations

import pytest
from counted import a_route, seen

from facade.control.preview.differing import differing
from facade.control.preview.refusals import losses, steps
from facade.control.preview.shown import Shown
from facade.routing.route import Route, SiloReference
from facade.routing.stage import Stage

FROZEN = "the freeze Fri 15:00 to Mon 09:00 is in force until Mon 2026-11-30 09:00 GMT"


def stepped(before: Route, after: Route, frozen: str | None = None) -> list[str]:
    return list(steps(differing([seen(before)], [seen(after)]), frozen))


def table(number: int, silo: str = "portal") -> list[Shown]:
    return [seen(a_route(f"{silo}{each}", legacy=SiloReference(silo))) for each in range(number)]


def lost(before: list[Shown], after: list[Shown]) -> list[str]:
    return list(losses(before, differing(before, after)))


def test_a_skipped_stage_is_refused() -> None:
    assert stepped(a_route(), a_route(stage=Stage.CANARY)) == [
        "titles.read: legacy -> canary 25% skips a stage; move it one stage at a time"
    ]


def test_a_way_that_does_not_exist_is_refused() -> None:
    (sentence,) = stepped(a_route(stage=Stage.COMPLETE), a_route())
    assert sentence.startswith("titles.read: complete -> legacy is no way that a route goes")


@pytest.mark.parametrize(
    ("after", "refused"),
    [
        (a_route(stage=Stage.PLATFORM), True),
        (a_route(stage=Stage.LEGACY), False),
        (a_route(stage=Stage.CANARY, legacy=SiloReference("other")), False),
    ],
)
def test_a_freeze_refuses_what_goes_forward_and_nothing_else(after: Route, refused: bool) -> None:
    before = a_route(stage=Stage.CANARY)
    assert stepped(before, after) == []
    assert bool(stepped(before, after, FROZEN)) is refused
    if refused:
        assert FROZEN in stepped(before, after, FROZEN)[0]


def test_one_step_forward_is_not_refused_and_neither_is_a_new_route() -> None:
    assert stepped(a_route(), a_route(stage=Stage.SHADOW)) == []
    assert list(steps(differing([], [seen(a_route(stage=Stage.PLATFORM))]), FROZEN)) == []


def test_more_than_a_fifth_of_the_routes_may_not_be_lost() -> None:
    whole = table(10)
    assert lost(whole, whole[:8]) == []
    (sentence,) = lost(whole, whole[:7])
    assert sentence.startswith("routes: 3 of 10 are missing, more than a fifth; ")


def test_all_of_a_silos_routes_may_not_be_lost() -> None:
    whole = [*table(20), *table(2, "ledger"), *table(1, "claims")]
    assert lost(whole, [each for each in whole if each.name != "ledger1"]) == []
    assert [sentence.partition(";")[0] for sentence in lost(whole, table(20))] == [
        "silo ledger: all of its 2 routes are missing",
        "silo claims: its only route is missing",
    ]


def test_a_renamed_route_is_not_lost() -> None:
    assert lost([seen(a_route("a"))], [seen(a_route("b", match="GET /a/{x}"))]) == []
