"""What the answers of a route say of its end, as bytes."""

from __future__ import annotations

import datetime
from dataclasses import replace

from calls import route_of

from facade.routing.notice import Announced as At
from facade.routing.notice import Notice
from facade.targets.announced import announced

ENDS = Notice(sunset=At(datetime.datetime(2027, 3, 31, tzinfo=datetime.UTC)))
SUNSET = b"\r\nSunset: Wed, 31 Mar 2027 00:00:00 GMT"


def test_a_route_without_dates_announces_nothing():
    assert announced(route_of()) is None


def test_what_is_the_same_for_every_call_is_made_once():
    said = announced(replace(route_of(), notice=ENDS, successor="/new"))
    assert said is not None
    assert said.successor is None
    assert said.lines({}) is said.fixed
    assert said.fixed == SUNSET + b'\r\nLink: </new>; rel="successor-version"'


def test_a_successor_is_filled_with_the_parameters_of_the_call_and_ends_no_line():
    said = announced(replace(route_of(), notice=ENDS, successor="https://a.example/new/{number}"))
    assert said is not None
    assert said.lines({"number": "7"}) == SUNSET + b'\r\nLink: <https://a.example/new/7>; rel="successor-version"'
    assert said.lines({"number": '7>, <x"\r\nX: y'}).count(b"\r\n") == 2
