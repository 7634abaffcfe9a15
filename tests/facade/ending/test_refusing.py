"""What a silo's date does to its routes: alone nothing, confirmed what the stage allows."""

from __future__ import annotations

import datetime
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from calls import route_of
from hypothesis import given
from hypothesis import strategies as st

from facade.ending.refusing import SwitchOff, ended, off_at, without_brownouts
from facade.routing.notice import Announced, Brownout, Notice
from facade.routing.stage import Stage

DATE = datetime.date(2027, 3, 31)
LONDON = ZoneInfo("Europe/London")
OFF = off_at(DATE, LONDON)
DUE = SwitchOff("registry", DATE, OFF, refuses=True, is_past=True, confirmed_by="Ada")
AHEAD = replace(DUE, is_past=False)


@given(st.sampled_from(Stage), st.booleans(), st.booleans(), st.sampled_from([None, "Ada"]))
def test_nothing_changes_unless_the_file_says_so_and_a_person_has_confirmed_it(
    stage: Stage, refuses: bool, is_past: bool, by: str | None
):
    silo = replace(DUE, refuses=refuses, is_past=is_past, confirmed_by=by)
    route = replace(route_of(), stage=stage)
    if not (refuses and by):
        assert ended(route, silo) is route
        assert not silo.is_off
        assert silo.missing
    assert silo.is_off == bool(refuses and is_past and by)


@pytest.mark.parametrize(
    ("stage", "then"),
    [
        (Stage.LEGACY, Stage.GONE),
        (Stage.SHADOW, Stage.GONE),
        (Stage.CANARY, Stage.GONE),
        (Stage.PLATFORM, Stage.COMPLETE),
    ],
)
def test_what_the_silo_answers_is_gone_and_what_the_platform_answers_is_complete(stage: Stage, then: Stage):
    route = ended(replace(route_of(), stage=stage), DUE)
    assert route.stage is then
    assert route.notice.switched_off == "registry was switched off on 2027-03-31, confirmed by Ada"


@pytest.mark.parametrize("stage", [Stage.COMPLETE, Stage.GONE])
def test_a_route_that_needs_no_silo_stays_as_it_is(stage: Stage):
    route = replace(route_of(), stage=stage)
    assert ended(route, DUE) is route


def test_a_confirmed_end_is_announced_until_it_comes():
    assert ended(replace(route_of(), stage=Stage.LEGACY), AHEAD).notice.sunset == Announced(OFF)
    platform = replace(route_of(), stage=Stage.PLATFORM)
    assert ended(platform, AHEAD) is platform


def test_the_sooner_sunset_is_told_and_never_one_before_the_deprecation():
    sooner = replace(route_of(), stage=Stage.LEGACY, notice=Notice(sunset=Announced(OFF - datetime.timedelta(days=1))))
    assert ended(sooner, AHEAD) is sooner
    later = Notice(Announced(OFF + datetime.timedelta(days=1)), Announced(OFF + datetime.timedelta(days=2), "/ends"))
    told = ended(replace(sooner, notice=later), AHEAD).notice
    assert told.deprecated == Announced(OFF)
    assert told.sunset == Announced(OFF, "/ends")


@pytest.mark.parametrize(
    ("date", "off"),
    [
        (DATE, datetime.datetime(2027, 3, 31, 23, tzinfo=datetime.UTC)),  # summer time
        (datetime.date(2027, 1, 31), datetime.datetime(2027, 2, 1, tzinfo=datetime.UTC)),
    ],
)
def test_a_day_is_over_at_midnight_of_the_operators_clock(date: datetime.date, off: datetime.datetime):
    assert off_at(date, LONDON) == off


def test_the_last_days_of_the_calendar_have_an_end_too():
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        assert off_at(datetime.date.max, ZoneInfo(zone)).astimezone(datetime.UTC).year == 9999


def test_stopped_brownouts_are_no_more_and_the_dates_stand():
    notice = Notice(sunset=Announced(OFF), brownouts=(Brownout(OFF, OFF + datetime.timedelta(hours=1), "why"),))
    route = replace(route_of(), notice=notice)
    assert without_brownouts(route).notice == Notice(sunset=Announced(OFF))
    plain = route_of()
    assert without_brownouts(plain) is plain
