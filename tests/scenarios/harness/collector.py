"""A collector of spans, as OpenTelemetry's protocol has it: OTLP over HTTP, read by the messages of its own package."""

from __future__ import annotations

from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from harness.messages import Message
from harness.peer import Peer, answer, answering


class Span(NamedTuple):
    """One span as it was sent. `kind` is the protocol's number; identifiers are hexadecimal."""

    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    seconds: float
    failed: bool
    said: dict[str, Any]


class Collector:
    """What came to it, in the order in which it came: `spans`, and `raw`, every byte."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.spans: list[Span] = []
        self.services: list[dict[str, str]] = []
        self.raw = b""
        peer.script = answering(self._take)

    def _take(self, message: Message) -> bytes:
        assert (message.method, message.target) == (b"POST", b"/v1/traces")
        self.raw += message.body
        sent = ExportTraceServiceRequest.FromString(message.body)
        for resource in sent.resource_spans:
            self.services.append({each.key: each.value.string_value for each in resource.resource.attributes})
            self.spans += [_read(span) for scope in resource.scope_spans for span in scope.spans]
        return answer(b"", "Content-Type: application/x-protobuf")

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


def _read(span: Any) -> Span:
    return Span(
        span.name,
        span.kind,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        span.status.code == span.status.STATUS_CODE_ERROR,
        {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes},
    )
