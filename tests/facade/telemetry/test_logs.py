"""What the facade and the libraries say, on the stream it goes to."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from facade.telemetry import logs

PATIENCE = 10.0


class Log(io.BytesIO):
    """What was written, read back."""

    def events(self) -> list[dict[str, Any]]:
        assert logs.Output.lines is not None
        assert logs.Output.lines.flush(PATIENCE)
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """A log of its own; afterwards structlog and logging are as they were."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = Log()
    logs.configure("info", stream)
    yield stream
    logs.stop(PATIENCE)
    structlog.reset_defaults()
    root.handlers[:], level = before
    root.setLevel(level)


def test_an_event_has_a_utc_time_a_level_a_name_and_its_fields(log: Log) -> None:
    structlog.get_logger("facade.control").warning("configuration rejected", revision="abc", mistakes=2)
    (event,) = log.events()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", event.pop("timestamp"))
    assert event == {
        "level": "warning",
        "event": "configuration rejected",
        "revision": "abc",
        "mistakes": 2,
        "logger": "facade.control",
    }


def test_events_below_the_level_are_not_written(log: Log) -> None:
    structlog.get_logger().debug("small")
    logs.configure("error")
    structlog.get_logger().warning("medium")
    structlog.get_logger().error("large")
    assert [event["event"] for event in log.events()] == ["large"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KeyError):
        logs.configure("loud")


def test_an_exception_is_one_field_without_its_message(log: Log) -> None:
    try:
        raise ValueError("secret")
    except ValueError:
        structlog.get_logger().exception("it failed")
    structlog.get_logger().error("again", exc_info=ValueError("secret"))
    first, second = log.events()
    assert first["exception"].startswith("ValueError at facade/telemetry/test_logs.py:")
    assert second["exception"] == "ValueError"
    assert b"secret" not in log.getvalue()


def test_at_debug_an_exception_has_its_traceback(log: Log) -> None:
    logs.configure("debug")
    structlog.get_logger().error("again", exc_info=ValueError("why"))
    assert log.events()[0]["exception"] == "ValueError: why\n"


def test_a_librarys_record_is_the_same_json_without_what_it_would_fill_in(log: Log) -> None:
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "192.0.2.7", exc_info=ValueError("x"))
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task secret>")
    logging.getLogger("any").error(ValueError("secret"))
    server, loop, odd = log.events()
    assert (server["logger"], server["event"]) == ("aiohttp.server", "Error handling request from %s")
    assert server["exception"] == "ValueError"
    assert loop["event"] == "Task exception was never retrieved"
    assert odd["event"] == "ValueError"
    assert b"192.0.2.7" not in log.getvalue()
    assert b"secret" not in log.getvalue()


def test_a_librarys_chatter_and_its_access_log_are_off_at_any_level(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure("debug")
    monkeypatch.setattr(logging.getLogger("aiosqlite"), "level", logging.DEBUG)
    logging.getLogger("aiohttp.access").info('192.0.2.7 "GET /x?token=secret"')
    logging.getLogger("aiosqlite").debug("executing %s", "insert secret")
    assert log.events() == []


def request(**changed: Any) -> None:
    fields: dict[str, Any] = {
        "request_id": "r1",
        "trace_id": "t1",
        "method": "GET",
        "route": "titles.read",
        "stage": "canary",
        "side": "platform",
        "status": 200,
        "seconds": 0.01234567,
        "reason": "share",
        "complete": True,
    }
    logs.request_line(**{**fields, **changed})


def test_a_request_line_names_the_call_and_who_answered_it_and_why(log: Log) -> None:
    request()
    (event,) = log.events()
    del event["timestamp"]
    assert event == {
        "level": "info",
        "event": "request",
        "request_id": "r1",
        "trace_id": "t1",
        "method": "GET",
        "route": "titles.read",
        "stage": "canary",
        "side": "platform",
        "status": 200,
        "seconds": 0.012346,
        "reason": "share",
        "complete": True,
        "logger": "facade.requests",
    }


@pytest.mark.parametrize("changed", [{"status": 502}, {"status": None, "complete": False}, {"complete": False}])
def test_a_failed_call_is_a_warning(log: Log, changed: dict[str, object]) -> None:
    request(**changed)
    assert log.events()[0]["level"] == "warning"


def test_a_callers_mistake_is_not_a_warning(log: Log) -> None:
    request(status=404, route=None, stage=None, side="own")
    assert log.events()[0]["level"] == "info"


def test_what_is_logged_after_the_end_goes_nowhere_and_fails_nothing(log: Log) -> None:
    logs.stop(PATIENCE)
    request()
    assert log.getvalue() == b""
    logs.configure("info", log)


def test_dropped_lines_are_told_of_in_the_same_shape() -> None:
    assert json.loads(logs._lost(3)) == {"level": "warning", "event": "log lines dropped", "count": 3}


@given(st.floats(0, 1, exclude_max=True))
def test_a_share_of_nothing_samples_no_call_and_a_whole_one_every_call(draw: float) -> None:
    assert not logs.sampled(0.0, draw)
    assert logs.sampled(1.0, draw)


def test_a_share_samples_the_draws_below_it() -> None:
    assert [logs.sampled(0.01, draw) for draw in (0.0, 0.0099, 0.01, 0.5)] == [True, True, False, False]
