"""What becomes of a finished call in the metrics and in the log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from facade.outcomes import Outcome, Outcomes
from facade.proxy.passage import Passage
from facade.proxy.record import Recorder
from facade.routing.stage import Side, Stage
from facade.snapshot import RequestLog
from facade.telemetry.metrics import Metrics
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.message import HTTP_1_1, RequestHead
from facade.wire.refusals import TARGET_TOO_LONG as TOO_LONG

OK = Outcome("titles.read", Stage.CANARY, Side.PLATFORM, 200, 0.25, "key below share 10%", complete=True)


def chance(count: int) -> bytes:
    return b"\x11" * count


def passage() -> Passage:
    connection = cast(Any, SimpleNamespace(peer="192.0.2.77", secure=False, draining=False))
    fields = b"\r\nCookie: session=secret\r\nX-Key: secret\r\nX-Request-Id: abc"
    head = RequestHead(b"GET", b"/secret?secret", HTTP_1_1, fields)
    return Passage(Exchange(connection, head, Body.whole(b"secret")), 0.0, chance)


def recorded(outcome: Outcome, log: RequestLog, draw: float = 0.5) -> tuple[list[dict[str, Any]], Metrics]:
    metrics = Metrics("1", [])
    with capture_logs() as events:
        Recorder(metrics, Outcomes(), lambda: draw, chance).record(passage(), outcome, log)
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


def refused(request_id: str, log: RequestLog) -> tuple[str, list[dict[str, Any]], Metrics]:
    metrics = Metrics("1", [TOO_LONG.reason])
    with capture_logs() as events:
        named = Recorder(metrics, Outcomes(), lambda: 0.5, chance).refused(TOO_LONG, request_id, log)
    return named, cast(list[dict[str, Any]], events), metrics


def test_what_is_refused_on_the_wire_is_counted_named_and_logged_once() -> None:
    named, events, metrics = refused("", RequestLog())
    assert named == "11" * 16
    assert [(event["event"], event["request_id"], event["status"]) for event in events] == [("refused", named, 414)]
    assert metrics.registry.get_sample_value("facade_refused_total", {"reason": TOO_LONG.reason}) == 1


def test_a_request_that_turns_out_bad_has_its_line_already() -> None:
    named, events, metrics = refused("abc", RequestLog())
    assert (named, events) == ("abc", [])
    assert metrics.registry.get_sample_value("facade_refused_total", {"reason": TOO_LONG.reason}) == 1


def test_refusals_are_not_logged_where_errors_are_not() -> None:
    assert refused("", RequestLog(errors=False))[1] == []


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
