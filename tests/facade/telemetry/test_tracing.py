"""Spans are made where they are wanted and can be, and their end never takes long."""

from __future__ import annotations

import threading
from unittest.mock import create_autospec

import pytest
from structlog.testing import capture_logs

from facade.telemetry import tracing
from facade.telemetry.spans import ENDPOINTS, Spans

WANTED = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


def test_none_are_made_where_none_are_wanted() -> None:
    with capture_logs() as lines:
        assert tracing.begin("1.0", {}, lambda: 0) is None
    assert lines == []


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (
            ModuleNotFoundError("opentelemetry"),
            f"install strangler-facade[otel], or unset {' and '.join(ENDPOINTS)}",
        ),
        (ValueError("secret"), "mend the variables OTEL_*: ValueError"),
    ],
)
def test_what_keeps_them_from_being_made_is_told_and_the_sidecar_starts(
    monkeypatch: pytest.MonkeyPatch, error: Exception, mend: str
) -> None:
    monkeypatch.setattr(Spans, "sent", create_autospec(Spans.sent, side_effect=error))
    with capture_logs() as lines:
        assert tracing.begin("1.0", WANTED, lambda: 0) is None
    assert lines == [{"event": "no spans", "log_level": "warning", "mend": mend}]


async def test_the_end_waits_for_a_moment_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = threading.Event()
    monkeypatch.setattr(tracing, "_LAST_SPANS", 0.05)
    spans = create_autospec(Spans, instance=True)
    spans.close.side_effect = hanging.wait
    await tracing.end(spans)
    spans.close.assert_called_once()
    hanging.set()
    await tracing.end(None)
