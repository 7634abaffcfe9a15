from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.config.types import parse_share
from facade.control.describe import kind_of, match_of, name_of, percent, share_of
from facade.routing.route import Match, PlatformService, SiloReference
from facade.targets.definition import Adapted, NamedFiles, Passthrough, Silo


def test_the_platforms_share_follows_the_stage(files):
    shares = {route.name: share_of(route) for route in files.configuration().routes}
    assert shares == {
        "titles.read": 0.0,
        "claims.write": 0.0,
        "old.search": None,
        "searches.read": 0.25,
        "charges.read": 0.25,
    }


@pytest.mark.parametrize(("stage", "share"), [("shadow", 0.0), ("canary", 0.1), ("platform", 1.0), ("complete", 1.0)])
def test_the_share_of_every_other_stage(files, stage: str, share: float):
    files.change("routes/property.yaml", "stage: legacy\n    canary", f"stage: {stage}\n    canary")
    (route,) = (route for route in files.configuration().routes if route.name == "titles.read")
    assert share_of(route) == share


def test_sides_are_named_as_the_operator_writes_them():
    assert name_of(SiloReference("registry", "get-title")) == "registry.get-title"
    assert name_of(SiloReference("portal")) == "portal"
    assert name_of(PlatformService("http://127.0.0.1:7101")) == "http://127.0.0.1:7101"
    assert name_of(PlatformService("http://127.0.0.1:7101", path="/v2/{x}")) == "http://127.0.0.1:7101/v2/{x}"
    assert name_of(PlatformService("http://a:1", others=("http://b:1",))) == "http://a:1, http://b:1"
    assert name_of(None) is None


def test_a_match_is_told_with_all_of_its_conditions():
    match = Match("/a", (), "GET", "api.example", (("x-cohort", "staff"),))
    assert match_of(match) == "GET /a on api.example with x-cohort: staff"
    assert match_of(Match("/a", ())) == "/a"


def test_a_silos_kind_is_its_adapters_name():
    class Kind:
        name = "sql"

    kind: Any = Kind()
    settings: Any = None
    adapted = Adapted(kind, settings, {}, Path(), NamedFiles())
    assert kind_of(Silo("a", adapted)) == "sql"
    assert kind_of(Silo("b", Passthrough("http://127.0.0.1:1"))) == "passthrough"


@given(some.integers(0, 10_000).map(lambda hundredths: f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + "%"))
def test_a_share_is_shown_as_it_was_written(text: str):
    assert percent(float(parse_share(text))) == text


def test_no_share_is_a_dash():
    assert percent(None) == "-"
    assert percent(float(Fraction(1, 3))) == "33.3333%"
