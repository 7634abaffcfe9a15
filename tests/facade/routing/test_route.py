"""A route's own words: how keys and rules read, and when a route moves whole."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from facade.routing.route import (
    Canary,
    Condition,
    Key,
    KeyKind,
    Match,
    Place,
    PlatformService,
    Records,
    Route,
    SiloReference,
)
from facade.routing.stage import Stage
from facade.routing.template import parse_match


def a_route(match: Match, records: Records = Records.LEGACY) -> Route:
    return Route("titles.read", match, Stage.LEGACY, SiloReference("portal"), None, records=records)


@pytest.mark.parametrize(
    ("match", "records", "whole"),
    [
        ("GET /titles", Records.LEGACY, False),
        ("HEAD /titles", Records.PLATFORM, False),
        ("POST /titles", Records.LEGACY, True),
        ("POST /titles", Records.PLATFORM, True),
        ("POST /titles", Records.SHARED, False),
        ("/titles", Records.LEGACY, True),
        ("/titles", Records.SHARED, False),
    ],
)
def test_a_route_whose_writes_are_not_shared_moves_whole(match: str, records: Records, whole: bool) -> None:
    assert a_route(parse_match(match), records).moves_whole is whole


def test_keys_rules_references_and_places_read_as_the_operator_writes_them() -> None:
    assert str(Key(KeyKind.COOKIE, "session")) == "cookie session"
    assert str(Key(KeyKind.ADDRESS)) == "address"
    assert str(Condition(Key(KeyKind.HEADER, "X-Cohort"), "staff")) == "header X-Cohort=staff"
    assert str(Condition(Key(KeyKind.CALLER), "bailiffs")) == "caller bailiffs"
    assert str(Condition(Key(KeyKind.CLAIM, "cohort"), "staff")) == "claim cohort=staff"
    assert str(Condition(Key(KeyKind.ADDRESS), "10.0.0.1")) == "address 10.0.0.1"
    assert str(Condition(Key(KeyKind.ADDRESS), "10.0.0.0/8")) == "network 10.0.0.0/8"
    assert str(SiloReference("portal")) == "portal"
    assert str(SiloReference("land-registry", "get-title")) == "land-registry.get-title"
    assert str(Place("routes/titles.yaml", 7)) == "routes/titles.yaml:7"


def test_where_a_route_is_written_does_not_make_it_another_route() -> None:
    route = a_route(parse_match("/titles"))
    assert dataclasses.replace(route, place=Place("routes/titles.yaml", 7)) == route


def test_a_canary_knows_its_share_as_a_number_of_places() -> None:
    canary = Canary(Fraction(1, 4), ())
    assert canary.places == 2**62
    assert dataclasses.replace(canary, share=Fraction(1, 2)).places == 2**63


@pytest.mark.parametrize("share", [Fraction(-1, 100), Fraction(101, 100)])
def test_a_share_outside_nought_to_a_hundred_per_cent_is_no_canary(share: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0% and 100%; write"):
        Canary(share, ())


@pytest.mark.parametrize(
    ("platform", "goes"),
    [(SiloReference("pay", "take"), True), (PlatformService("http://127.0.0.1:7101"), False), (None, False)],
)
def test_a_route_whose_platform_is_an_operation_goes_to_an_external(
    platform: SiloReference | PlatformService | None, goes: bool
) -> None:
    route = Route("pay", parse_match("POST /pay"), Stage.LEGACY, SiloReference("portal"), platform)
    assert route.goes_to_external is goes
