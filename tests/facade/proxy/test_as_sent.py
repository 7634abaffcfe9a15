"""A path that has several readings: where it may go, and that it goes nowhere else."""

from __future__ import annotations

import pytest
from calls import request_of, route_of

from facade.problem import Refusal
from facade.proxy.as_sent import find_as_sent
from facade.routing.facts import RequestFacts
from facade.routing.route import Route
from facade.routing.table import Found, RouteTable
from facade.snapshot import RequestLog, Snapshot
from facade.wire import refusals
from facade.wire.limits import Forwarded, Limits

TAKES = route_of("/portal/{rest...}", name="portal", as_sent=True)
STRICT = route_of("/titles/{rest...}", name="titles")


def found(target: bytes, *routes: Route, unmatched_as_sent: bool = False) -> Found | None:
    table = RouteTable.compile(routes or (TAKES, STRICT))
    snapshot = Snapshot("", table, {}, Limits(), Forwarded(), RequestLog(), unmatched_as_sent=unmatched_as_sent)
    request = request_of(b"GET", target)
    return find_as_sent(snapshot, request, "", "GET", RequestFacts(request))


def test_it_goes_to_the_route_that_takes_it() -> None:
    route = found(b"/portal//a%2fb?c=/../d")
    assert route is not None
    assert route.route is TAKES
    assert route.parameters == {"rest": "/a%2Fb"}


@pytest.mark.parametrize(
    "target", [b"/titles//a", b"/portal/../titles/a", b"/portal/%00", b"/other//a", b"/other/../portal"]
)
def test_it_goes_nowhere_where_it_is_not_taken_or_is_for_somebody_else(target: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        found(target)
    assert caught.value.problem is refusals.BAD_TARGET


def test_what_no_route_covers_goes_on_if_the_silo_for_it_takes_it() -> None:
    assert found(b"/other//a", unmatched_as_sent=True) is None
    with pytest.raises(Refusal):
        found(b"/other/../titles/a", unmatched_as_sent=True)
