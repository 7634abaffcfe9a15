"""What an override makes of a configuration, and when the file ends it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

import pytest
from calls import route_of

from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.overrides.override import Override, holding, identified, overridden, subject_of, written
from facade.routing.route import Canary, Group, Key, KeyKind, Keys, Place, Route
from facade.routing.shadow import Shadow
from facade.routing.stage import Stage

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
CANARY = Canary(Fraction(1, 4), (Key(KeyKind.COOKIE, "s"),))
ROUTE = route_of(stage=Stage.CANARY, canary=CANARY, written="yaml1:as it was")
LEGACY = Standing(Stage.LEGACY)


def configuration(*routes: Route, groups: tuple[Group, ...] = ()) -> Configuration:
    return Configuration("abc", cast(Any, None), {}, routes, groups)


def override(*routes: Route, to: Standing = LEGACY) -> Override:
    return Override(subject_of(routes[0]), written(routes), to, NOON, Because("guard", "because"))


def test_a_route_stands_where_its_override_puts_it_and_no_other_does() -> None:
    other = route_of(name="other", stage=Stage.CANARY, canary=CANARY)
    found = overridden(configuration(ROUTE, other), [override(ROUTE)])
    assert [route.stage for route in found.routes] == [Stage.LEGACY, Stage.CANARY]
    assert found.routes[0].canary == CANARY


def test_an_override_may_say_another_share() -> None:
    found = overridden(configuration(ROUTE), [override(ROUTE, to=Standing(Stage.CANARY, Fraction(1, 20)))])
    assert found.routes[0].canary == replace(CANARY, share=Fraction(1, 20))


def test_an_override_may_hold_or_evict_the_keys_and_no_other_stage_has_any() -> None:
    for keys in (Keys.HOLD, Keys.EVICT):
        held = override(ROUTE, to=Standing(Stage.CANARY, CANARY.share, keys))
        assert holding([held], configuration(ROUTE)) == (held,)
        (route,) = overridden(configuration(ROUTE), [held]).routes
        assert route.canary == replace(CANARY, keys=keys)


def test_an_override_that_says_what_the_file_says_is_none() -> None:
    there = override(ROUTE, to=Standing(Stage.CANARY, CANARY.share))
    assert holding([there], configuration(ROUTE)) == ()
    evicted = replace(ROUTE, canary=replace(CANARY, keys=Keys.EVICT))
    assert holding([override(evicted, to=there.to)], configuration(evicted)) != ()


def test_a_journey_moves_as_one() -> None:
    routes = [replace(ROUTE, name=name, group="journey") for name in ("a", "b")]
    files = configuration(*routes, groups=(Group("journey", ("a", "b"), Stage.CANARY, CANARY),))
    held = holding([override(*routes)], files)
    found = overridden(files, held)
    assert {route.stage for route in found.routes} == {Stage.LEGACY}
    assert found.groups[0].stage is Stage.LEGACY
    changed = configuration(routes[0], replace(routes[1], timeout=1.0, written="yaml1:other"), groups=files.groups)
    assert holding([override(*routes)], changed) == ()


def test_an_override_holds_wherever_the_route_is_written() -> None:
    moved = replace(ROUTE, place=Place("routes/other.yaml", 70))
    assert holding([override(ROUTE)], configuration(moved)) == (override(ROUTE),)


def test_what_is_worked_out_of_other_files_ends_none() -> None:
    worked_out = replace(ROUTE, as_sent=True, shadow=Shadow(api_key_header="x-key"))
    assert holding([override(ROUTE)], configuration(worked_out)) == (override(ROUTE),)


def test_a_change_of_its_text_ends_it() -> None:
    assert holding([override(ROUTE)], configuration(replace(ROUTE, written="yaml1:other"))) == ()
    assert holding([override(ROUTE)], configuration(replace(ROUTE, name="renamed"))) == ()


@pytest.mark.parametrize("text", ["ab" * 32, "yaml2:" + "cd" * 32, ""])
def test_one_that_another_version_identified_holds_until_the_next_change(text: str) -> None:
    older = replace(override(ROUTE), written=text)
    (found,) = identified([older], configuration(ROUTE))
    assert holding([found], configuration(ROUTE)) == (override(ROUTE),)
    assert holding([found], configuration(replace(ROUTE, written="yaml1:other"))) == ()
    assert identified([older], configuration()) == (older,)


def test_one_of_this_version_is_not_identified_again() -> None:
    of_before = override(replace(ROUTE, written="yaml1:before"))
    assert holding(identified([of_before], configuration(ROUTE)), configuration(ROUTE)) == ()


def test_nothing_holds_where_there_is_no_way_back() -> None:
    complete = replace(ROUTE, stage=Stage.COMPLETE)
    assert holding([override(complete)], configuration(complete)) == ()
