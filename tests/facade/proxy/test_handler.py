"""The way of every request, top to bottom: who is asked, what the caller is told, what is counted."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from time import monotonic
from typing import Any, cast

import pytest
from calls import route_of
from far_end import FarEnd, settle
from hypothesis import given
from hypothesis import strategies as st
from network import DATE, Front, Network, resting_wheel
from structlog.testing import capture_logs

from facade.calls import Calls
from facade.comparisons import Comparisons
from facade.ending.heavy import Shaped
from facade.outcomes import Outcomes
from facade.problem import Problem, Refusal
from facade.proxy.handler import Handler
from facade.proxy.record import Recorder
from facade.proxy.shadow.mirror import Mirror
from facade.routing.known import KnownKeys
from facade.routing.notice import Announced as Told
from facade.routing.notice import Brownout, Notice
from facade.routing.route import Canary, Fallback, Key, KeyKind, Route
from facade.routing.stage import Stage
from facade.routing.table import RouteTable
from facade.snapshot import RequestLog, Snapshot, Snapshots
from facade.targets.announced import Announced, announced
from facade.targets.endpoints.endpoints import Endpoints
from facade.targets.endpoints.origin import Origin, Reach
from facade.targets.http import HttpTarget
from facade.targets.own import OWN, GoneAnswer
from facade.targets.request import Request
from facade.targets.served import Served
from facade.targets.target import Target
from facade.telemetry.metrics import Metrics
from facade.usage import Usage
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.deadlines import NEVER
from facade.wire.framing import CHUNKED
from facade.wire.leniency import STRICT
from facade.wire.limits import Forwarded, Limits
from facade.wire.message import HTTP_1_1, ResponseHead, block
from facade.wire.reply import Reply

GET = b"GET /titles/7 HTTP/1.1\r\nHost: a\r\n\r\n"
TRACED = (
    b"GET /titles/7 HTTP/1.1\r\nHost: a\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"
)

Ask = Callable[[Request], Awaitable[Reply]]


def whole(data: bytes, status: int = 200) -> Reply:
    fields = block([(b"Content-Length", b"%d" % len(data))])
    return Reply(ResponseHead(status, b"OK", HTTP_1_1, fields), Body.whole(data))


class FakeTarget(Target):
    """A target that answers with its name, or does as it is told."""

    def __init__(self, name: str, metrics: Metrics, ask: Ask | None = None, silo: str | None = None) -> None:
        self.name = name
        self.silo = silo
        self.in_flight = metrics.in_flight(name)
        self.asked: list[Request] = []
        self._ask = ask

    async def ask(self, request: Request) -> Reply:
        self.asked.append(request)
        return whole(self.name.encode()) if self._ask is None else await self._ask(request)


class House:
    """A handler with its table, its metrics and its clients. `legacy` and `platform` answer for every route."""

    def __init__(
        self,
        *routes: Route,
        legacy: Ask | Target | None = None,
        platform: Ask | None = None,
        unmatched: bool = False,
        log: RequestLog | None = None,
    ) -> None:
        self.metrics = Metrics("1", refusals.REASONS)
        self.now = 100.0
        self.calls = Calls()
        self.legacy = legacy if isinstance(legacy, Target) else FakeTarget("registry", self.metrics, legacy, "registry")
        self.platform = FakeTarget("service:80", self.metrics, platform)
        self.portal = FakeTarget("portal", self.metrics, silo="portal") if unmatched else None
        self.snapshots = Snapshots(self.snapshot(routes or (route_of(),), log or RequestLog(0.0)))
        recorder = Recorder(self.metrics, Outcomes(), lambda: 0.5, bytes)
        no_tunnels = cast(Any, None)
        self.comparisons = Comparisons(lambda: 0.0, bytes(32))
        self.mirror = Mirror(self.comparisons, self.metrics, draw=lambda: 0.5, clock=monotonic, wall=lambda: 0.0)
        handler = Handler(
            self.snapshots,
            self.metrics,
            recorder,
            no_tunnels,
            self.mirror,
            KnownKeys(),
            Usage(lambda: 0.5),
            self.calls,
            clock=lambda: self.now,
            wall=lambda: 1_700_000_000.0,
            chance=lambda count: b"\x11" * count,
            draw=lambda: 0.5,
        )
        self.front = Front(handler)

    def snapshot(self, routes: Iterable[Route], log: RequestLog) -> Snapshot:
        own = self.metrics.in_flight(OWN)
        served = {
            route.name: Served(
                route,
                self.legacy if route.stage not in {Stage.COMPLETE, Stage.GONE} else None,
                self.platform if route.stage is not Stage.GONE else None,
                GoneAnswer(route, own) if route.stage is Stage.GONE else None,
                reading_legacy=self.legacy,
                announced=announced(route),
            )
            for route in routes
        }
        table = RouteTable.compile([each.route for each in served.values()])
        return Snapshot("one", table, served, Limits(), Forwarded(), log, self.portal)

    async def asked(self, request: bytes = GET) -> FarEnd:
        client = self.front.client()
        client.sends(request)
        await settle()
        return client

    def sample(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    def counted(self, side: str, code: str, route: str = "titles.read", stage: str = "legacy") -> float | None:
        return self.sample("facade_requests_total", route=route, stage=stage, side=side, code=code)


def told(client: FarEnd) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, fields and document of the problem that a client was sent."""
    head, _, body = client.got.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    named = dict(field.split(": ", 1) for field in fields)
    assert named["Content-Type"] == "application/problem+json"
    assert int(named["Content-Length"]) == len(body)
    return int(line.split()[1]), named, json.loads(body)


def answer(client: FarEnd) -> tuple[int, bytes]:
    """Status and body of what a client was sent."""
    head, _, body = client.got.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


# Who answers


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.LEGACY, b"registry"),
        (Stage.SHADOW, b"registry"),
        (Stage.PLATFORM, b"service:80"),
        (Stage.COMPLETE, b"service:80"),
    ],
)
async def test_the_stage_of_a_route_says_who_answers(stage: Stage, answer: bytes) -> None:
    house = House(route_of(stage=stage))
    assert (await house.asked()).got.endswith(b"\r\n\r\n" + answer)
    side = "legacy" if answer == b"registry" else "platform"
    assert house.counted(side, "2xx", stage=stage.value) == 1


@pytest.mark.parametrize(("share", "answer"), [(Fraction(0), b"registry"), (Fraction(1), b"service:80")])
async def test_a_canary_divides_by_its_key(share: Fraction, answer: bytes) -> None:
    route = route_of(stage=Stage.CANARY, canary=Canary(share, (Key(KeyKind.COOKIE, "session"),)))
    client = await House(route).asked(b"GET /titles/7 HTTP/1.1\r\nHost: a\r\nCookie: session=x\r\n\r\n")
    assert client.got.endswith(b"\r\n\r\n" + answer)


async def test_a_target_gets_the_request_with_all_that_was_found_out() -> None:
    house = House(route_of(timeout=3.0), legacy=None)
    await house.asked(b"GET /titles/a%2Db?q=1 HTTP/1.1\r\nHost: A.example:80\r\n\r\n")
    (request,) = cast(FakeTarget, house.legacy).asked
    assert (request.path, request.query, dict(request.parameters)) == ("/titles/a-b", b"?q=1", {"number": "a-b"})
    assert (request.until, request.sender.host) == (103.0, b"A.example:80")
    assert request.trace_id == "11" * 16
    assert request.traceparent == b"00-%b-%b-00" % (b"11" * 16, b"11" * 8)


async def test_a_callers_trace_is_followed_and_a_route_without_a_time_has_none() -> None:
    house = House()
    await house.asked(TRACED)
    (request,) = cast(FakeTarget, house.legacy).asked
    assert (request.traceparent, request.trace_id) == (None, "0af7651916cd43dd8448eb211c80319c")
    assert request.until == NEVER


async def test_a_request_reads_the_snapshot_once() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait(request: Request) -> Reply:
        await gate
        return whole(b"old")

    house = House(route_of(), legacy=wait)
    client = await house.asked()
    house.snapshots.current = house.snapshot([route_of(stage=Stage.GONE)], RequestLog(0.0))
    gate.set_result(None)
    await settle()
    assert client.got.endswith(b"old")
    assert house.counted("legacy", "2xx") == 1
    client.sends(GET)
    await settle()
    assert b" 410 " in client.got


async def test_what_no_route_covers_goes_to_the_silo_that_takes_it() -> None:
    house = House(unmatched=True)
    client = await house.asked(b"GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.got.endswith(b"portal")
    assert house.sample("facade_unmatched_total") == 1
    assert house.sample("facade_silo_last_call_timestamp_seconds", silo="portal") == 1_700_000_000.0


async def test_silos_are_remembered_and_services_are_not() -> None:
    house = House(route_of(stage=Stage.PLATFORM))
    await house.asked()
    assert house.sample("facade_target_seconds_count", target="service:80") == 1
    assert "silo_last_call" not in "".join(
        sample.name for family in house.metrics.registry.collect() for sample in family.samples
    )


# What is refused


async def test_what_no_route_covers_is_not_found() -> None:
    house = House()
    status, fields, problem = told(await house.asked(b"GET /other HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc\r\n\r\n"))
    assert (status, problem["title"], problem["instance"]) == (404, "Not Found", "urn:request:abc")
    assert fields["Proxy-Status"] == "facade; error=destination_not_found"
    assert house.sample("facade_refused_total", reason="no_route") == 1
    assert house.sample("facade_unmatched_total") == 1


async def test_a_known_path_with_another_method_says_which_it_takes() -> None:
    house = House(route_of(), route_of("PUT /titles/{number}", name="titles.write"), unmatched=True)
    status, fields, _ = told(await house.asked(GET.replace(b"GET", b"POST")))
    assert (status, fields["Allow"]) == (405, "GET, HEAD, PUT")
    assert house.sample("facade_refused_total", reason="method") == 1
    assert house.sample("facade_unmatched_total") == 0


async def test_a_request_that_cannot_be_received_is_told_why_and_keeps_its_connection() -> None:
    house = House()
    client = await house.asked(b"GET /a//b HTTP/1.1\r\nHost: a\r\n\r\n")
    assert told(client)[0] == 400
    assert house.sample("facade_refused_total", reason="target") == 1
    assert client.heard


async def test_a_route_that_is_gone_asks_nobody() -> None:
    house = House(route_of(stage=Stage.GONE))
    status, _, problem = told(await house.asked())
    assert (status, problem["detail"]) == (410, "The operation titles.read was switched off.")
    assert cast(FakeTarget, house.legacy).asked == house.platform.asked == []
    assert house.counted("own", "4xx", stage="gone") == 1


async def test_a_route_with_a_successor_leads_there() -> None:
    house = House(route_of(stage=Stage.GONE, successor="/v2/{number}"))
    client = await house.asked(GET.replace(b"/7", b"/7?q=1"))
    assert client.got.startswith(b"HTTP/1.1 308 Permanent Redirect\r\nLocation: /v2/7?q=1\r\n")
    assert b"\r\nDate: %b\r\n" % DATE in client.got
    assert client.heard
    assert house.counted("own", "3xx", stage="gone") == 1


NOW = datetime.datetime.fromtimestamp(1_700_000_000, datetime.UTC)
"""What a house's clock says."""

SUNSET = (b"\r\nSunset: Wed, 31 Mar 2027 00:00:00 GMT", datetime.datetime(2027, 3, 31, tzinfo=datetime.UTC))


def ending(route: Route, *brownouts: Brownout) -> Route:
    return replace(route, notice=Notice(sunset=Told(SUNSET[1]), brownouts=brownouts))


async def test_every_answer_of_a_route_says_when_it_ends_and_no_other_does() -> None:
    async def broken(_: Request) -> Reply:
        raise Refusal(refusals.BROKEN)

    for house in (House(ending(route_of())), House(ending(route_of()), legacy=broken)):
        assert SUNSET[0] in (await house.asked()).got
        assert b"Sunset" not in (await house.asked(b"GET /other HTTP/1.1\r\nHost: a\r\n\r\n")).got
        assert (
            b"Sunset" not in (await house.asked(b"PUT /titles/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")).got
        )
    gone = House(ending(route_of(stage=Stage.GONE)))
    assert SUNSET[0] in (await gone.asked()).got


async def test_a_brownout_refuses_its_share_asks_nobody_and_is_nobodys_error() -> None:
    later = NOW + datetime.timedelta(minutes=30)
    for share, status in ((Fraction(51, 100), 503), (Fraction(1, 2), 200)):  # a house draws 0.5
        house = House(ending(route_of(), Brownout(NOW, later, "it ends", share)))
        client = await house.asked()
        assert answer(client)[0] == status
        assert SUNSET[0] in client.got
        assert len(cast(FakeTarget, house.legacy).asked) == (status == 200)
        assert house.sample("facade_brownouts_total", route="titles.read") == (1 if status == 503 else None)
    house = House(ending(route_of(), Brownout(NOW, later, "it ends", Fraction(1))))
    status, fields, document = told(await house.asked())
    assert (status, fields["Retry-After"], document["why"]) == (503, "1800", "it ends")
    assert house.counted("own", "5xx") == 1


async def test_a_route_that_is_gone_is_gone_in_a_brownout_too() -> None:
    later = NOW + datetime.timedelta(minutes=30)
    house = House(ending(route_of(stage=Stage.GONE), Brownout(NOW, later, "it ends", Fraction(1))))
    assert answer(await house.asked())[0] == 410


async def test_a_target_that_fails_is_told_and_counted_as_its_sides_error() -> None:
    async def broken(request: Request) -> Reply:
        raise Refusal(refusals.BROKEN)

    house = House(legacy=broken)
    status, fields, problem = told(await house.asked())
    assert (status, fields["Proxy-Status"]) == (502, "facade; error=connection_terminated")
    assert problem["detail"] == refusals.BROKEN.detail
    assert house.counted("legacy", "5xx") == 1
    assert house.sample("facade_refused_total", reason="target_broken") == 1
    assert house.sample("facade_target_seconds_count", target="registry") == 1


async def test_a_defect_of_ours_is_told_without_its_words() -> None:
    async def defect(request: Request) -> Reply:
        raise KeyError("4711-secret")

    house = House(legacy=defect)
    with capture_logs() as events:
        client = await house.asked()
    status, _, problem = told(client)
    assert (status, problem["detail"]) == (500, refusals.INTERNAL.detail)
    assert [event["event"] for event in events] == ["request failed inside the facade", "request"]
    assert "secret" not in str(events)
    assert house.counted("legacy", "5xx") == 1
    assert client.heard


async def test_a_side_that_is_unplugged_is_our_defect() -> None:
    house = House()
    current = house.snapshots.current
    house.snapshots.current = replace(current, served={"titles.read": Served(route_of(), None, None, None)})
    with capture_logs():
        assert told(await house.asked())[0] == 500


async def test_a_request_that_is_refused_with_its_body_unread_ends_the_connection() -> None:
    client = await House().asked(b"POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
    assert told(client)[1]["Connection"] == "close"
    assert client.told_end


async def test_head_is_refused_without_a_body() -> None:
    client = await House().asked(b"HEAD /other HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.got.startswith(b"HTTP/1.1 404 ")
    assert client.got.endswith(b"\r\n\r\n")


# Answers that end otherwise


def opened(body: Body) -> Ask:
    async def ask(request: Request) -> Reply:
        return Reply(ResponseHead(200, b"OK", HTTP_1_1, b""), body)

    return ask


class Source:
    """Where an answer's body comes from."""

    def __init__(self) -> None:
        self.abandoned = 0

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def abandon(self) -> None:
        self.abandoned += 1


async def test_an_answer_that_breaks_off_is_counted_as_aborted_and_refused_by_its_reason() -> None:
    body = Body(CHUNKED, Source())
    house = House(legacy=opened(body))
    client = await house.asked()
    body.feed(b"half")
    body.fail(Refusal(refusals.BROKEN))
    with capture_logs() as events:
        await settle()
    assert client.cut
    assert house.counted("legacy", "aborted") == 1
    assert house.sample("facade_refused_total", reason="target_broken") == 1
    assert [(event["status"], event["complete"]) for event in events] == [(None, False)]


async def test_a_client_that_leaves_in_mid_answer_lets_the_target_go_and_is_counted_as_aborted() -> None:
    source = Source()
    house = House(legacy=opened(Body(CHUNKED, source)))
    client = await house.asked()
    assert house.sample("facade_in_flight", target="registry") == 1
    client.resets()
    await settle()
    assert source.abandoned == 1
    assert house.sample("facade_in_flight", target="registry") == 0
    assert house.counted("legacy", "aborted") == 1


async def test_a_client_that_leaves_before_the_answer_cancels_the_target() -> None:
    cancelled: list[bool] = []

    async def hang(request: Request) -> Reply:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return whole(b"")

    house = House(legacy=hang)
    client = await house.asked()
    client.ends()
    await settle()
    assert cancelled == [True]
    assert house.sample("facade_in_flight", target="registry") == 0
    assert house.sample("facade_target_seconds_count", target="registry") == 1
    assert house.counted("legacy", "aborted") == 1


async def test_the_time_of_a_call_runs_until_its_answer_is_with_the_client() -> None:
    body = Body(CHUNKED, Source())
    house = House(legacy=opened(body))
    await house.asked()
    house.now += 2.0
    body.end([])
    await settle()
    assert house.sample("facade_request_seconds_sum", route="titles.read", side="legacy") == 2.0
    assert house.sample("facade_target_seconds_sum", target="registry") == 0.0


# What is said of it


async def test_a_line_names_the_decision_and_nothing_that_was_sent() -> None:
    house = House(log=RequestLog(1.0))
    with capture_logs() as events:
        await house.asked(
            b"GET /titles/secret?secret HTTP/1.1\r\nHost: secret.example\r\nCookie: secret\r\nX-Request-Id: abc\r\n\r\n"
        )
    (event,) = events
    assert (event["route"], event["side"], event["reason"], event["request_id"]) == (
        "titles.read",
        "legacy",
        "stage legacy",
        "abc",
    )
    assert "secret" not in str(event)


async def test_the_line_of_a_refusal_says_its_reason() -> None:
    house = House()
    with capture_logs() as events:
        await house.asked(b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n")
    (event,) = events
    assert (event["route"], event["side"], event["status"], event["reason"]) == (None, "own", 404, "no_route")
    assert "secret" not in str(event)


# Everything together


SENDS = [
    GET,
    b"POST /titles/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n",
    b"POST /titles/7 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    b"4\r\nbody\r\n",
    b"0\r\n\r\n",
    b"body",
    b"zz\r\n",
    b"x" * 200_000,
]
ANSWERS = [
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n",
    b"2\r\nok\r\n",
    b"ok",
    b"0\r\n\r\n",
    b"garbage",
    b"y" * 200_000,
]
EVENTS = ["client ends", "client resets", "client stops", "client takes", "time", "drain", "reload"]
TARGET_EVENTS = ["target ends", "target resets", "target stops", "target takes"]


@given(
    st.lists(
        st.one_of(
            st.sampled_from([("client", data) for data in SENDS]),
            st.sampled_from([("target", data) for data in ANSWERS]),
            st.sampled_from([(event, b"") for event in [*EVENTS, *TARGET_EVENTS]]),
        ),
        max_size=20,
    ),
    st.booleans(),
)
async def test_whatever_happens_in_whatever_order_nothing_hangs_and_nothing_is_left_open(
    events: list[tuple[str, bytes]], turns: bool
) -> None:
    unhandled: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    network = Network()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loop, "create_connection", network.create_connection)
        wheel = resting_wheel()
        gauge = Metrics("1", []).in_flight("registry")
        origin = Origin(Reach("http://127.0.0.1:7000", None, STRICT), wheel, None)
        target = HttpTarget("registry", Endpoints((origin,), wheel), gauge, patience=10.0)
        house = House(route_of("/titles/{number}"), legacy=target)
        client = house.front.client()

        def at_target(act: Callable[[FarEnd], object]) -> None:
            for far in network.ends[-1:]:
                act(far)

        def time_passes(seconds: float) -> None:
            wheel.turn(wheel.now + seconds)
            house.front.later(seconds)

        happens: dict[str, Callable[[bytes], object]] = {
            "client": client.sends,
            "target": lambda data: at_target(lambda far: far.sends(data)),
            "client ends": lambda _: client.ends(),
            "client resets": lambda _: client.resets(),
            "client stops": lambda _: client.stops_taking(),
            "client takes": lambda _: client.takes(),
            "target ends": lambda _: at_target(FarEnd.ends),
            "target resets": lambda _: at_target(FarEnd.resets),
            "target stops": lambda _: at_target(FarEnd.stops_taking),
            "target takes": lambda _: at_target(FarEnd.takes),
            "time": lambda _: time_passes(11.0),
            "drain": lambda _: setattr(house.front.server, "draining", True),
            "reload": lambda _: setattr(house.snapshots, "current", replace(house.snapshots.current, revision="two")),
        }
        with capture_logs() as lines:
            for event, data in events:
                happens[event](data)
                if turns:
                    await settle(4)
            await settle()
            for _ in range(len(events) + 5):
                time_passes(100.0)
                await settle()
    assert client.gone
    assert repr(house.front.server).startswith("<Server clients=0")
    assert gauge.value == 0
    assert all(far.gone for far in network.ends)
    assert [each.startswith("<Deadlines watched=0>") for each in (repr(wheel), repr(house.front.wheel))] == [True, True]
    assert all(task is asyncio.current_task() for task in asyncio.all_tasks())
    assert {line["event"] for line in lines} <= {"request", "bytes behind an answer"}
    assert unhandled == []


def reads_of_canary() -> Route:
    return route_of(stage=Stage.PLATFORM, fallback=Fallback.READS)


@pytest.mark.parametrize("failure", [refusals.BROKEN, refusals.LATE, 503])
async def test_a_read_that_the_platform_failed_is_answered_by_legacy(failure: Problem | int) -> None:
    async def failing(request: Request) -> Reply:
        if isinstance(failure, int):
            return whole(b"down", failure)
        raise Refusal(failure)

    house = House(reads_of_canary(), platform=failing)
    assert answer(await house.asked()) == (200, b"registry")
    assert house.counted("legacy", "2xx", stage="platform") == 1
    assert house.sample("facade_fallbacks_total", route="titles.read") == 1
    assert {key: calls for key, calls in house.calls.turn().calls.items() if calls} == {
        ("unknown", "titles.read", "registry"): 1
    }


async def test_an_answer_of_the_application_is_no_failure_and_a_write_never_falls_back() -> None:
    async def failing(request: Request) -> Reply:
        return whole(b"mine", 500 if request.head.method == b"GET" else 503)

    house = House(reads_of_canary(), platform=failing)
    assert answer(await house.asked()) == (500, b"mine")
    written = GET.replace(b"GET", b"POST")
    house = House(route_of("/titles/{number}", Stage.PLATFORM, fallback=Fallback.READS), platform=failing)
    assert answer(await house.asked(written)) == (503, b"mine")
    assert house.legacy.asked == []


async def test_where_legacy_fails_too_its_failure_is_told() -> None:
    async def failing(request: Request) -> Reply:
        raise Refusal(refusals.BROKEN)

    async def late(request: Request) -> Reply:
        raise Refusal(refusals.LATE)

    house = House(reads_of_canary(), platform=failing, legacy=late)
    status, _, problem = told(await house.asked())
    assert (status, problem["detail"]) == (504, refusals.LATE.detail)
    assert house.counted("legacy", "5xx", stage="platform") == 1


# Who called


async def test_a_call_is_counted_under_whom_it_is_meant_for_whatever_becomes_of_it() -> None:
    async def broken(request: Request) -> Reply:
        raise Refusal(refusals.BROKEN)

    for stage, target in ((Stage.LEGACY, "registry"), (Stage.PLATFORM, ""), (Stage.GONE, "")):
        house = House(route_of(stage=stage), legacy=broken, platform=broken)
        await house.asked()
        assert house.calls.turn().calls == {("unknown", "titles.read", target): 1}


async def test_an_external_is_counted_by_its_name() -> None:
    house = House(route_of(stage=Stage.PLATFORM))
    house.platform.is_external = True
    await house.asked()
    assert house.calls.turn().calls == {("unknown", "titles.read", "service:80"): 1}


async def test_a_call_that_is_rehearsed_away_is_still_a_call_of_the_silo() -> None:
    house = House()
    (served,) = house.snapshots.current.served.values()
    moment = datetime.datetime(2023, 11, 14, 22, tzinfo=datetime.UTC)
    brownout = Brownout(moment, moment + datetime.timedelta(hours=1), "a rehearsal", share=Fraction(1))
    announced = replace(served, announced=Announced(b"", brownouts=(brownout,)))
    house.snapshots.current = replace(house.snapshots.current, served={"titles.read": announced})
    assert told(await house.asked())[0] == 503
    assert house.calls.turn().calls == {("unknown", "titles.read", "registry"): 1}


@pytest.mark.parametrize("unmatched", [False, True])
async def test_what_no_route_covers_is_counted_by_shape_and_under_no_route(unmatched: bool) -> None:
    house = House(unmatched=unmatched)
    await house.asked(b"GET /people/anna-schmidt?a=b HTTP/1.1\r\nHost: a\r\n\r\n")
    turn = house.calls.turn()
    assert turn.calls == {("unknown", "", "portal" if unmatched else ""): 1}
    assert turn.orphans == {Shaped("GET", "/people/{x}"): {"2xx" if unmatched else "4xx": 1}}


async def test_a_known_path_with_another_method_and_what_ends_here_are_no_calls_of_anybodys() -> None:
    house = House()
    await house.asked(GET.replace(b"GET", b"DELETE"))
    await house.asked(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
    turn = house.calls.turn()
    assert (turn.calls, turn.orphans) == ({}, {})
