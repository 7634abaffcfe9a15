"""What a call's spans cost: all of them, one in a hundred, and the trace that is passed on without any.

Usage: `python -m bench.spans`; a few seconds of one core. The page is `bench/spans.md`. A call has three spans: its
own, its decision and its target's. They are serialised as they would be sent, and go nowhere.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler, TraceIdRatioBased

from bench.figures import Batch, Figure, batch, options, publish, spread, turns
from facade.telemetry.spans import Spans
from facade.telemetry.traces import follow_or_mint

CALLS: Final = 500
SENT: Final = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SHARE: Final = 0.01


class Nowhere(SpanExporter):
    """Makes the bytes that would be sent."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS


def traced(sampler: Sampler) -> Batch:
    """Batches of calls with spans. What the thread that sends them takes is counted too: a batch ends when all went."""
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    spans = Spans(provider, time.time_ns)

    def run() -> float:
        begun = time.process_time()
        for _ in range(CALLS):
            call = spans.call(None, b"")
            call.decided("titles.read", "canary", "platform", "key below share 25%")
            call.asks("portal", "platform").end(200)
            call.end("GET", "/titles/{number}", "unknown", 200, "")
        provider.force_flush()
        return (time.process_time() - begun) / CALLS * 1e6

    return run


def main(arguments: Sequence[str]) -> int:
    asked = options("spans", __doc__, "spans.md", arguments)
    chance = random.Random(7).randbytes
    batches = {
        "no spans, the caller's trace is passed on, us": batch(lambda: follow_or_mint(SENT, chance), CALLS),
        "no spans, a trace is made, us": batch(lambda: follow_or_mint(None, chance), CALLS),
        f"spans of {SHARE:.0%} of the calls, us": traced(TraceIdRatioBased(SHARE)),
        "spans of every call, us": traced(ALWAYS_ON),
    }
    taken = turns(batches, asked.rounds)
    figures = [Figure(name, spread(values)) for name, values in taken.items()]
    notes = (
        f"{asked.rounds} rounds of {CALLS} calls, in turns; CPU time a call, sending included: median, least, most",
    )
    return publish(asked, "spans", "What spans cost", notes, figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
