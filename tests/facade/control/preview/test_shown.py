"""A route as a preview compares it."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from counted import NOON, QUARTER, a_route, seen

from facade.control.preview.shown import Shown
from facade.control.preview.view import PreviewView, Told
from facade.control.usage.tally import Band
from facade.routing.route import Keys
from facade.routing.stage import Stage
from facade.routing.template import parse_condition, parse_match


@pytest.mark.parametrize(
    ("template", "example"),
    [("/titles/{number}", "/titles/0"), ("/a/{x}/b/{rest...}", "/a/0/b/0"), ("/plain", "/plain"), ("/{rest...}", "/0")],
)
def test_an_example_is_a_path_that_the_route_matches(template: str, example: str) -> None:
    assert seen(a_route(match=f"GET {template}")).example == example


@pytest.mark.parametrize(
    ("stage", "keys", "share"),
    [
        (Stage.LEGACY, Keys.OPEN, 0.0),
        (Stage.SHADOW, Keys.OPEN, 0.0),
        (Stage.CANARY, Keys.OPEN, 0.25),
        (Stage.CANARY, Keys.HOLD, 0.25),
        (Stage.CANARY, Keys.EVICT, 0.0),
        (Stage.PLATFORM, Keys.OPEN, 1.0),
        (Stage.COMPLETE, Keys.OPEN, 1.0),
    ],
)
def test_the_platforms_part_is_that_of_the_stage(stage: Stage, keys: Keys, share: float) -> None:
    assert seen(a_route(stage=stage, canary=dataclasses.replace(QUARTER, keys=keys))).share == share


def test_it_is_read_again_as_it_was_told_and_tells_no_rules_value() -> None:
    rule = parse_condition("header X-User=ada@example.org")
    route = a_route(stage=Stage.CANARY, canary=dataclasses.replace(QUARTER, legacy_for=(rule,)))
    text = msgspec.json.encode(seen(route))
    assert msgspec.json.decode(text, type=Shown) == seen(route)
    assert b"ada" not in text
    assert seen(dataclasses.replace(route, match=parse_match("GET /x"))) != seen(route)


@pytest.mark.parametrize("basis", [-1, 0, 7])
def test_an_answer_that_names_what_it_does_not_have_is_refused(basis: int) -> None:
    told = Told("abc", NOON, None, None, False, 0, 0)
    with pytest.raises(ValueError, match="does not have"):
        PreviewView((told,), (), (), (), (Band(basis, None, 1.0, 0),))
