"""What a gateway adds and takes away: hop-by-hop fields, who the client is, the trace, and the target's own name."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from harness.client import get, request
from harness.folder import Folder
from harness.house import House
from harness.messages import Message
from harness.peer import Peer, answer, answering
from harness.rows import dated
from harness.sidecar import Sidecar

FORGED = [
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-For: 7.7.7.7",
    "X-Forwarded-Proto: gopher",
    "X-Forwarded-Host: evil.example",
    "X-Real-IP: 6.6.6.6",
    "Forwarded: for=6.6.6.6;host=evil.example",
    "X_Forwarded_For: 8.8.8.8",
    "X-Forwarded_Host: evil.example",
    "x_real_ip: 8.8.8.8",
]


def received(house: House, *lines: str) -> Message:
    house.ask(request("GET", "/old/x", *lines))
    return house.legacy.requests[-1]


def test_the_target_is_told_who_asks_and_by_what_way(house: House) -> None:
    message = received(house)
    assert message.one("X-Forwarded-For") == b"127.0.0.1"
    assert message.one("X-Forwarded-Proto") == b"http"
    assert message.one("X-Forwarded-Host") == b"facade.test"
    assert message.one("Forwarded") == b"for=127.0.0.1;host=facade.test;proto=http"
    assert message.one("Via") == b"1.1 facade"


def test_a_strangers_forwarding_fields_are_replaced_however_they_are_spelt(house: House) -> None:
    message = received(house, *FORGED)
    for forged in (b"6.6.6.6", b"7.7.7.7", b"8.8.8.8", b"evil.example", b"gopher"):
        assert forged not in message.head
    assert message.all("X-Forwarded-For") == [b"127.0.0.1"]


def test_a_trusted_peers_forwarding_fields_stand_and_ours_follow(
    folder: Folder, legacy: Peer, serve: Callable[..., Sidecar]
) -> None:
    folder.facade(forwarded="{trust: [127.0.0.0/8]}")
    folder.rest(legacy.url)
    get(serve(folder).port, "/x", *FORGED, "Via: 1.1 edge")
    [message] = legacy.requests
    assert b", ".join(message.all("X-Forwarded-For")) == b"6.6.6.6, 7.7.7.7, 127.0.0.1"
    assert message.one("X-Forwarded-Proto") == b"gopher"
    assert message.one("X-Forwarded-Host") == b"evil.example"
    assert message.all("Via") == [b"1.1 edge", b"1.1 facade"]
    forwarded = b", ".join(message.all("Forwarded"))
    assert forwarded == b"for=6.6.6.6;host=evil.example, for=127.0.0.1;host=facade.test;proto=http"
    assert b"8.8.8.8" not in message.head


def test_a_silo_reads_its_own_name_unless_it_wants_the_callers(
    folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    folder.silo("portal", legacy.url)
    folder.silo("tenants", legacy.url, host="caller")
    folder.routes(
        "routes:\n"
        "  - {name: own, match: /own, legacy: portal, stage: legacy}\n"
        "  - {name: callers, match: /callers, legacy: tenants, stage: legacy}\n"
        f'  - {{name: platform, match: /platform, platform: "{platform.url}", stage: complete}}\n'
        f'  - {{name: target, match: /target, platform: {{url: "{platform.url}", host: target}}, stage: complete}}\n'
    )
    sidecar = serve(folder)
    for path in ("/own", "/callers", "/platform", "/target"):
        assert get(sidecar.port, path).status == 200
    seen = {message.target: message.one("Host") for message in (*legacy.requests, *platform.requests)}
    assert seen == {
        b"/own": f"127.0.0.1:{legacy.port}".encode(),
        b"/callers": b"facade.test",
        b"/platform": b"facade.test",
        b"/target": f"127.0.0.1:{platform.port}".encode(),
    }


def test_hop_by_hop_fields_of_a_request_go_no_further(house: House) -> None:
    message = received(
        house,
        "Connection: X-Hop, keep-alive",
        "X-Hop: 1",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "TE: trailers",
        "Upgrade: h2c, unknown",
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "X-Kept: 1",
    )
    gone = ("Connection", "X-Hop", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "HTTP2-Settings")
    assert [value for name in gone for value in message.all(name)] == []
    assert message.one("X-Kept") == b"1"


def test_connection_takes_no_field_away_that_identity_routing_or_framing_stand_on(house: House) -> None:
    names = "X-Forwarded-For, X-Real-IP, Host, Cookie, Authorization, Content-Length, Via, Forwarded, X-Forwarded-Host"
    message = received(
        house, f"Connection: {names}", "Cookie: session=1", "Authorization: Basic x", "Content-Length: 0"
    )
    assert message.one("X-Forwarded-For") == b"127.0.0.1"
    assert message.one("Cookie") == b"session=1"
    assert message.one("Authorization") == b"Basic x"
    assert len(message.all("Host")) == 1
    assert message.one("Via") == b"1.1 facade"


def test_hop_by_hop_fields_of_an_answer_go_no_further(house: House) -> None:
    raw = answer(
        b"x",
        "Connection: X-Hop, keep-alive",
        "X-Hop: 1",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "Upgrade: websocket",
        "X-Kept: 1",
    )
    house.legacy.script = answering(lambda _: raw)
    message = house.ask(request("GET", "/old/x"))
    assert message.head == dated(b"HTTP/1.1 200 OK\r\nX-Kept: 1\r\nContent-Length: 1\r\n\r\n", message)


def test_a_trace_is_passed_on_and_made_where_there_is_none(house: House) -> None:
    made = received(house).one("traceparent")
    assert made is not None
    assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", made)
    sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    message = received(house, f"traceparent: {sent}", "tracestate: vendor=1,other=2")
    assert (message.one("traceparent"), message.one("tracestate")) == (sent.encode(), b"vendor=1,other=2")


@pytest.mark.parametrize("broken", ["00-short-00f067aa0ba902b7-01", "x", "00-" + "0" * 32 + "-00f067aa0ba902b7-01"])
def test_a_broken_trace_is_replaced(house: House, broken: str) -> None:
    made = received(house, f"traceparent: {broken}", "tracestate: vendor=1").one("traceparent")
    assert made is not None
    assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", made)


def test_fields_that_would_override_method_path_or_side_decide_nothing(house: House) -> None:
    lines = [
        "X-HTTP-Method-Override: DELETE",
        "X-Original-URL: /new/x",
        "X-Rewrite-URL: /new/x",
        "X-Forwarded-Prefix: /new",
        "X-Facade-Side: platform",
    ]
    message = received(house, *lines)
    assert (message.method, message.target) == (b"GET", b"/old/x")


def test_a_request_that_goes_round_in_a_circle_is_stopped(folder: Folder, serve: Callable[..., Sidecar]) -> None:
    folder.rest(f"http://127.0.0.1:{folder.listen}")
    assert get(serve(folder).port, "/x").status == 508
