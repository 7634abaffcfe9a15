"""Which routes differ, and how."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from counted import COOKIE, QUARTER, a_route, seen

from facade.control.preview.differing import Change, differing
from facade.routing.guard import Guard
from facade.routing.route import Canary, Fallback, Keys, PlatformService, Route, SiloReference
from facade.routing.shadow import Shadow
from facade.routing.stage import Direction, Stage
from facade.routing.template import parse_key, parse_match

CANARY = a_route(stage=Stage.CANARY)


def changed(route: Route, **fields: object) -> Route:
    return dataclasses.replace(route, **fields)  # type: ignore[arg-type]  # fields by name


def divided(**fields: object) -> Route:
    return changed(CANARY, canary=dataclasses.replace(QUARTER, **fields))


def change(before: Route, after: Route) -> Change:
    (found,) = differing([seen(before)], [seen(after)])
    return found


@pytest.mark.parametrize(
    ("after", "kinds", "direction"),
    [
        (a_route(stage=Stage.PLATFORM), ["canary 25% -> platform"], Direction.FORWARD),
        (a_route(stage=Stage.LEGACY), ["canary 25% -> legacy"], Direction.BACK),
        (a_route(stage=Stage.COMPLETE), ["canary 25% -> complete"], Direction.SKIP),
        (divided(share=Fraction(1, 2)), ["canary 25% -> canary 50%"], Direction.FORWARD),
        (divided(share=Fraction(1, 10)), ["canary 25% -> canary 10%"], Direction.BACK),
        (divided(keys=Keys.HOLD), ["canary 25% -> canary 25%, keys: hold"], Direction.BACK),
        (divided(by=(parse_key("address"),)), ["its canary tells calls apart otherwise"], Direction.STAY),
        (changed(CANARY, group="titles"), ["moves with titles, not with titles.read"], Direction.STAY),
        (changed(CANARY, legacy=SiloReference("new")), ["legacy new, not portal"], Direction.STAY),
        (changed(CANARY, platform=PlatformService("http://p:1")), ["platform http://p:1, not none"], Direction.STAY),
        (changed(CANARY, guard=Guard(calls=9)), ["its guard is new"], Direction.STAY),
        (changed(CANARY, shadow=Shadow(Fraction(1, 5))), ["its shadow is new"], Direction.STAY),
        (changed(CANARY, timeout=3.0), ["timeout 3s, not none"], Direction.STAY),
        (changed(CANARY, fallback=Fallback.READS), ["fallback reads, not none"], Direction.STAY),
        (changed(CANARY, match=parse_match("GET /t")), ["matches GET /t, not GET /titles.read/{x}"], Direction.STAY),
    ],
)
def test_a_route_that_differs_is_told_with_how_and_which_way(
    after: Route, kinds: list[str], direction: Direction
) -> None:
    found = change(CANARY, after)
    assert list(found.kinds()) == kinds
    assert found.direction is direction


def test_a_share_that_is_written_for_later_is_told_too() -> None:
    later = changed(a_route(), canary=Canary(Fraction(1, 2), (COOKIE,)))
    assert list(change(a_route(), later).kinds()) == ["may move otherwise from here"]


def test_a_guard_that_is_removed_or_another_is_told() -> None:
    guarded = changed(CANARY, guard=Guard(calls=9), shadow=Shadow(Fraction(1, 5)))
    assert list(change(guarded, CANARY).kinds()) == ["its guard is removed", "its shadow is removed"]
    assert list(change(guarded, changed(guarded, guard=Guard(calls=8))).kinds()) == ["its guard is another"]


def test_evicted_keys_that_are_let_in_again_are_forward() -> None:
    assert change(divided(keys=Keys.EVICT), CANARY).direction is Direction.FORWARD


def test_what_is_the_same_is_no_change() -> None:
    same = changed(CANARY, owner="somebody else")
    assert differing([seen(CANARY)], [seen(same)]) == ()


def test_added_and_removed_routes_are_told_and_a_renamed_one_is_neither() -> None:
    before = [seen(a_route(name)) for name in ("a", "b", "c")]
    after = [seen(a_route("b")), seen(a_route("z", match="GET /a/{x}")), seen(a_route("new"))]
    found = differing(before, after)
    assert [(each.name, list(each.kinds())) for each in found] == [
        ("z", ["was called a"]),
        ("new", ["added"]),
        ("c", ["removed"]),
    ]


def test_a_route_that_goes_to_an_external_moves_over_the_shadow() -> None:
    outside = changed(a_route(), platform=SiloReference("pay", "find"))
    assert change(outside, changed(outside, stage=Stage.CANARY)).direction is Direction.FORWARD
    found = change(changed(a_route(), platform=PlatformService("http://p:1")), outside)
    assert list(found.kinds()) == ["platform pay.find, not http://p:1", "may move otherwise from here"]
