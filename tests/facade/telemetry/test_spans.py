"""What spans say, by the SDK's own receiver in memory."""

from __future__ import annotations

from itertools import count

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from facade.telemetry.spans import CallSpan, Spans, is_wanted

SENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Spans:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Spans(provider, count(1_000).__next__)


def begun(spans: Spans, traceparent: bytes | None = SENT, tracestate: bytes = b"") -> CallSpan:
    return spans.call(traceparent, tracestate)


def ended(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "otlp"}, True),
    ],
)
def test_spans_are_wanted_where_there_is_a_place_for_them(environment: dict[str, str], *, wanted: bool) -> None:
    assert is_wanted(environment) is wanted


def test_a_call_follows_the_trace_it_came_with_and_keeps_its_state(spans: Spans) -> None:
    call = begun(spans, tracestate=b"vendor=1")
    assert call.trace.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert call.trace.header.startswith(SENT[:36])
    assert call.trace.header != SENT
    assert call.state == b"vendor=1"


@pytest.mark.parametrize("traceparent", [None, b"", b"\xff", b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01"])
def test_what_is_no_trace_is_not_followed_and_neither_is_its_state(spans: Spans, traceparent: bytes | None) -> None:
    call = begun(spans, traceparent, b"vendor=1")
    assert call.trace.trace_id != "4bf92f3577b34da6a3ce929d0e0e4736"
    assert call.state == b""


def test_the_decision_lasts_from_the_beginning_of_the_call(spans: Spans, exporter: InMemorySpanExporter) -> None:
    call = begun(spans)
    call.decided("titles.read", "canary", "platform", "key below share 25%")
    decision = ended(exporter)["decide"]
    assert decision.start_time == 1_000
    assert dict(decision.attributes or {})["facade.reason"] == "key below share 25%"


@pytest.mark.parametrize(
    ("status", "error", "failed"),
    [(200, "", False), (404, "", False), (500, "", True), (None, "", True), (503, "target_full", True)],
)
def test_a_call_has_failed_by_its_status_or_by_an_error_of_the_facade(
    spans: Spans, exporter: InMemorySpanExporter, status: int | None, error: str, *, failed: bool
) -> None:
    begun(spans).end("GET", "/titles/{number}", "unknown", status, error)
    span = ended(exporter)["GET /titles/{number}"]
    assert (not span.status.is_ok and "error.type" in (span.attributes or {})) is failed


def test_a_call_that_no_route_covers_is_named_by_its_method(spans: Spans, exporter: InMemorySpanExporter) -> None:
    begun(spans).end("GET", "", "", 404, "no_route")
    assert "http.route" not in (ended(exporter)["GET"].attributes or {})


def test_a_target_that_did_not_answer_has_failed(spans: Spans, exporter: InMemorySpanExporter) -> None:
    call = begun(spans)
    for name, status in {"answers": 404, "fails": 502, "silent": None}.items():
        call.asks(name, "legacy").end(status)
    failed = {name for name, span in ended(exporter).items() if not span.status.is_ok and span.status.is_unset is False}
    assert failed == {"ask fails", "ask silent"}
