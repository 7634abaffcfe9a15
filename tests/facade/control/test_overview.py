from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from network import resting_wheel

from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.ending.endings import Endings
from facade.control.judge.verdict import CheckResult, Ruling, Verdict
from facade.control.overrides.override import Override
from facade.control.overview import ROUTES_A_PIECE, Overview, breathe, why_of
from facade.control.roles import Outcome, ReloadResult, began
from facade.control.view import Calls, ConfigView, StatusView
from facade.routing.known import Fullness, KnownKeys
from facade.routing.stage import Stage
from facade.targets.protect.protections import Protections
from facade.telemetry.metrics import Metrics

BEFORE_MIDNIGHT_IN_LONDON = datetime.datetime(2027, 3, 31, 22, 30, tzinfo=datetime.UTC)
AFTER_MIDNIGHT_IN_LONDON = datetime.datetime(2027, 3, 31, 23, 30, tzinfo=datetime.UTC)


@dataclass
class Running:
    """What an overview reads of a reloader."""

    configuration: Configuration
    view: ConfigView
    overrides: Any
    known: KnownKeys = field(default_factory=KnownKeys)
    endings: Endings = field(default_factory=lambda: Endings(Path(), lambda: AFTER_MIDNIGHT_IN_LONDON, lambda _: None))


@dataclass
class Said:
    """What an overview reads of the guards: what each says of one route, or of none."""

    route: str | None = None
    said: Verdict | None = None
    barred: str | None = None

    def verdict(self, route: str) -> Verdict | None:
        return self.said if route == self.route else None

    def bars(self, route: str) -> str | None:
        return self.barred if route == self.route else None


UNGUARDED: Any = Said()


def override(subject: str) -> Override:
    return Override(subject, "", Standing(Stage.LEGACY), BEFORE_MIDNIGHT_IN_LONDON, Because("guard", "because"))


async def status(
    files,
    metrics: Metrics,
    now: datetime.datetime,
    pause=breathe,
    protection=lambda _: None,
    guards=UNGUARDED,
    overrides: tuple[Override, ...] = (),
) -> StatusView:
    configuration = files.configuration()
    view = began(ReloadResult(Outcome.ACCEPTED, configuration.revision), now)
    running: Any = Running(configuration, view, SimpleNamespace(now=overrides))
    return await Overview("1.2", running, metrics, protection, guards, lambda: now, pause).status()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2", ())


async def test_a_route_is_shown_with_the_calls_of_each_side(files, metrics: Metrics):
    for side, calls in {"legacy": 3, "platform": 2, "own": 1}.items():
        for _ in range(calls):
            metrics.request("titles.read", "canary", side, "2xx", 0.01)
    view = await status(files, metrics, AFTER_MIDNIGHT_IN_LONDON)
    (row,) = (row for row in view.routes if row.name == "titles.read")
    assert row.calls == Calls(legacy=3, platform=2, own=1)
    assert (row.match, row.stage, row.share) == ("GET /titles/{number}", "legacy", 0.0)
    assert (row.legacy, row.platform, row.place) == ("registry", "http://127.0.0.1:7101", "routes/property.yaml:2")


async def test_a_silo_is_shown_with_its_share_of_all_calls_those_that_no_route_covers_too(files, metrics: Metrics):
    for target in ["portal", "portal", "portal", "127.0.0.1:7101"]:
        metrics.target(target, 0.01)
    view = await status(files, metrics, AFTER_MIDNIGHT_IN_LONDON)
    assert {silo.name: (silo.calls, silo.share) for silo in view.silos} == {"portal": (3, 0.75), "registry": (0, 0.0)}


async def test_before_the_first_call_nobody_has_a_share(files, metrics: Metrics):
    view = await status(files, metrics, AFTER_MIDNIGHT_IN_LONDON)
    assert {silo.share for silo in view.silos} == {None}


@pytest.mark.parametrize(("now", "overdue"), [(BEFORE_MIDNIGHT_IN_LONDON, False), (AFTER_MIDNIGHT_IN_LONDON, True)])
async def test_a_silo_is_overdue_by_the_calendar_of_its_operators(files, metrics: Metrics, now, overdue: bool):
    files.change("facade.yaml", "version: 1", "version: 1\ntimezone: Europe/London")
    view = await status(files, metrics, now)
    assert {silo.name: silo.overdue for silo in view.silos} == {"portal": overdue, "registry": False}


PROTECT = 'protect: {concurrency: 3, queue: 9, breaker: {}, hours: "Mon 07:00-22:00"}'


async def test_a_silo_is_shown_with_what_keeps_it_from_being_overrun(files, metrics: Metrics):
    files.change("silos/old.yaml", "owner: Licensing", f"owner: Licensing\n{PROTECT}")
    now = AFTER_MIDNIGHT_IN_LONDON  # a Wednesday
    protections = Protections(resting_wheel(), lambda: 0.0, now.timestamp)
    protections.settle(protections.adopt(files.configuration().silos.values()))
    metrics.in_flight("portal").value += 2
    view = await status(files, metrics, now, protection=protections.get)
    portal, registry = view.silos
    assert (portal.in_flight, portal.concurrency, portal.waiting, portal.queue) == (2, 3, 0, 9)
    assert (portal.breaker, portal.hours) == ("closed", "Mon 07:00-22:00")
    assert str(portal.opens) == "2027-04-05 07:00:00+00:00"
    assert (registry.in_flight, registry.concurrency, registry.breaker, registry.opens) == (0, None, None, None)


async def test_the_loop_is_given_back_while_a_long_table_is_shown(files, metrics: Metrics):
    routes = "".join(
        f"  - {{name: r{number}, match: 'GET /r/{number}', legacy: portal, stage: legacy}}\n"
        for number in range(ROUTES_A_PIECE * 3)
    )
    files.write("routes/many.yaml", f"routes:\n{routes}")
    pauses = 0

    async def pause() -> None:
        nonlocal pauses
        pauses += 1
        await asyncio.sleep(0)

    view = await status(files, metrics, AFTER_MIDNIGHT_IN_LONDON, pause)
    assert pauses == len(view.routes) // ROUTES_A_PIECE == 3


async def test_a_route_says_what_its_guard_says_and_why_it_is_not_where_its_file_says(files, metrics: Metrics):
    check = CheckResult("errors", 0.05, 0.01, 612, Ruling.FAIL, "platform errors 5 %")
    verdict = Verdict(Ruling.FAIL, (check,))
    guards: Any = Said("titles.read", verdict, "its guard fails it")
    view = await status(files, metrics, BEFORE_MIDNIGHT_IN_LONDON, guards=guards, overrides=(override("titles.read"),))
    told = {row.name: (row.verdict, row.evidence, row.bars, row.differs) for row in view.routes}
    assert told.pop("titles.read") == ("fail", "platform errors 5 %", "its guard fails it", "because")
    assert set(told.values()) == {(None, None, None, None)}


@pytest.mark.parametrize(("keys", "share"), [("hold", 0.25), ("evict", 0.0)])
async def test_a_canary_says_that_it_has_not_all_of_its_keys(files, metrics: Metrics, keys: str, share: float):
    files.change("routes/journey.yaml", "share: 25%", f"share: 25%, keys: {keys}")
    view = await status(files, metrics, BEFORE_MIDNIGHT_IN_LONDON)
    told = {row.name: (row.keys, row.share) for row in view.routes}
    assert told["charges.read"] == told["searches.read"] == (keys, share)
    assert told["titles.read"] == (None, 0.0)


@pytest.mark.parametrize(("keys", "says"), [("hold", True), ("open", False)])
async def test_a_canary_on_hold_says_when_it_cannot_tell_new_keys_from_old(
    files, metrics: Metrics, monkeypatch: pytest.MonkeyPatch, keys: str, says: bool
):
    files.change("routes/journey.yaml", "share: 25%", f"share: 25%, keys: {keys}")
    monkeypatch.setattr(KnownKeys, "fullness", lambda known, name: Fullness(3_000_000, 0.08))
    view = await status(files, metrics, BEFORE_MIDNIGHT_IN_LONDON)
    told = {row.name: row.lets_through for row in view.routes}
    assert told["titles.read"] is None
    assert ("3,000,000 keys are remembered here, and 8% of new ones" in (told["charges.read"] or "")) is says


@pytest.mark.parametrize(
    ("because", "told"),
    [
        (Because("guard", "platform errors 4.1 %"), "platform errors 4.1 %"),
        (Because("api", "an outage", "Ada"), "an outage, by Ada"),
        (Because("command", by="Ada"), "by Ada"),
        (Because("api"), "by api"),
    ],
)
def test_whoever_moved_a_route_off_its_file_is_told_though_they_gave_no_reason(because: Because, told: str):
    assert why_of(because) == told


async def test_externals_are_shown_apart_from_silos(files, metrics: Metrics):
    operations = "operations:\n  take: {call: POST /v1, writes: true, send: {}}\n"
    files.write("externals/pay.yaml", f"external: pay\nadapter: rest\nsettings: {{url: 'http://a'}}\n{operations}")
    metrics.target("pay", 0.01)
    view = await status(files, metrics, AFTER_MIDNIGHT_IN_LONDON)
    assert {silo.name for silo in view.silos} == {"portal", "registry"}
    assert [(row.name, row.kind, row.calls, row.switch_off, row.overdue) for row in view.externals] == [
        ("pay", "rest", 1, None, False)
    ]
