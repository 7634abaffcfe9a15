"""One request's way, as far as it has come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from calls import route_of

from facade.outcomes import Outcome
from facade.proxy.passage import Passage
from facade.routing.stage import Side, Stage
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.message import HTTP_1_1, Field, RequestHead, block

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Chance:
    """Random bytes that are all alike, counted."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, count: int) -> bytes:
        self.drawn += 1
        return b"\x11" * count


def passage(*fields: Field, chance: Chance | None = None) -> Passage:
    connection = cast(Any, SimpleNamespace(peer="", secure=False, draining=False))
    head = RequestHead(b"GET", b"/", HTTP_1_1, block(list(fields)))
    return Passage(Exchange(connection, head, Body.whole(b"")), 100.0, chance or Chance())


def test_a_trace_is_followed_or_made() -> None:
    followed = passage((b"Traceparent", TRACEPARENT)).trace
    assert (followed.trace_id, followed.minted) == ("0af7651916cd43dd8448eb211c80319c", False)
    made = passage().trace
    assert (made.trace_id, made.minted) == ("11" * 16, True)


@pytest.mark.parametrize("fields", [[(b"Traceparent", TRACEPARENT)] * 2, [(b"Traceparent", b"garbage")]])
def test_a_trace_that_is_none_is_replaced(fields: list[Field]) -> None:
    assert passage(*fields).trace.minted


def test_a_request_is_named_by_its_caller_or_when_first_needed() -> None:
    chance = Chance()
    named = passage((b"X-Request-Id", b"my-own_1.2"), (b"traceparent", TRACEPARENT), chance=chance)
    assert (named.request_id(), chance.drawn) == ("my-own_1.2", 0)
    unnamed = passage((b"traceparent", TRACEPARENT), chance=chance)
    assert chance.drawn == 0
    assert unnamed.request_id() == unnamed.request_id() == "11" * 16
    assert chance.drawn == 1


@pytest.mark.parametrize("fields", [[(b"X-Request-Id", b"a b")], [(b"X-Request-Id", b"a"), (b"x-request-id", b"a")]])
def test_a_callers_name_that_is_no_name_is_not_taken(fields: list[Field]) -> None:
    assert passage(*fields).request_id() == "11" * 16


def test_the_outcome_is_what_has_been_found_out() -> None:
    begun = passage()
    assert begun.outcome(100.5) == Outcome(None, None, Side.OWN, None, 0.5, "", complete=False)
    begun.route, begun.side, begun.reason, begun.status = route_of(stage=Stage.CANARY), Side.PLATFORM, "why", 200
    begun.exchange.sent = True
    assert begun.outcome(101.0) == Outcome("titles.read", Stage.CANARY, Side.PLATFORM, 200, 1.0, "why", complete=True)


def test_a_request_that_turned_out_bad_on_its_way_has_the_status_that_its_caller_is_told() -> None:
    bad = passage()
    bad.exchange.failure = refusals.SLOW_REQUEST
    assert (bad.outcome(101.0).status, bad.outcome(101.0).code) == (408, "aborted")
    begun = passage()
    begun.exchange.failure = refusals.SLOW_REQUEST
    begun.exchange.started = True
    assert begun.outcome(101.0).status is None
