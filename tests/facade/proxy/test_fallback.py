"""Which calls fall back on legacy, and how many."""

from __future__ import annotations

import pytest
from calls import request_of, route_of
from sides import Answerer

from facade.problem import Refusal
from facade.proxy.fallback import Fallbacks, PlatformFailed, is_failure
from facade.routing.route import Fallback
from facade.routing.stage import Side, Stage
from facade.targets.request import Request
from facade.targets.served import Served
from facade.telemetry.metrics import Metrics
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.framing import CHUNKED

LEGACY = Answerer("registry", Metrics("1", []))


def served(fallback: Fallback = Fallback.READS, *, reads: bool = True) -> Served:
    route = route_of(stage=Stage.PLATFORM, fallback=fallback)
    return Served(route, LEGACY, LEGACY, None, None, LEGACY if reads else None)


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS"])
def test_a_safe_call_of_the_platform_falls_back_on_legacy(method: bytes) -> None:
    assert Fallbacks().of(served(), Side.PLATFORM, request_of(method)) is LEGACY


@pytest.mark.parametrize(
    ("route", "side", "request_"),
    [
        (served(Fallback.NONE), Side.PLATFORM, request_of()),
        (served(), Side.LEGACY, request_of()),
        (served(reads=False), Side.PLATFORM, request_of()),
        (served(), Side.PLATFORM, request_of(b"POST")),
        (served(), Side.PLATFORM, request_of(b"DELETE")),
        (served(), Side.PLATFORM, request_of(body=Body(CHUNKED))),
        (
            served(),
            Side.PLATFORM,
            request_of(b"GET", b"/", (b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")),
        ),
    ],
)
def test_no_other_call_does(route: Served, side: Side, request_: Request) -> None:
    assert Fallbacks().of(route, side, request_) is None


def test_no_more_than_a_tenth_of_a_routes_calls_fall_back_but_a_few_are_saved() -> None:
    fallbacks, route, fallen = Fallbacks(), served(), 0
    for _ in range(1000):
        if fallbacks.of(route, Side.PLATFORM, request_of()) is not None:
            fallbacks.spend(route.route)
            fallen += 1
    assert 100 <= fallen <= 110


@pytest.mark.parametrize(
    ("failure", "counts"),
    [
        (PlatformFailed(), True),
        (Refusal(refusals.BROKEN), True),
        (Refusal(refusals.FULL), True),
        (Refusal(refusals.LATE), True),
        (Refusal(refusals.BODY_TOO_LARGE), False),
        (Refusal(refusals.INTERNAL), False),
        *((Refusal(problem), False) for problem in sorted(refusals.OURS, key=lambda problem: problem.reason)),
    ],
)
def test_what_counts_as_a_failure_of_the_platform(failure: Refusal | PlatformFailed, counts: bool) -> None:
    assert is_failure(failure) is counts
