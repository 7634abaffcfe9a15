"""The waterline: who stands above the line, and how far each silo reaches up to it."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from shown import GOOD, LAND, NOON, PORTAL, TITLES

from facade.control.view import Calls, RouteRow, SiloRow, StatusView
from facade.ending.forecast import Forecast, ForecastKind
from facade.ending.schedule import SiloSchedule
from facade.page.waterline import FLOOR, SERVICES, course, service_of, sunken, waterline

DATE = datetime.date(2027, 3, 31)
BEFORE, AFTER = DATE - datetime.timedelta(1), DATE + datetime.timedelta(1)


def view(*routes: RouteRow, silos: tuple[SiloRow, ...] = (PORTAL, LAND)) -> StatusView:
    return StatusView("1", NOON, GOOD, routes or (TITLES,), silos)


def scheduled(forecast: Forecast) -> SiloSchedule:
    return SiloSchedule("land-registry", None, "soap", DATE, "warn", False, 9, forecast, (), None, (), "")


def expected(kind: ForecastKind, day: datetime.date | None = None, latest: datetime.date | None = None) -> SiloSchedule:
    return scheduled(Forecast(kind, "reaches zero", day, day, latest))


def test_silos_that_reach_furthest_up_come_first() -> None:
    drawn = waterline(view(), {})
    assert [(silo.name, silo.reach, silo.height) for silo in drawn.silos] == [
        ("land-registry", 0.75, 75.0),
        ("portal", 0.0, FLOOR),
    ]


def test_a_route_is_left_to_its_silo_until_it_is_complete() -> None:
    for stage, left in (("legacy", 1), ("platform", 1), ("complete", 0), ("gone", 0)):
        drawn = waterline(view(dataclasses.replace(TITLES, stage=stage)), {})
        assert {silo.name: silo.routes_left for silo in drawn.silos} == {"land-registry": left, "portal": 0}
        assert drawn.emptied == (1 if left else 2)


def test_services_that_answer_stand_above_the_line_and_those_that_do_not_yet_do_not() -> None:
    external = dataclasses.replace(TITLES, name="pay", platform="card-payments.take", calls=Calls(0, 24, 0))
    shadowed = dataclasses.replace(TITLES, name="s", platform="http://127.0.0.1:7109", stage="shadow")
    drawn = waterline(view(TITLES, external, shadowed), {})
    told = [(each.name, each.part, each.routes, each.is_external) for each in drawn.services]
    assert told == [("127.0.0.1:7101", 25 / 226, 1, False), ("card-payments", 24 / 226, 1, True)]
    assert drawn.part == 74 / 226


def test_a_picture_of_very_many_services_says_how_many_more_there_are() -> None:
    routes = [dataclasses.replace(TITLES, name=f"r{n}", platform=f"http://127.0.0.1:{7000 + n}") for n in range(30)]
    drawn = waterline(view(*routes), {})
    assert (len(drawn.services), drawn.more_services) == (SERVICES, 30 - SERVICES)


def test_before_the_first_call_nothing_is_said_of_shares() -> None:
    silent = dataclasses.replace(TITLES, calls=Calls())
    drawn = waterline(view(silent, silos=(dataclasses.replace(LAND, share=None),)), {})
    assert (drawn.part, drawn.silos[0].reach, drawn.services[0].part) == (None, None, None)


@pytest.mark.parametrize(
    ("schedule", "holds"),
    [
        (None, "unknown"),
        (expected(ForecastKind.NOT_ENOUGH), "unknown"),
        (expected(ForecastKind.NOT_FALLING), "late"),
        (expected(ForecastKind.EMPTY), "holds"),
        (expected(ForecastKind.FALLING, BEFORE, DATE), "holds"),
        (expected(ForecastKind.FALLING, BEFORE, AFTER), "unknown"),
        (expected(ForecastKind.FALLING, BEFORE, None), "unknown"),
        (expected(ForecastKind.FALLING, AFTER, AFTER), "late"),
    ],
)
def test_a_date_holds_only_where_even_the_latest_day_comes_before_it(schedule: SiloSchedule | None, holds: str) -> None:
    assert course(DATE, schedule) == holds
    assert course(None, schedule) == "unknown"


def test_what_keeps_a_silo_from_answering_is_said() -> None:
    opens = datetime.datetime(2026, 11, 23, 7, tzinfo=datetime.UTC)
    troubled = dataclasses.replace(LAND, breaker="half_open", opens=opens)
    assert sunken(troubled, 0, None).trouble == "its breaker is half open, closed until Monday 07:00"
    assert sunken(dataclasses.replace(LAND, breaker="closed"), 0, None).trouble == ""


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        ("http://10.0.0.7:80, http://10.0.0.8:80/x", ("10.0.0.7:80", False)),
        ("https://[::1]:8443/v1", ("[::1]:8443", False)),
        ("unix:/run/app.sock", ("unix:/run/app.sock", False)),
        ("unix:/run/a.sock, http://10.0.0.8:80", ("unix:/run/a.sock", False)),
        ("card-payments", ("card-payments", True)),
    ],
)
def test_a_service_is_called_by_where_it_answers_and_an_external_by_its_name(
    platform: str, name: tuple[str, bool]
) -> None:
    assert service_of(platform) == name
