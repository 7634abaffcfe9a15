"""The waterline: services above the platform's line, silos below it, and how far each silo still reaches up. Pure."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from facade.control.view import RouteRow, SiloRow, StatusView
from facade.ending.forecast import ForecastKind
from facade.ending.schedule import SiloSchedule

SERVICES: Final = 24
"""Services that are drawn, the busiest first: more would push the silos off the first screen."""

FLOOR: Final = 1.5
"""Percent of the depth that even a silo at the bottom takes up, so that it is seen."""

_MOVED: Final = frozenset({"platform", "complete", "gone"})
"""Stages of a route whose calls the silo no longer answers."""

_UNPLUGGED: Final = frozenset({"complete", "gone"})

Course = Literal["holds", "late", "unknown"]
"""Whether a silo's date holds, by its forecast."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a route's platform side points at: a new service or an external. `part` is of all answered calls, 0 to 1."""

    name: str
    part: float | None
    routes: int
    is_external: bool


@dataclass(frozen=True, slots=True)
class SunkenSilo:
    """One silo in the picture. `reach` is its part of all calls, 0 to 1; `height` the same in percent, as it is drawn.

    `trouble` says what keeps it from answering now; `forecast` is empty where none is made.
    """

    name: str
    kind: str
    owner: str | None
    reach: float | None
    height: float
    calls: int
    routes_left: int
    switch_off: datetime.date | None
    overdue: bool
    course: Course
    forecast: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Waterline:
    """The whole picture. `part` is of all answered calls the new side's; `moved` and `routes` count routes."""

    services: tuple[Service, ...]
    more_services: int
    silos: tuple[SunkenSilo, ...]
    part: float | None
    moved: int
    routes: int

    @property
    def emptied(self) -> int:
        return sum(not silo.routes_left for silo in self.silos)

    @property
    def overdue(self) -> int:
        return sum(silo.overdue for silo in self.silos)


def waterline(view: StatusView, schedules: Mapping[str, SiloSchedule]) -> Waterline:
    """The picture of what runs: silos that reach furthest up first."""
    left = Counter(silo_of(route) for route in view.routes if route.stage not in _UNPLUGGED)
    silos = [sunken(row, left[row.name], schedules.get(row.name)) for row in view.silos]
    every = sum(route.calls.legacy + route.calls.platform + route.calls.own for route in view.routes)
    services = sorted(_services(view.routes, every), key=lambda each: (-(each.part or 0), each.name))
    return Waterline(
        services=tuple(services[:SERVICES]),
        more_services=max(0, len(services) - SERVICES),
        silos=tuple(sorted(silos, key=lambda silo: (-(silo.reach or 0), silo.name))),
        part=sum(route.calls.platform for route in view.routes) / every if every else None,
        moved=sum(route.stage in _MOVED for route in view.routes),
        routes=len(view.routes),
    )


def sunken(row: SiloRow, routes_left: int, schedule: SiloSchedule | None) -> SunkenSilo:
    """A silo as it is drawn."""
    return SunkenSilo(
        name=row.name,
        kind=row.kind,
        owner=row.owner,
        reach=row.share,
        height=max(FLOOR, round((row.share or 0.0) * 100, 1)),
        calls=row.calls,
        routes_left=routes_left,
        switch_off=row.switch_off,
        overdue=row.overdue,
        course=course(row.switch_off, schedule),
        forecast="" if schedule is None else schedule.forecast.sentence,
        trouble=", ".join(_troubles(row)),
    )


def course(switch_off: datetime.date | None, schedule: SiloSchedule | None) -> Course:
    """Whether the date holds: it does once nothing calls, or where even the latest day that is likely comes before."""
    if switch_off is None or schedule is None:
        return "unknown"
    expected = schedule.forecast
    if expected.kind is ForecastKind.EMPTY:
        return "holds"
    if expected.kind is ForecastKind.NOT_FALLING or (expected.day is not None and expected.day > switch_off):
        return "late"
    return "holds" if expected.latest is not None and expected.latest <= switch_off else "unknown"


def silo_of(route: RouteRow) -> str:
    """The silo that a route's legacy side asks, empty where it has none."""
    return (route.legacy or "").partition(".")[0]


def service_of(platform: str) -> tuple[str, bool]:
    """What a platform side is called in the picture, and whether it is an external.

    >>> service_of("http://127.0.0.1:7101/v1"), service_of("card-payments.take-payment")
    (('127.0.0.1:7101', False), ('card-payments', True))
    """
    first = platform.partition(",")[0]
    if first.startswith("unix:"):
        return first, False
    scheme, is_url, rest = first.partition("://")
    return (rest.partition("/")[0], False) if is_url else (scheme.partition(".")[0], True)


def _services(routes: Iterable[RouteRow], every: int) -> Iterator[Service]:
    calls: Counter[tuple[str, bool]] = Counter()
    number: Counter[tuple[str, bool]] = Counter()
    for route in routes:
        if route.platform is not None and route.stage in _ANSWERING:
            service = service_of(route.platform)
            calls[service] += route.calls.platform
            number[service] += 1
    for (name, is_external), count in number.items():
        yield Service(name, calls[name, is_external] / every if every else None, count, is_external)


_ANSWERING: Final = frozenset({"canary", "platform", "complete"})
"""Stages in which the platform side answers callers."""


def _troubles(row: SiloRow) -> Iterator[str]:
    if row.breaker not in (None, "closed"):
        yield f"its breaker is {row.breaker}".replace("_", " ")
    if row.opens is not None:
        yield f"closed until {row.opens:%A %H:%M}"
