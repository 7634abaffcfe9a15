"""A silo's answer whose head another reader could take for another head is a 502: nothing of it is passed on."""

from __future__ import annotations

import pytest

from harness.client import problem, request
from harness.house import House
from harness.peer import answering

INJECTED = b"Set-Cookie: session=stolen"


@pytest.mark.parametrize(
    "head",
    [
        b"X-Name: a\r" + INJECTED,
        b"X-Name: a\n" + INJECTED,
        b"X-Name: a\r\r\n" + INJECTED,
        b"X-Name: a\x00\r\n" + INJECTED,
        b"X-Name: a\r\n " + INJECTED,
        b"X-Name: a\r\n\t" + INJECTED,
        b"X-Name: a\n\nHTTP/1.1 200 OK\r\n" + INJECTED,
        b"X-Name : a\r\n" + INJECTED,
        b"X Name: a\r\n" + INJECTED,
        b": a\r\n" + INJECTED,
        b"X-Name\r\n" + INJECTED,
        b"Location: /a\x0b\r\n" + INJECTED,
        b"Location: http://{silo}/\rX-More: 1\r\n" + INJECTED,
    ],
)
def test_an_answer_with_a_head_of_two_readings_is_refused(house: House, head: bytes) -> None:
    series = 'facade_refused_total{reason="target_nonsense"}'
    before = house.sidecar.metric(series)
    head = head.replace(b"{silo}", b"127.0.0.1:%d" % house.legacy.port)
    house.legacy.script = answering(lambda _: b"HTTP/1.1 200 OK\r\n" + head + b"\r\nContent-Length: 0\r\n\r\n")
    refused = house.ask(request("GET", "/old/a"))
    assert problem(refused, 502)["title"] == "Bad Gateway"
    assert b"error=http_protocol_error" in (refused.one("Proxy-Status") or b"")
    assert b"stolen" not in refused.head + refused.body
    assert house.sidecar.metric(series) == before + 1
    assert b"stolen" not in bytes(house.sidecar.output)
    house.legacy.fresh()
    assert house.ask(request("GET", "/old/b")).body == b"legacy"


def test_a_status_line_cannot_carry_a_field(house: House) -> None:
    house.legacy.script = answering(lambda _: b"HTTP/1.1 200 OK\r" + INJECTED + b"\r\nContent-Length: 0\r\n\r\n")
    problem(house.ask(request("GET", "/old/a")), 502)
