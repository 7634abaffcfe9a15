"""Brown-outs as they are shown: by time, bounded, and each where it is."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction

import pytest
from calls import route_of

from facade.config.settings import Configuration, Settings
from facade.control.ending.announced import MOST, brownouts
from facade.control.ending.stopped import Stop
from facade.routing.notice import Brownout, Notice

START = datetime.datetime(2027, 1, 12, 10, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def planned(*starts: datetime.datetime) -> Configuration:
    found = tuple(Brownout(start, start + HOUR, "near", Fraction(1, 10)) for start in starts)
    return Configuration("abc", Settings(), {}, (replace(route_of(), notice=Notice(brownouts=found)),), ())


@pytest.mark.parametrize(("stop", "states"), [(None, ["over", "on", "ahead"]), ("Bo", ["over", "stopped", "stopped"])])
def test_they_stand_by_time_each_where_it_is(stop: str | None, states: list[str]):
    files = planned(START + HOUR, START, START - HOUR)
    view = brownouts(files, Stop(stop, "why", START) if stop else None, START.timestamp())
    assert [row.state for row in view.brownouts] == states
    assert [row.start for row in view.brownouts] == [START - HOUR, START, START + HOUR]
    assert {(row.route, row.share, row.callers, row.why) for row in view.brownouts} == {
        ("titles.read", "10%", (), "near")
    }


def test_of_too_many_those_that_are_over_are_left_out_first():
    files = planned(*(START + number * HOUR for number in range(-5, MOST)))
    view = brownouts(files, None, START.timestamp())
    assert (len(view.brownouts), view.more) == (MOST, 5)
    assert view.brownouts[0].start == START
