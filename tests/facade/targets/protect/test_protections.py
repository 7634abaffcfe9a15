"""Protections by silo, through reloads."""

from __future__ import annotations

import pytest

from facade.targets.definition import BreakerRules, Passthrough, Protect, Silo
from facade.targets.protect.protections import Protections
from facade.telemetry.information import ProtectionInfo


@pytest.fixture
def protections(time) -> Protections:
    return Protections(time.wheel, time.clock, time.wall)


def silo(name: str, **rules: object) -> Silo:
    return Silo(name, Passthrough("http://127.0.0.1:7000"), protect=Protect(**rules))  # type: ignore[arg-type] - by key


def test_only_a_silo_that_asks_for_more_than_time_has_one(protections: Protections) -> None:
    adopted = protections.adopt([silo("plain", timeout=5.0), silo("small", concurrency=1)])
    assert adopted.keys() == {"small"}
    assert protections.get("small") is None
    protections.settle(adopted)
    assert protections.get("small") is adopted["small"].protection
    assert protections.get("plain") is None


def test_a_reload_keeps_it_with_its_calls_and_changes_its_numbers(protections: Protections) -> None:
    protections.settle(protections.adopt([silo("small", concurrency=1)]))
    kept = protections.get("small")
    assert kept is not None
    assert kept.budget.take()
    adopted = protections.adopt([silo("small", concurrency=2)])
    assert kept.budget.limit == 1  # nothing changes before the new configuration serves
    protections.settle(adopted)
    assert protections.get("small") is kept
    assert (kept.budget.limit, kept.budget.taken) == (2, 1)


def test_what_no_silo_asks_for_any_more_is_let_go(protections: Protections) -> None:
    protections.settle(protections.adopt([silo("small", concurrency=1), silo("shy", breaker=BreakerRules())]))
    protections.settle(protections.adopt([silo("small")]))
    assert (protections.get("small"), protections.get("shy")) == (None, None)
    assert list(protections.information()) == []


def test_the_metrics_are_told_only_what_there_is(protections: Protections) -> None:
    protections.settle(
        protections.adopt([silo("small", concurrency=1), silo("shy", breaker=BreakerRules()), silo("plain")])
    )
    assert list(protections.information()) == [ProtectionInfo("small", 0, None), ProtectionInfo("shy", None, "closed")]


def test_one_that_is_taken_away_and_given_back_knows_the_calls_that_it_let_in(protections: Protections) -> None:
    protections.settle(protections.adopt([silo("small", concurrency=1)]))
    kept = protections.get("small")
    assert kept is not None
    assert kept.budget.take()
    protections.settle(protections.adopt([silo("small")]))
    assert protections.get("small") is None
    protections.settle(protections.adopt([silo("small", concurrency=1)]))
    assert protections.get("small") is kept
    kept.budget.release()
    protections.settle(protections.adopt([silo("small")]))
    protections.settle(protections.adopt([silo("small", concurrency=1)]))
    assert protections.get("small") is not kept
