"""What is written down: one JSON line an event, and nothing in it that a caller or a silo sent."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import Final

from harness.client import Client, ask, get, request
from harness.folder import Folder
from harness.house import House
from harness.patience import eventually
from harness.peer import Peer, answer, answering
from harness.ports import free_port
from harness.sidecar import Sidecar

SECRET: Final = "s3cr3t-marker"
"""Planted wherever a caller, a silo or an operator may put something private."""

Serve = Callable[..., Sidecar]


def test_a_request_is_one_line_with_the_facts_an_operator_asks_for(house: House) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4799"
    house.ask(request("GET", "/old/x", "X-Request-ID: call-17", f"traceparent: 00-{trace}-00f067aa0ba902b7-01"))
    [line] = house.sidecar.said("request", request_id="call-17")
    expected = {
        "level": "info",
        "trace_id": trace,
        "method": "GET",
        "route": "old",
        "stage": "legacy",
        "side": "legacy",
        "status": 200,
        "reason": "stage legacy",
        "complete": True,
    }
    assert expected.items() <= line.items()
    assert 0 <= line["seconds"] < 20
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])


def test_an_answer_that_broke_off_is_told_as_incomplete(house: House) -> None:
    house.legacy.script = lambda conversation: (
        conversation.request() and conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    )
    with house.client() as client:
        client.send(request("GET", "/old/x", "X-Request-ID: call-18"))
        client.rest()
    [line] = house.sidecar.said("request", request_id="call-18")
    assert (line["level"], line["complete"], line["status"]) == ("warning", False, None)
    series = 'facade_requests_total{code="aborted",route="old",side="legacy",stage="legacy"}'
    eventually(lambda: house.sidecar.metric(series), "it is counted as aborted")


ROUTES: Final = """\
routes:
  - {{name: read, match: "/read/{{x}}", legacy: portal, stage: legacy}}
  - {{name: dead, match: "/dead/{{x}}", legacy: dead, stage: legacy}}
  - {{name: gone, match: "/gone/{{x}}", stage: gone}}
  - name: shared
    match: GET /shared/{{x}}
    legacy: portal
    platform: {platform}
    stage: canary
    canary: {{share: 50%, by: [cookie session, path x], platform_for: [header X-Cohort=staff]}}
"""

PATHS: Final = ("/read", "/dead", "/gone", "/shared", f"/nowhere/{SECRET}", f"/%2e%2e/{SECRET}", f"/{SECRET}")

LINES: Final = (
    f"Cookie: session={SECRET}; other={SECRET}",
    f"Authorization: Bearer {SECRET}",
    f"X-{SECRET}: {SECRET}",
    f"X-Request-ID: {SECRET} not an id",
    f"Referer: http://x/{SECRET}",
    f"User-Agent: {SECRET}",
    f"X-Forwarded-For: {SECRET}",
    f"tracestate: vendor={SECRET}",
)

MALFORMED: Final = (
    f"GET /{SECRET} HTTP/9.9\r\nHost: a\r\n\r\n",
    f"{SECRET} / HTTP/1.1\r\nHost: a\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: a\r\n{SECRET} : x\r\n\r\n",
    f"POST /read/{SECRET} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{SECRET}\r\n",
    f"GET /read/x HTTP/1.1\r\nHost: {SECRET}@b\r\n\r\n",
)

SHOWN: Final = (
    "/",
    "/metrics",
    "/api/routes",
    "/api/config",
    f"/api/explain?url=/shared/{SECRET}",
    f"/{SECRET}?{SECRET}",
)


def test_nothing_private_is_written_or_shown_anywhere(
    folder: Folder, legacy: Peer, platform: Peer, serve: Serve
) -> None:
    (folder / "secret").write_text(f"{SECRET}-token")
    folder.facade(
        admin=f'{{address: "127.0.0.1:{folder.admin}", token: "${{file:{folder / "secret"}}}"}}',
        log="{requests: 100%, errors: all, level: debug}",
    )
    folder.silo("portal", legacy.url)
    folder.silo("dead", f"http://127.0.0.1:{free_port()}")
    folder.routes(ROUTES.format(platform=platform.url))
    sidecar = serve(folder)
    ask_for_everything(sidecar, legacy)
    shown = [sidecar.admin(path).body for path in SHOWN] + [sidecar.observe(f"/{SECRET}").body]
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    assert len(sidecar.lines("request")) > len(PATHS)
    kept = (folder / "state/accepted.json").read_bytes()
    for text in (bytes(sidecar.output), bytes(sidecar.errors), kept, *shown):
        assert SECRET.encode() not in text


def ask_for_everything(sidecar: Sidecar, legacy: Peer) -> None:
    """Good calls, bad calls and bad answers, with the secret wherever there is room for it."""
    legacy.script = answering(lambda _: answer(SECRET.encode(), f"X-{SECRET}: {SECRET}", status=f"500 {SECRET}"))
    for path in PATHS:
        for method, body in (("GET", None), ("POST", f"nino={SECRET}".encode())):
            data = request(method, f"{path}/{SECRET}?q={SECRET}", *LINES, body=body, host=f"{SECRET}.example")
            assert ask(sidecar.port, data).status >= 400 or path == "/shared"
    for raw in MALFORMED:
        assert ask(sidecar.port, raw.encode()).status >= 400
    legacy.fresh()
    legacy.script = answering(lambda _: f"HTTP/1.1 {SECRET}\r\n\r\n".encode())
    assert get(sidecar.port, f"/read/{SECRET}", *LINES).status == 502


def test_every_line_of_standard_output_is_json(house: House) -> None:
    house.ask(request("GET", "/old/x"))
    every = house.sidecar.lines()
    assert every
    assert all({"timestamp", "level", "event"} <= line.keys() for line in every)
    assert bytes(house.sidecar.errors) == b""


def test_by_default_few_requests_and_every_error_are_written(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.facade(log="{level: info}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    with Client(sidecar.port) as client:
        for _ in range(300):
            client.get("/x")
        legacy.script = answering(lambda _: answer(status="404 Not Found"))
    legacy.fresh()
    legacy.script = answering(lambda _: answer(status="503 Busy"))
    with Client(sidecar.port) as client:
        for _ in range(20):
            assert client.get("/x").status == 503
    eventually(
        lambda: len([line for line in sidecar.lines("request") if line["status"] == 503]) == 20,
        "every error is written",
    )
    assert len([line for line in sidecar.lines("request") if line["status"] == 200]) < 30


def test_a_reader_of_the_log_that_stops_reading_holds_nobody_up(folder: Folder, legacy: Peer) -> None:
    folder.rest(legacy.url)
    with Sidecar(folder, is_read=False).ready() as sidecar:
        with Client(sidecar.port) as client:
            for _ in range(2000):
                assert client.get("/x").status == 200
        assert sidecar.readyz() == 200
        sidecar.tell(signal.SIGTERM)
        assert sidecar.left() == 0
