"""What is open towards silos and services across reloads: kept where it is still named, let go where it is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from calls import request_of, route_of
from far_end import settle
from network import Network, resting_wheel
from pydantic import BaseModel

from facade.port import Adapter, AdapterKind, Answer, Call, Services, SiloError
from facade.routing.route import PlatformService, Route, SiloReference
from facade.routing.shadow import Shadow
from facade.routing.stage import Stage
from facade.targets import catalog as module
from facade.targets.catalog import Adoption, Catalog
from facade.targets.definition import Adapted, NamedFiles, Passthrough, Protect, Silo
from facade.targets.endpoints.origin import Origin
from facade.targets.http import HttpTarget
from facade.targets.own import GoneAnswer
from facade.targets.protect.protections import Protections
from facade.targets.silo import SiloTarget
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics


class Cabinet(BaseModel):
    """A drawer's settings."""

    place: str = "north"


class Drawer(Adapter):
    """An adapter that knows whether it is open."""

    def __init__(self) -> None:
        self.closed = 0

    async def call(self, call: Call) -> Answer:
        return Answer(200, call.operation.encode())

    async def close(self) -> None:
        self.closed += 1


class Drawers(AdapterKind[Cabinet, Cabinet]):
    """A kind whose silo in the south cannot be opened."""

    name = "drawer"
    settings = Cabinet
    operation = Cabinet

    def __init__(self) -> None:
        self.opened: list[Drawer] = []

    async def open(self, settings: Cabinet, operations: Mapping[str, Cabinet], services: Services) -> Drawer:
        await asyncio.sleep(0)
        if settings.place == "south":
            raise RuntimeError("jammed")
        self.opened.append(Drawer())
        return self.opened[-1]


PORTAL = Silo("portal", Passthrough("http://127.0.0.1:7000"))
READ = route_of(legacy="portal", platform=None)


def register(kind: Drawers, place: str = "north", name: str = "register", timeout: float = 10.0) -> Silo:
    reach = Adapted(kind, Cabinet(place=place), {"get": Cabinet()}, Path(), NamedFiles())
    return Silo(name, reach, protect=Protect(timeout=timeout))


def catalog_of() -> Catalog:
    wheel, loop = resting_wheel(), asyncio.get_running_loop()
    protections = Protections(wheel, loop.time, time.time)
    services: Any = None
    return Catalog(wheel, Metrics("1", []), lambda silo: services, loop.time, lambda: 0.5, protections)


async def adopted(
    catalog: Catalog, silos: Iterable[Silo], routes: Iterable[Route] = (), unmatched: str | None = None
) -> Adoption:
    """Adopt a configuration and let it serve."""
    adoption = await catalog.adopt({silo.name: silo for silo in silos}, routes, unmatched)
    catalog.settle(adoption)
    return adoption


# What a configuration becomes


@pytest.mark.parametrize(
    ("stage", "legacy", "platform", "own"),
    [
        (Stage.LEGACY, HttpTarget, None, None),
        (Stage.CANARY, HttpTarget, HttpTarget, None),
        (Stage.PLATFORM, HttpTarget, HttpTarget, None),
        (Stage.COMPLETE, None, HttpTarget, None),
        (Stage.GONE, None, None, GoneAnswer),
    ],
)
async def test_a_route_gets_the_targets_that_its_stage_may_ask(
    stage: Stage, legacy: type | None, platform: type | None, own: type | None
) -> None:
    adoption = await adopted(catalog_of(), [PORTAL], [route_of(stage=stage, legacy="portal")])
    served = adoption.served["titles.read"]
    kinds = [None if each is None else type(each) for each in (served.legacy, served.platform, served.own)]
    assert kinds == [legacy, platform, own]


async def test_the_targets_are_named_for_the_metrics() -> None:
    routes = [route_of(stage=Stage.CANARY, legacy="portal"), route_of(legacy="register.get", name="b", match="/b")]
    adoption = await adopted(catalog_of(), [PORTAL, register(Drawers())], routes)
    assert adoption.targets == {"facade", "portal", "127.0.0.1:7101", "register"}
    served = adoption.served["titles.read"]
    assert served.legacy is not None
    assert served.platform is not None
    assert (served.legacy.name, served.legacy.silo) == ("portal", "portal")
    assert (served.platform.name, served.platform.silo) == ("127.0.0.1:7101", None)


async def test_everything_that_leads_to_a_protected_silo_leads_through_the_same_protection() -> None:
    small = replace(PORTAL, protect=Protect(concurrency=1))
    routes = [
        READ,
        route_of(legacy="portal", platform=None, name="b", match="/b"),
        route_of(legacy="register.get", name="c"),
    ]
    catalog = catalog_of()
    silos = [small, register(Drawers())]
    served = await adopted(catalog, silos, routes, unmatched="portal")
    targets = [served.served["titles.read"].legacy, served.served["b"].legacy, served.unmatched]
    (protection,) = {target.protection for target in targets if target is not None}
    assert protection is not None
    again = await adopted(catalog, [replace(small, protect=Protect(concurrency=2)), register(Drawers())], routes)
    kept, free = again.served["b"].legacy, again.served["c"].legacy
    assert kept is not None
    assert kept.protection is protection
    assert protection.budget.limit == 2
    assert free is not None
    assert free.protection is None


async def test_an_adapted_silo_is_asked_for_its_operation() -> None:
    adoption = await adopted(catalog_of(), [register(Drawers())], [route_of(legacy="register.get", platform=None)])
    target = adoption.served["titles.read"].legacy
    assert isinstance(target, SiloTarget)
    assert await (await target.ask(request_of())).body.collect(100) == b"get"


async def test_what_no_route_covers_may_have_a_silo_of_its_own() -> None:
    catalog = catalog_of()
    assert (await adopted(catalog, [PORTAL])).unmatched is None
    unmatched = (await adopted(catalog, [PORTAL], unmatched="portal")).unmatched
    assert unmatched is not None
    assert unmatched.name == "portal"


class Writers(Drawers):
    """A kind whose every operation writes."""

    def writes(self, operation: Cabinet) -> bool:
        return True


def external(kind: Drawers, **more: Any) -> Silo:
    return replace(register(kind, name="pay"), is_external=True, **more)


def to_external(stage: Stage = Stage.PLATFORM, **more: Any) -> Route:
    return Route("a", READ.match, stage, SiloReference("portal"), SiloReference("pay", "get"), **more)


async def test_a_platform_may_be_an_external_which_is_no_silo_in_the_metrics() -> None:
    adoption = await adopted(catalog_of(), [PORTAL, external(Drawers())], [to_external()])
    target = adoption.served["a"].platform
    assert isinstance(target, SiloTarget)
    assert (target.name, target.silo, target.is_external) == ("pay", None, True)
    assert "pay" in adoption.targets


async def test_an_external_is_protected_as_a_silo_is() -> None:
    outside = external(Drawers(), protect=Protect(concurrency=1))
    adoption = await adopted(catalog_of(), [PORTAL, outside], [to_external()])
    target = adoption.served["a"].platform
    assert target is not None
    assert target.protection is not None
    assert target.protection.rules.concurrency == 1


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.CANARY, Stage.PLATFORM])
async def test_an_external_is_asked_nothing_for_a_comparison_whatever_its_route_says(stage: Stage) -> None:
    shadow = Shadow(sample=Fraction(1), noise=Fraction(1, 10))
    compared = route_of(stage=stage, legacy="portal", shadow=shadow)
    silos = [PORTAL, external(Drawers())]
    adoption = await adopted(catalog_of(), silos, [to_external(stage, shadow=shadow), compared])
    assert adoption.served["a"].shadowing is None
    assert adoption.served["titles.read"].shadowing is not None


@pytest.mark.parametrize(("kind", "falls_back"), [(Drawers, True), (Writers, False)])
async def test_what_an_external_may_have_done_is_not_answered_by_legacy(kind: type[Drawers], falls_back: bool) -> None:
    adoption = await adopted(catalog_of(), [PORTAL, external(kind())], [to_external()])
    assert (adoption.served["a"].reading_legacy is not None) is falls_back


@pytest.mark.parametrize(
    ("host", "read"),
    [("silo", b"127.0.0.1:7000"), ("target", b"127.0.0.1:7000"), ("caller", b"platform.example")],
)
async def test_a_target_reads_its_own_name_or_the_callers(network: Network, host: str, read: bytes) -> None:
    if host == "target":
        route = Route("a", READ.match, Stage.PLATFORM, None, PlatformService("http://127.0.0.1:7000", host=host))
        target = (await adopted(catalog_of(), [], [route])).served["a"].platform
    else:
        silo = Silo("portal", Passthrough("http://127.0.0.1:7000", host=host))
        target = (await adopted(catalog_of(), [silo], [READ])).served["titles.read"].legacy
    assert target is not None
    asking = asyncio.ensure_future(target.ask(request_of(b"GET", b"/", (b"Host", b"platform.example"))))
    await settle()
    assert b"\r\nHost: " + read + b"\r\n" in network.ends[0].got
    asking.cancel()


@pytest.mark.parametrize(
    ("url", "asked"),
    [("http://127.0.0.1:7101", 7101), ("http://127.0.0.1", 80), ("https://127.0.0.1", 443)],
)
async def test_a_service_is_reached_at_its_port_or_its_schemes(network: Network, url: str, asked: int) -> None:
    route = Route("a", READ.match, Stage.PLATFORM, None, PlatformService(url))
    target = (await adopted(catalog_of(), [], [route])).served["a"].platform
    assert target is not None
    asking = asyncio.ensure_future(target.ask(request_of()))
    async with asyncio.timeout(30):
        await network.tried.wait()
    ((host, port, tls, name),) = network.asked
    assert (host, port) == ("127.0.0.1", asked)
    assert (tls is not None) == (name == "127.0.0.1") == url.startswith("https")
    asking.cancel()


# Reloads


async def used(adoption: Adoption, network: Network) -> None:
    """Leave the portal's pool with one idle connection."""
    target = adoption.served["titles.read"].legacy
    assert target is not None
    asking = asyncio.ensure_future(target.ask(request_of()))
    await settle()
    network.ends[-1].sends(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    await asking


async def test_a_reload_keeps_the_connections_to_whatever_is_still_named(network: Network) -> None:
    catalog = catalog_of()
    await used(await adopted(catalog, [PORTAL], [READ]), network)
    again = await adopted(catalog, [PORTAL], [READ, route_of("GET /b", name="b", legacy="portal")])
    await used(again, network)
    assert len(network.ends) == 1
    assert not network.ends[0].cut


async def test_a_reload_closes_the_connections_to_whatever_is_no_longer_named(network: Network) -> None:
    catalog = catalog_of()
    await used(await adopted(catalog, [PORTAL], [READ]), network)
    await adopted(catalog, [PORTAL])
    await settle()
    assert network.ends[0].cut
    assert "<Pool" not in repr(catalog)


async def test_a_call_of_the_old_table_ends_by_itself(network: Network) -> None:
    catalog = catalog_of()
    target = (await adopted(catalog, [PORTAL], [READ])).served["titles.read"].legacy
    assert target is not None
    asking = asyncio.ensure_future(target.ask(request_of()))
    await settle()
    await adopted(catalog, [])
    assert not network.ends[0].cut
    network.ends[0].sends(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert (await asking).head.status == 200
    await settle()
    assert network.ends[0].cut


async def test_nothing_is_let_go_before_the_new_table_serves(network: Network) -> None:
    catalog, kind = catalog_of(), Drawers()
    await used(await adopted(catalog, [PORTAL, register(kind)], [READ]), network)
    await catalog.adopt({}, [], None)
    await settle()
    assert not network.ends[0].cut
    assert kind.opened[0].closed == 0


async def test_an_adapter_is_kept_while_its_silo_stays_the_same() -> None:
    catalog, kind = catalog_of(), Drawers()
    for _ in range(3):
        await adopted(catalog, [register(kind)])
    assert len(kind.opened) == 1
    assert kind.opened[0].closed == 0


@pytest.mark.parametrize("change", [{"place": "east"}, {"timeout": 3.0}])
async def test_an_adapter_whose_silo_changed_is_opened_anew_and_the_old_one_closed_after_its_last_call(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    monkeypatch.setattr(module, "_LAST_CALLS", -9.5)
    catalog, kind = catalog_of(), Drawers()
    await adopted(catalog, [register(kind)])
    await adopted(catalog, [register(kind, **change)])
    await settle()
    old, new = kind.opened
    assert (old.closed, new.closed) == (0, 0)
    async with asyncio.timeout(10):
        while not old.closed:  # noqa: ASYNC110 - nobody tells that an adapter has closed
            await asyncio.sleep(0.01)
    assert (old.closed, new.closed) == (1, 0)
    await catalog.close()
    assert (old.closed, new.closed) == (1, 1)


async def test_at_the_end_everything_is_closed_once_even_what_waits_for_its_last_call() -> None:
    catalog, kind = catalog_of(), Drawers()
    await adopted(catalog, [register(kind)])
    await adopted(catalog, [register(kind, "east")])
    await catalog.close()
    assert [drawer.closed for drawer in kind.opened] == [1, 1]


async def test_a_reload_that_will_not_serve_closes_what_it_opened_and_nothing_else(network: Network) -> None:
    catalog, kind = catalog_of(), Drawers()
    await used(await adopted(catalog, [PORTAL, register(kind)], [READ]), network)
    bad = await catalog.adopt(
        {silo.name: silo for silo in (PORTAL, register(kind), register(kind, name="new"))}, [READ], None
    )
    await catalog.discard(bad)
    await settle()
    assert [drawer.closed for drawer in kind.opened] == [0, 1]
    assert not network.ends[0].cut


async def test_a_silo_that_cannot_be_opened_closes_what_was_opened_before_it() -> None:
    catalog, kind = catalog_of(), Drawers()
    await adopted(catalog, [register(kind)])
    silos = (register(kind), register(kind, name="a"), register(kind, "south", name="b"))
    with pytest.raises(SiloError, match=r"^b: its adapter failed, with RuntimeError$"):
        await catalog.adopt({silo.name: silo for silo in silos}, [], None)
    assert [drawer.closed for drawer in kind.opened] == [0, 1]


async def test_a_route_that_cannot_be_served_closes_what_was_opened_for_it() -> None:
    catalog, kind = catalog_of(), Drawers()
    with pytest.raises(KeyError):
        await catalog.adopt({"register": register(kind)}, [route_of(legacy="nobody")], None)
    assert [drawer.closed for drawer in kind.opened] == [1]


async def test_a_route_that_cannot_be_served_leaves_open_what_serves_and_closes_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(Origin, "close", lambda origin: closed.append(origin.name))
    catalog = catalog_of()
    await adopted(catalog, [PORTAL], [READ])
    new = route_of(stage=Stage.COMPLETE, legacy=None, name="b", match="/b")
    with pytest.raises(KeyError):
        await catalog.adopt({"portal": PORTAL}, [READ, new, route_of(legacy="nobody", name="c", match="/c")], None)
    assert closed == ["127.0.0.1:7101"]


async def test_a_thousand_routes_are_adopted_in_turns_with_others() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = spawn(others(), "others")
    routes = [route_of(legacy="portal", name=f"read-{number}", match=f"/read/{number}") for number in range(1000)]
    adoption = await adopted(catalog_of(), [PORTAL], routes)
    waiting.cancel()
    assert turns >= 40
    assert list(adoption.served) == [route.name for route in routes]


async def test_a_hundred_reloads_leave_no_more_than_one(network: Network) -> None:
    catalog, kind = catalog_of(), Drawers()
    for number in range(100):
        stage = Stage.CANARY if number % 2 else Stage.LEGACY
        await adopted(catalog, [PORTAL, register(kind)], [route_of(legacy="portal", stage=stage)])
    assert len(kind.opened) == 1
    assert repr(catalog).count("<Pool") <= 2
    await catalog.close()
