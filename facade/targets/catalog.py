"""The catalog: origins and open adapters by what they lead to, kept across reloads, let go when nothing names them.

A reload first adopts (opens what is new, beside what is running), then the snapshot is swapped, then `settle` lets go
of what only the table before it needed. Calls that still run on the old table end by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from facade.port import Adapter, Services
from facade.routing.route import PlatformService, Route, SiloReference, TargetTls
from facade.routing.stage import Stage
from facade.targets.announced import announced
from facade.targets.definition import Adapted, Passthrough, Silo
from facade.targets.endpoints.endpoints import Endpoints
from facade.targets.endpoints.origin import Origin, Reach, name_of
from facade.targets.endpoints.origins import Origins
from facade.targets.http import HttpTarget
from facade.targets.leakage import Leakages
from facade.targets.lifetime import close_adapters, open_adapter
from facade.targets.own import OWN, GoneAnswer
from facade.targets.protect.protections import Adopted, Protections
from facade.targets.served import ASKS_LEGACY, ASKS_PLATFORM, COMPARES, Served, Shadowing
from facade.targets.silo import SiloTarget
from facade.targets.target import Target
from facade.targets.template import PathTemplate
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics
from facade.wire.deadlines import Deadlines
from facade.wire.leniency import STRICT, Leniency

_PATIENCE: Final = 10.0
"""Seconds a platform service may be silent where the route names no `timeout` for a try; a silo's own default too."""

_AT_ONCE: Final = 20
"""Routes until the event loop is given back: a third of a millisecond's work, so that a large table delays no call."""

_LAST_CALLS: Final = 1.0
"""Seconds beyond a silo's own time-out after which no call of an old table can be running."""


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """An open adapter and the definition it was opened for."""

    silo: str
    reach: Adapted
    adapter: Adapter
    patience: float


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a configuration needs, opened: its routes with their targets. Nothing of it serves before `settle`."""

    served: Mapping[str, Served]
    unmatched: Target | None
    targets: frozenset[str]
    origins: Mapping[Reach, Origin] = field(repr=False)
    adapters: Mapping[str, _Open] = field(repr=False)
    protections: Mapping[str, Adopted] = field(repr=False)


class Catalog:
    """Everything that is open towards silos and services. `draw` gives a number of [0, 1), for samples of answers."""

    def __init__(
        self,
        deadlines: Deadlines,
        metrics: Metrics,
        services: Callable[[Silo], Services],
        clock: Callable[[], float],
        draw: Callable[[], float],
        protections: Protections,
    ) -> None:
        self._deadlines = deadlines
        self._metrics = metrics
        self._services = services
        self._clock = clock
        self._draw = draw
        self._protections = protections
        self._origins = Origins(deadlines)
        self._adapters: dict[str, _Open] = {}
        self._retired: set[_Open] = set()

    def __repr__(self) -> str:
        return f"<Catalog {self._origins!r} adapters={sorted(self._adapters)}>"

    async def adopt(self, systems: Mapping[str, Silo], routes: Iterable[Route], unmatched: str | None) -> Adoption:
        """Open what the configuration names, silos and externals, and is not open yet.

        What an adapter raises closes what was opened.
        """
        adapters: dict[str, _Open] = {}
        try:
            for silo in systems.values():
                if isinstance(silo.reach, Adapted):
                    adapters[silo.name] = await self._adapter(silo, silo.reach)
            return await self._adoption(systems, tuple(routes), unmatched, adapters)
        except BaseException:
            await self._close_new(adapters)
            raise

    async def _adoption(
        self,
        systems: Mapping[str, Silo],
        routes: tuple[Route, ...],
        unmatched: str | None,
        adapters: Mapping[str, _Open],
    ) -> Adoption:
        leakages = Leakages(routes, self._metrics, self._draw)
        protections = self._protections.adopt(systems.values())
        opening = _Opening(
            self._deadlines, self._metrics, self._clock, systems, self._origins, adapters, leakages, protections
        )
        try:
            served = await opening.all_served(routes)
            rest = None if unmatched is None else opening.silo(SiloReference(unmatched))
        except BaseException:
            self._origins.discard(opening.origins)
            raise
        return Adoption(served, rest, frozenset(opening.names), opening.origins, adapters, protections)

    def settle(self, adoption: Adoption) -> None:
        """The adoption serves now: let go of what only the table before it needed."""
        self._origins.settle(adoption.origins)
        for name, open_ in self._adapters.items():
            if adoption.adapters.get(name) is not open_:
                self._retired.add(open_)
                _ = spawn(self._close_later(open_), f"close adapter {name}")
        self._adapters = dict(adoption.adapters)
        self._protections.settle(adoption.protections)

    async def discard(self, adoption: Adoption) -> None:
        """The adoption will not serve: close what was opened for it alone."""
        self._origins.discard(adoption.origins)
        await self._close_new(adoption.adapters)

    async def close(self) -> None:
        self._origins.close()
        retired, self._retired = self._retired, set()
        await close_adapters((each.silo, each.adapter) for each in (*self._adapters.values(), *retired))

    async def _adapter(self, silo: Silo, reach: Adapted) -> _Open:
        now = self._adapters.get(silo.name)
        if now is not None and now.reach == reach and now.patience == silo.protect.timeout:
            return now
        adapter = await open_adapter(silo.name, reach, self._services(silo))
        return _Open(silo.name, reach, adapter, silo.protect.timeout)

    async def _close_new(self, adapters: Mapping[str, _Open]) -> None:
        await close_adapters(
            (name, open_.adapter) for name, open_ in adapters.items() if self._adapters.get(name) is not open_
        )

    async def _close_later(self, open_: _Open) -> None:
        await asyncio.sleep(open_.patience + _LAST_CALLS)
        if open_ in self._retired:
            self._retired.discard(open_)
            await close_adapters([(open_.silo, open_.adapter)])


class _Opening:
    """One adoption being put together."""

    def __init__(
        self,
        deadlines: Deadlines,
        metrics: Metrics,
        clock: Callable[[], float],
        systems: Mapping[str, Silo],
        known: Origins,
        adapters: Mapping[str, _Open],
        leakages: Leakages,
        protections: Mapping[str, Adopted],
    ) -> None:
        self._deadlines = deadlines
        self._metrics = metrics
        self._clock = clock
        self._systems = systems
        self._known = known
        self._adapters = adapters
        self._leakages = leakages
        self._protections = protections
        self.origins: dict[Reach, Origin] = {}
        self.names: set[str] = {OWN}

    async def all_served(self, routes: Iterable[Route]) -> dict[str, Served]:
        """Every route by its name, with its targets."""
        served: dict[str, Served] = {}
        for number, route in enumerate(routes, start=1):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            served[route.name] = self.served(route)
        return served

    def served(self, route: Route) -> Served:
        legacy = self.silo(route.legacy) if route.legacy is not None and route.stage in ASKS_LEGACY else None
        platform = self._platform(route) if route.stage in ASKS_PLATFORM else None
        own = GoneAnswer(route, self._metrics.in_flight(OWN)) if route.stage is Stage.GONE else None
        sides = [side for side in (route.legacy, route.platform) if isinstance(side, SiloReference)]
        reading = None if any(map(self._writes, sides)) else legacy
        return Served(route, legacy, platform, own, self._shadowing(route), reading, announced(route))

    def _shadowing(self, route: Route) -> Shadowing | None:
        """Both sides once more, for the calls that are compared. Nothing that writes is asked the same again.

        An external is asked nothing again, whatever its route says: whom it sees, and what it costs, is not ours.
        """
        shadow, legacy, platform = route.shadow, route.legacy, route.platform
        if shadow is None or legacy is None or route.stage not in COMPARES or self._writes(legacy):
            return None
        if not isinstance(platform, PlatformService):
            return None
        service = self._service(platform, route, shadow=True)
        return Shadowing(self.silo(legacy, shadow=True), service, float(shadow.sample), float(shadow.noise))

    def _writes(self, reference: SiloReference) -> bool:
        reach = self._systems[reference.silo].reach
        return isinstance(reach, Adapted) and reach.kind.writes(reach.operations[reference.operation or ""])

    def silo(self, reference: SiloReference, *, shadow: bool = False) -> Target:
        """One operation of a silo or an external, behind its protection if it has one."""
        target = self._silo(reference, shadow=shadow)
        adopted = self._protections.get(reference.silo)
        target.protection = None if adopted is None else adopted.protection
        return target

    def _silo(self, reference: SiloReference, *, shadow: bool) -> Target:
        silo = self._systems[reference.silo]
        self.names.add(silo.name)
        in_flight = self._metrics.in_flight(silo.name)
        patience = silo.protect.timeout
        if isinstance(silo.reach, Passthrough):
            return HttpTarget(
                silo.name,
                self._endpoints(silo.reach.urls, silo.reach.tls, silo.reach.leniency, shadow=shadow),
                in_flight,
                patience=patience,
                silo=silo.name,
                keeps_host=silo.reach.host == "caller",
                takes_chunks=silo.reach.takes_chunks,
                leakage=self._leakages.of_silo(silo.name, silo.reach),
                retries=self._metrics.retries(silo.name),
            )
        adapter = self._adapters[silo.name].adapter
        return SiloTarget(
            silo.name,
            reference.operation or "",
            adapter,
            in_flight,
            patience=patience,
            clock=self._clock,
            is_external=silo.is_external,
        )

    def _platform(self, route: Route) -> Target | None:
        platform = route.platform
        if isinstance(platform, SiloReference):
            return self.silo(platform)
        return None if platform is None else self._service(platform, route)

    def _service(self, platform: PlatformService, route: Route, *, shadow: bool = False) -> Target:
        name = ",".join(map(name_of, platform.urls))
        self.names.add(name)
        return HttpTarget(
            name,
            self._endpoints(platform.urls, platform.tls, STRICT, shadow=shadow),
            self._metrics.in_flight(name),
            patience=platform.timeout or _PATIENCE,
            keeps_host=platform.host == "caller",
            path=PathTemplate.parse(platform.path) if platform.path is not None else None,
            leakage=self._leakages.of_service(name, platform, route),
            retries=self._metrics.retries(name),
        )

    def _endpoints(self, urls: Iterable[str], tls: TargetTls | None, leniency: Leniency, *, shadow: bool) -> Endpoints:
        reaches = (Reach(url, tls, leniency, shadow) for url in urls)
        return Endpoints(tuple(self._known.adopt(reach, self.origins) for reach in reaches), self._deadlines)
