"""OpenTelemetry's spans, by the extra `otel`: one for a call, and below it its decision and each target that was asked.

The law of this file: a span names what the operator named and what the facade made, never a path, a query, an address
or a field of the call (as in `logs`). The SDK decides what is sampled, by its own variables (`OTEL_*`), and sends from
a thread of its own; where its queue is full spans are dropped, and no call waits. Nothing of it is imported before it
is wanted: without it a call's `traceparent` is passed on as it came (`traces`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from facade.telemetry.traces import Trace

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""Where spans go, by OpenTelemetry's own variables: who sets none of them wants none."""

_NAME: Final = "strangler-facade"
_SERVER_ERROR: Final = 500


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the environment says where spans go, and not that there shall be none."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if environment.get("OTEL_TRACES_EXPORTER", "otlp").strip() != "otlp":
        return False
    return any(environment.get(name) for name in ENDPOINTS)


class TargetSpan:
    """The span of one question to a target. `header` is the traceparent that goes with it, `state` the tracestate."""

    __slots__ = ("_span", "header", "state")

    def __init__(self, span: Span, state: bytes) -> None:
        self._span = span
        self.state = state
        self.header = _traceparent(span)

    def end(self, status: int | None) -> None:
        """It answered with this status; None where it did not."""
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if status is None or status >= _SERVER_ERROR:
            _mark(self._span, "no answer" if status is None else str(status))
        self._span.end()


class CallSpan:
    """The span of one call: `trace` is what it goes by, `state` the caller's tracestate, which goes on with it."""

    __slots__ = ("_began", "_below", "_span", "_spans", "state", "trace")

    def __init__(self, spans: Spans, span: Span, below: Context, state: bytes, began: int) -> None:
        self._began = began
        self._spans = spans
        self._span = span
        self._below = below
        self.state = state
        header = _traceparent(span)
        self.trace = Trace(header, f"{span.get_span_context().trace_id:032x}", True)

    def decided(self, route: str, stage: str, side: str, reason: str) -> None:
        """Who is to answer is decided now: until here the call was read and its route found."""
        said = {"facade.route": route, "facade.stage": stage, "facade.side": side, "facade.reason": reason}
        self._spans.start("decide", self._below, said, began=self._began).end()

    def asks(self, target: str, side: str, *, shadow: str = "") -> TargetSpan:
        """A target is asked: for the caller, or as a `shadow`, by its mark."""
        said = {"facade.target": target, "facade.side": side} | ({"facade.shadow": shadow} if shadow else {})
        return TargetSpan(self._spans.start(f"ask {target}", self._below, said, is_client=True), self.state)

    def end(self, method: str, template: str, caller: str, status: int | None, error: str) -> None:
        """The call is over. `template` is the path of its route, `status` None for an answer that was never whole."""
        span = self._span
        span.update_name(f"{method} {template}".rstrip())
        said = {"http.request.method": method, "http.route": template, "facade.caller": caller}
        span.set_attributes({name: text for name, text in said.items() if text})
        if status is not None:
            span.set_attribute("http.response.status_code", status)
        if status is None or status >= _SERVER_ERROR or error:
            _mark(span, error or ("aborted" if status is None else str(status)))
        span.end()


class Spans:
    """Makes spans and sends them. The SDK's variables say where to, how many, and under which name.

    `wall` is Unix time in nanoseconds.
    """

    def __init__(self, provider: TracerProvider, wall: Callable[[], int]) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._wall = wall
        self._tracer = provider.get_tracer(_NAME)
        self._extract = TraceContextTextMapPropagator().extract

    def __repr__(self) -> str:
        return "<Spans>"

    @classmethod
    def sent(cls, version: str, environment: Mapping[str, str], wall: Callable[[], int]) -> Spans:
        """Those that leave by OTLP over HTTP. Raises ImportError without the extra; blocks, as imports do."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        attributes = {"service.version": version}
        if not _names_service(environment):
            attributes["service.name"] = _NAME
        provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider, wall)

    def call(self, traceparent: bytes | None, tracestate: bytes) -> CallSpan:
        """A call has come, with these values of its fields; one that is not valid begins a trace of its own."""
        from opentelemetry.trace import SpanKind, get_current_span, set_span_in_context

        carried = {"traceparent": (traceparent or b"").decode("latin-1"), "tracestate": tracestate.decode("latin-1")}
        above = self._extract(carried)
        follows = get_current_span(above).get_span_context().is_valid
        began = self._wall()
        span = self._tracer.start_span("call", above, SpanKind.SERVER, start_time=began)
        return CallSpan(self, span, set_span_in_context(span), tracestate if follows else b"", began)

    def start(
        self, name: str, below: Context, said: Mapping[str, str], *, began: int | None = None, is_client: bool = False
    ) -> Span:
        """A span below another that begins now, or `began` at that Unix time in nanoseconds."""
        from opentelemetry.trace import SpanKind

        kind = SpanKind.CLIENT if is_client else SpanKind.INTERNAL
        return self._tracer.start_span(name, below, kind, said, start_time=began)

    def close(self) -> None:
        """Send what waits, and nothing from then on. Blocks for as long as the SDK's time-outs let it."""
        self._provider.shutdown()


def _names_service(environment: Mapping[str, str]) -> bool:
    attributes = environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return bool(environment.get("OTEL_SERVICE_NAME")) or "service.name=" in attributes


def _traceparent(span: Span) -> bytes:
    """W3C Trace Context, section 3.2: the span as the parent of what follows."""
    known = span.get_span_context()
    return b"00-%032x-%016x-%02x" % (known.trace_id, known.span_id, known.trace_flags)


def _mark(span: Span, error: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", error)
    span.set_status(Status(StatusCode.ERROR))
