"""What becomes of a finished call in the metrics and in the log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from facade.outcomes import Outcome
from facade.proxy.passage import Passage
from facade.proxy.record import Recorder
from facade.routing.stage import Side, Stage
from facade.snapshot import RequestLog
from facade.telemetry.metrics import Metrics
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.message import HTTP_1_1, RequestHead

OK = Outcome("titles.read", Stage.CANARY, Side.PLATFORM, 200, 0.25, "key below share 10%", complete=True)


def passage() -> Passage:
    connection = cast(Any, SimpleNamespace(peer="192.0.2.77", secure=False, draining=False))
    fields = b"\r\nCookie: session=secret\r\nX-Key: secret\r\nX-Request-Id: abc"
    head = RequestHead(b"GET", b"/secret?secret", HTTP_1_1, fields)
    return Passage(Exchange(connection, head, Body.whole(b"secret")), 0.0, lambda count: b"\x11" * count)


def recorded(outcome: Outcome, log: RequestLog, draw: float = 0.5) -> tuple[list[dict[str, Any]], Metrics]:
    metrics = Metrics("1", [])
    with capture_logs() as events:
        Recorder(metrics, lambda: draw).record(passage(), outcome, log)
    return cast(list[dict[str, Any]], events), metrics


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    (family,) = (family for family in metrics.registry.collect() if family.name == "facade_requests")
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


@pytest.mark.parametrize(
    ("outcome", "labels"),
    [
        (OK, ("titles.read", "canary", "platform", "2xx")),
        (OK._replace(side=Side.LEGACY, status=404), ("titles.read", "canary", "legacy", "4xx")),
        (OK._replace(side=Side.OWN, status=410), ("titles.read", "canary", "own", "4xx")),
        (OK._replace(complete=False), ("titles.read", "canary", "platform", "aborted")),
        (OK._replace(status=None), ("titles.read", "canary", "platform", "aborted")),
    ],
)
def test_a_call_is_counted_by_route_stage_side_and_code(outcome: Outcome, labels: tuple[str, ...]) -> None:
    _, metrics = recorded(outcome, RequestLog())
    assert samples(metrics) == {labels: 1}


def test_a_call_that_no_route_covers_opens_no_series() -> None:
    _, metrics = recorded(OK._replace(route=None, stage=None), RequestLog())
    assert samples(metrics) == {}


@pytest.mark.parametrize(
    ("outcome", "log", "draw", "lines"),
    [
        (OK, RequestLog(0.01, errors=True), 0.5, 0),
        (OK, RequestLog(0.01, errors=True), 0.009, 1),
        (OK, RequestLog(0.0, errors=True), 0.0, 0),
        (OK, RequestLog(1.0, errors=True), 0.999, 1),
        (OK._replace(status=399), RequestLog(0.0, errors=True), 0.5, 0),
        (OK._replace(status=400), RequestLog(0.0, errors=True), 0.5, 1),
        (OK._replace(status=404), RequestLog(0.0, errors=True), 0.5, 1),
        (OK._replace(status=503), RequestLog(0.0, errors=True), 0.5, 1),
        (OK._replace(complete=False), RequestLog(0.0, errors=True), 0.5, 1),
        (OK._replace(status=None), RequestLog(0.0, errors=True), 0.5, 1),
        (OK._replace(status=503), RequestLog(0.0, errors=False), 0.5, 0),
        (OK._replace(status=503), RequestLog(1.0, errors=False), 0.5, 1),
    ],
)
def test_ordinary_calls_are_logged_by_sample_and_errors_by_choice(
    outcome: Outcome, log: RequestLog, draw: float, lines: int
) -> None:
    assert len(recorded(outcome, log, draw)[0]) == lines


def test_a_line_names_what_was_decided_and_nothing_that_was_sent() -> None:
    events, _ = recorded(OK, RequestLog(1.0))
    assert events == [
        {
            "event": "request",
            "log_level": "info",
            "request_id": "abc",
            "trace_id": "11" * 16,
            "method": "GET",
            "route": "titles.read",
            "stage": "canary",
            "side": "platform",
            "status": 200,
            "seconds": 0.25,
            "reason": "key below share 10%",
            "complete": True,
        }
    ]
    assert "secret" not in str(events)
    assert "192.0.2.77" not in str(events)
