"""What the configuration says, as series: made anew for each scrape from the values of the last `configured`.

They are generated one by one, so that a reload of 1,000 routes builds nothing and a scrape can stop between any two.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from facade.telemetry.families import (
    BREAKER_STATE,
    BREAKER_STATES,
    COMPARED,
    DIFFERS_FROM_FILE,
    GUARD_LIMIT,
    GUARD_MEASURED,
    GUARD_VERDICT,
    PARITY,
    ROUTE_INFO,
    ROUTE_SHARE,
    ROUTE_STAGE,
    SILO_SWITCH_OFF,
    STAGES,
    VERDICTS,
    WAITING,
)
from facade.telemetry.series import Gauge


@dataclass(frozen=True, slots=True)
class RouteInfo:
    """A configured route. `share` is the platform's part of its calls, 0 to 1, None where no side is asked."""

    name: str
    silo: str | None
    group: str | None
    stage: str
    share: float | None
    differs_from_file: bool = False


@dataclass(frozen=True, slots=True)
class SiloInfo:
    """A configured silo and the day it is to be switched off."""

    name: str
    switch_off: datetime.date | None


@dataclass(frozen=True, slots=True)
class VerdictInfo:
    """What a route's guard says of it; `checks` are (name, measured, limit)."""

    route: str
    verdict: str
    checks: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class ParityInfo:
    """What was compared of a route since its last change: how many calls, and the part in which both sides agree."""

    route: str
    compared: int
    parity: float


@dataclass(frozen=True, slots=True)
class ProtectionInfo:
    """What stands before a target: calls that wait for a slot, None where none can; a breaker's state, if any."""

    target: str
    waiting: int | None
    breaker: str | None


def route_info(routes: Iterable[RouteInfo]) -> Iterator[Gauge]:
    """Name each route's silo and group."""
    for route in routes:
        yield Gauge(ROUTE_INFO, (route.name, route.silo or "", route.group or ""), 1)


def route_stage(routes: Iterable[RouteInfo]) -> Iterator[Gauge]:
    """Say of each stage whether a route is in it."""
    for route in routes:
        for stage in STAGES:
            yield Gauge(ROUTE_STAGE, (route.name, stage), int(route.stage == stage))


def route_share(routes: Iterable[RouteInfo]) -> Iterator[Gauge]:
    """State the platform's part of each route that is still answered."""
    for route in routes:
        if route.share is not None:
            yield Gauge(ROUTE_SHARE, (route.name,), float(route.share))


def silo_switch_off(silos: Iterable[SiloInfo]) -> Iterator[Gauge]:
    """State the day of each silo that has one, as its first second in UTC."""
    for silo in silos:
        if silo.switch_off is not None:
            day = datetime.datetime.combine(silo.switch_off, datetime.time(), datetime.UTC)
            yield Gauge(SILO_SWITCH_OFF, (silo.name,), day.timestamp())


def differs_from_file(routes: Iterable[RouteInfo]) -> Iterator[Gauge]:
    """Say of each route whether it stands where its file says."""
    for route in routes:
        yield Gauge(DIFFERS_FROM_FILE, (route.name,), int(route.differs_from_file))


def guard_verdict(verdicts: Iterable[VerdictInfo]) -> Iterator[Gauge]:
    """Say of each verdict whether it is a guarded route's."""
    for each in verdicts:
        for verdict in VERDICTS:
            yield Gauge(GUARD_VERDICT, (each.route, verdict), int(each.verdict == verdict))


def guard_measured(verdicts: Iterable[VerdictInfo]) -> Iterator[Gauge]:
    """State what each check of a guarded route measured."""
    for each in verdicts:
        for name, measured, _ in each.checks:
            yield Gauge(GUARD_MEASURED, (each.route, name), measured)


def guard_limit(verdicts: Iterable[VerdictInfo]) -> Iterator[Gauge]:
    """State the limit of each check of a guarded route."""
    for each in verdicts:
        for name, _, limit in each.checks:
            yield Gauge(GUARD_LIMIT, (each.route, name), limit)


def parity(parities: Iterable[ParityInfo]) -> Iterator[Gauge]:
    """State the parity of each route of which anything was compared."""
    for each in parities:
        if each.compared:
            yield Gauge(PARITY, (each.route,), each.parity)


def compared(parities: Iterable[ParityInfo]) -> Iterator[Gauge]:
    """State how much was compared of each route."""
    for each in parities:
        yield Gauge(COMPARED, (each.route,), each.compared)


def waiting(protections: Iterable[ProtectionInfo]) -> Iterator[Gauge]:
    """State how many calls wait for each target that takes so many at once."""
    for protection in protections:
        if protection.waiting is not None:
            yield Gauge(WAITING, (protection.target,), protection.waiting)


def breaker_state(protections: Iterable[ProtectionInfo]) -> Iterator[Gauge]:
    """Say of each state whether a target's breaker is in it."""
    for protection in protections:
        if protection.breaker is not None:
            for state in BREAKER_STATES:
                yield Gauge(BREAKER_STATE, (protection.target, state), int(protection.breaker == state))
