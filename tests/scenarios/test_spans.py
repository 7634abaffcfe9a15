"""OpenTelemetry's spans leave a running sidecar: a call, its decision, targets and shadow, and nothing personal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from harness.client import ask, request
from harness.collector import Collector, Span
from harness.folder import Folder
from harness.messages import Message
from harness.patience import eventually
from harness.peer import Conversation, Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

ROUTES = """\
routes:
  - name: titles.read
    match: "/titles/{{number}}"
    legacy: portal
    platform: "{platform}"
    stage: {stage}
    records: shared
    fallback: {fallback}
{shadow}"""

SHADOW = "    shadow: {sample: 100%}\n"

SERVER, CLIENT, INTERNAL = 2, 3, 1
CALL = "GET /titles/{number}"

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
FOLLOWED = f"traceparent: 00-{TRACE}-{PARENT}-01"
UNSAMPLED = f"traceparent: 00-{TRACE}-{PARENT}-00"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Peer("collector") as peer:
        yield Collector(peer)


@pytest.fixture
def traced(folder: Folder, legacy: Peer, platform: Peer, collector: Collector, serve: Serve) -> Callable[..., Sidecar]:
    """Starts a sidecar whose spans go to the collector."""

    def start(
        environment: Mapping[str, str] | None = None,
        *,
        stage: str = "legacy",
        shadow: str = "",
        fallback: str = "none",
    ) -> Sidecar:
        folder.silo("portal", legacy.url)
        folder.routes(ROUTES.format(platform=platform.url, stage=stage, shadow=shadow, fallback=fallback))
        wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.peer.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        return serve(folder, environment={**wanted, **(environment or {})})

    return start


def read(sidecar: Sidecar, *fields: str) -> Message:
    return ask(sidecar.port, request("GET", "/titles/DN123456?name=Turing", *fields))


def arrived(collector: Collector, count: int) -> list[Span]:
    eventually(lambda: len(collector.spans) >= count, f"{count} spans have come")
    return collector.spans


def test_a_call_has_a_span_and_below_it_its_decision_and_its_target(
    traced: Callable[..., Sidecar], collector: Collector, legacy: Peer
) -> None:
    read(traced(), FOLLOWED, "tracestate: vendor=1,other=2")
    arrived(collector, 3)
    (call,), (decision,), (target,) = (collector.named(name) for name in (CALL, "decide", "ask portal"))
    assert (call.kind, decision.kind, target.kind) == (SERVER, INTERNAL, CLIENT)
    assert {span.trace_id for span in (call, decision, target)} == {TRACE}
    assert (call.parent_id, decision.parent_id, target.parent_id) == (PARENT, call.span_id, call.span_id)
    assert call.seconds >= target.seconds > 0
    assert call.said == {
        "http.request.method": "GET",
        "http.route": "/titles/{number}",
        "facade.caller": "unknown",
        "http.response.status_code": 200,
    }
    assert decision.said == {
        "facade.route": "titles.read",
        "facade.stage": "legacy",
        "facade.side": "legacy",
        "facade.reason": "stage legacy",
    }
    assert target.said == {"facade.target": "portal", "facade.side": "legacy", "http.response.status_code": 200}
    (message,) = legacy.requests
    assert message.one("traceparent") == f"00-{TRACE}-{target.span_id}-01".encode()
    assert message.one("tracestate") == b"vendor=1,other=2"
    assert {service["service.name"] for service in collector.services} == {"strangler-facade"}


def test_a_call_without_a_trace_or_with_a_broken_one_begins_its_own(
    traced: Callable[..., Sidecar], collector: Collector, legacy: Peer
) -> None:
    sidecar = traced()
    read(sidecar)
    read(sidecar, "traceparent: 00-zz", "tracestate: vendor=1")
    arrived(collector, 6)
    calls = collector.named(CALL)
    assert [call.parent_id for call in calls] == ["", ""]
    assert len({call.trace_id for call in calls}) == 2
    sent = {(message.one("traceparent") or b"").decode().rpartition("-")[0] for message in legacy.requests}
    assert sent == {f"00-{span.trace_id}-{span.span_id}" for span in collector.named("ask portal")}
    assert [message.one("tracestate") for message in legacy.requests] == [None, None]


def test_who_samples_nothing_is_followed_and_the_trace_goes_on(
    traced: Callable[..., Sidecar], collector: Collector, legacy: Peer
) -> None:
    sidecar = traced()
    read(sidecar, UNSAMPLED)
    read(sidecar, FOLLOWED)
    arrived(collector, 3)
    assert len(collector.named(CALL)) == 1
    unsampled = legacy.requests[0].one("traceparent")
    assert unsampled is not None
    assert unsampled.startswith(f"00-{TRACE}-".encode())
    assert unsampled.endswith(b"-00")


def test_a_shadow_and_a_fallback_are_spans_of_the_call_they_belong_to(
    traced: Callable[..., Sidecar], collector: Collector, platform: Peer, legacy: Peer
) -> None:
    read(traced(stage="shadow", shadow=SHADOW), FOLLOWED)
    arrived(collector, 4)
    (shadow,) = [span for span in collector.spans if "facade.shadow" in span.said]
    (call,) = collector.named(CALL)
    assert (shadow.parent_id, shadow.said["facade.shadow"], shadow.said["facade.side"]) == (
        call.span_id,
        "shadow",
        "platform",
    )
    (asked,) = platform.requests
    assert asked.one("traceparent") == f"00-{TRACE}-{shadow.span_id}-01".encode()
    assert asked.one("traceparent") != legacy.requests[0].one("traceparent")


def test_a_target_that_does_not_answer_is_a_failed_span_and_the_spare_one_beside_it(
    traced: Callable[..., Sidecar], collector: Collector, platform: Peer
) -> None:
    def breaks(conversation: Conversation) -> None:
        conversation.request()

    platform.script = breaks
    assert read(traced(stage="platform", fallback="reads")).status == 200
    arrived(collector, 4)
    sides = {span.said["facade.side"]: span.failed for span in collector.spans if span.name.startswith("ask ")}
    assert sides == {"platform": True, "legacy": False}
    assert not collector.named(CALL)[0].failed


def test_nothing_of_a_call_but_its_method_is_in_a_span(traced: Callable[..., Sidecar], collector: Collector) -> None:
    sidecar = traced(stage="shadow", shadow=SHADOW)
    read(sidecar, "Cookie: session=secretcookie", "Authorization: Bearer secrettoken", "User-Agent: secretagent")
    ask(sidecar.port, request("GET", "/nowhere/secretpath?secretquery=1", "X-Name: secretfield"))
    arrived(collector, 5)
    assert b"secret" not in collector.raw
    assert b"Turing" not in collector.raw
    assert b"DN123456" not in collector.raw


def test_what_waits_is_sent_before_the_end(traced: Callable[..., Sidecar], collector: Collector) -> None:
    sidecar = traced({"OTEL_BSP_SCHEDULE_DELAY": "60000"})
    read(sidecar)
    sidecar.process.terminate()
    assert sidecar.left() == 0
    assert len(collector.spans) == 3


def test_without_a_place_to_send_them_to_no_span_is_made(
    traced: Callable[..., Sidecar], collector: Collector, legacy: Peer
) -> None:
    sidecar = traced({"OTEL_SDK_DISABLED": "true"})
    read(sidecar, FOLLOWED)
    assert legacy.requests[0].one("traceparent") == FOLLOWED.removeprefix("traceparent: ").encode()
    sidecar.process.terminate()
    assert sidecar.left() == 0
    assert collector.spans == []
