"""The one place that turns a configuration into what serves: a table, targets, metrics and bounds. In, then out whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from facade.config.settings import Configuration
from facade.control.describe import share_of
from facade.routing.route import Route
from facade.routing.table import RouteTable
from facade.snapshot import RequestLog, Snapshot
from facade.targets.catalog import Adoption, Catalog
from facade.targets.definition import Silo
from facade.telemetry.information import RouteInfo, SiloInfo
from facade.wire.limits import Forwarded, Limits


@dataclass(frozen=True, slots=True)
class Built:
    """A configuration ready to serve, its targets open. It serves once its snapshot is published and it is settled."""

    configuration: Configuration
    snapshot: Snapshot
    adoption: Adoption = field(repr=False)


def nothing() -> Snapshot:
    """What is served before the first configuration: nothing."""
    return Snapshot("", RouteTable.compile(()), {}, Limits(), Forwarded(), RequestLog())


async def build(configuration: Configuration, catalog: Catalog) -> Built:
    """Compile the table off the loop and open the targets. What fails leaves nothing open."""
    table = await asyncio.to_thread(RouteTable.compile, configuration.routes)
    settings = configuration.settings
    adoption = await catalog.adopt(configuration.silos, configuration.routes, settings.unmatched)
    snapshot = Snapshot(
        revision=configuration.revision,
        table=table,
        served=adoption.served,
        limits=settings.limits,
        forwarded=settings.forwarded,
        log=RequestLog(settings.log.requests, settings.log.errors),
        unmatched=adoption.unmatched,
    )
    return Built(configuration, snapshot, adoption)


def route_infos(routes: Iterable[Route]) -> tuple[RouteInfo, ...]:
    """The routes as the metrics state them."""
    return tuple(
        RouteInfo(
            name=route.name,
            silo=None if route.legacy is None else route.legacy.silo,
            group=route.group,
            stage=route.stage,
            share=share_of(route),
        )
        for route in routes
    )


def silo_infos(silos: Iterable[Silo]) -> tuple[SiloInfo, ...]:
    """The silos as the metrics state them."""
    return tuple(SiloInfo(silo.name, silo.switch_off) for silo in silos)
