"""How many calls and keys of a day change side."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from counted import QUARTER, a_route, a_sample, calls, seen

from facade.control.preview.count import Count, counts
from facade.control.preview.differing import differing
from facade.control.usage.tally import tally
from facade.routing.decide import decide
from facade.routing.route import Route
from facade.routing.share import place
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_key

KEYS = 300


def counted(before: Route, after: Route | None, *, keys: int = KEYS, instead: Side = Side.OWN) -> Count:
    day = tally([a_sample(*calls(before, 300, keys=keys), calls=3000)])
    changes = differing([seen(before)], [] if after is None else [seen(after)])
    return counts(changes, day.bases, day.bands, {before.name: instead})[(after or before).name]


def test_a_canary_that_begins_takes_the_calls_and_keys_below_its_share() -> None:
    below = sum(place(b"%d" % key, "titles.read") < QUARTER.places for key in range(KEYS))
    found = counted(a_route(), a_route(stage=Stage.CANARY))
    assert (found.all_calls, found.keys) == (pytest.approx(3000), KEYS)
    assert found.keys_to == {Side.PLATFORM: below}
    assert found.calls_to == {Side.PLATFORM: pytest.approx(10 * below)}
    assert not found.is_expected


def test_a_share_that_is_raised_sends_nobody_back() -> None:
    half = dataclasses.replace(QUARTER, share=Fraction(1, 2))
    found = counted(a_route(stage=Stage.CANARY), a_route(stage=Stage.CANARY, canary=half))
    assert set(found.keys_to) == {Side.PLATFORM}


def test_a_journey_with_a_new_name_gives_its_keys_new_places_and_the_numbers_are_expected() -> None:
    before = a_route(stage=Stage.CANARY)
    found = counted(before, dataclasses.replace(before, group="titles"))
    assert found.is_expected
    assert {side: round(number) for side, number in found.keys_to.items()} == {
        Side.PLATFORM: pytest.approx(KEYS * 0.75 * 0.25, abs=6),
        Side.LEGACY: pytest.approx(KEYS * 0.25 * 0.75, abs=6),
    }


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (a_route(stage=Stage.SHADOW), a_route(stage=Stage.CANARY), {Side.PLATFORM: 750}),
        (
            a_route(stage=Stage.CANARY),
            a_route(stage=Stage.CANARY, group="titles"),
            {Side.PLATFORM: 562.5, Side.LEGACY: 562.5},
        ),
    ],
)
def test_what_was_counted_under_another_name_is_expected_too(
    before: Route, after: Route, parts: dict[Side, float]
) -> None:
    day = tally([a_sample(*calls(a_route(group="titles"), 300), calls=3000)])
    found = counts(differing([seen(before)], [seen(after)]), day.bases, day.bands, {})["titles.read"]
    assert found.is_expected
    assert found.calls_to == {side: pytest.approx(number) for side, number in parts.items()}


def test_a_new_name_moves_nobody_by_itself_outside_a_canary() -> None:
    found = counted(a_route(), dataclasses.replace(a_route(), group="titles"))
    assert (found.is_expected, dict(found.calls_to)) == (False, {})


def test_keys_that_are_read_from_elsewhere_are_expected() -> None:
    by_user = dataclasses.replace(QUARTER, by=(parse_key("header X-User"),))
    found = counted(a_route(), a_route(stage=Stage.CANARY, canary=by_user))
    assert found.is_expected
    assert found.calls_to == {Side.PLATFORM: pytest.approx(750)}


def test_calls_without_a_key_go_where_the_canary_says() -> None:
    assert decide(a_route(stage=Stage.CANARY), _Nothing()).side is Side.LEGACY
    assert dict(counted(a_route(), a_route(stage=Stage.CANARY), keys=0).calls_to) == {}


@pytest.mark.parametrize("side", [Side.OWN, Side.LEGACY, Side.PLATFORM])
def test_calls_of_a_removed_route_go_to_whoever_answers_them_then(side: Side) -> None:
    found = counted(a_route(), None, instead=side)
    assert dict(found.calls_to) == ({} if side is Side.LEGACY else {side: pytest.approx(3000)})


class _Nothing:
    def key(self, key: object) -> None:
        return None

    def values(self, key: object) -> tuple[bytes, ...]:
        return ()
