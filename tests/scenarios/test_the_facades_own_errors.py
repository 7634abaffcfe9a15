"""Errors that are the facade's own: problem details, nothing sent on, and no connection left half-read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, ask, problem, request
from harness.folder import Folder
from harness.house import House, furnish
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer
from harness.sidecar import Sidecar

NARROW: Final = (
    "{header_bytes: 4KiB, headers: 20, url_bytes: 1KiB, body: 100KiB,"
    " header_timeout: 1s, idle_timeout: 1s, connections: 40}"
)

MALFORMED: Final = {
    "no host": b"GET /old/x HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /old/x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "a host that is none": b"GET /old/x HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a user in the host": b"GET /old/x HTTP/1.1\r\nHost: user@a\r\n\r\n",
    "two lengths": b"POST /old/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": b"POST /old/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is none": b"POST /old/x HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "space before a colon": b"GET /old/x HTTP/1.1\r\nHost: a\r\nX-A : 1\r\n\r\n",
    "a folded line": b"GET /old/x HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n",
    "a line end alone": b"GET /old/x HTTP/1.1\nHost: a\n\n",
    "a NUL in a value": b"GET /old/x HTTP/1.1\r\nHost: a\r\nX-A: \0\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: a\r\n\r\n",
    "two spaces": b"GET  /old/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a fragment": b"GET /old/x#y HTTP/1.1\r\nHost: a\r\n\r\n",
    "another host in the target": b"GET http://b/old/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "dots": b"GET /old/../new/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "escaped dots": b"GET /old/%2e%2e/new/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "an escaped slash": b"GET /old/a%2fb HTTP/1.1\r\nHost: a\r\n\r\n",
    "two slashes": b"GET //old/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a chunk size that is none": b"POST /old/x HTTP/1.1\r\nHost: a\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x01" * 60 + b"\r\n\r\n",
}


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house with narrow limits."""
    folder = Folder(Path(tmp_path_factory.mktemp("narrow")) / "config")
    folder.facade(limits=NARROW)
    with Peer("legacy") as legacy, Peer("platform") as platform:
        furnish(folder, legacy, platform)
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def tight(narrow: House) -> Iterator[House]:
    yield narrow
    narrow.legacy.fresh()
    narrow.platform.fresh()


def refused(house: House, data: bytes, status: int) -> Message:
    """The answer to a request that must be refused before anything is sent on, and counted once."""
    counted = refusals(house)
    answer = house.ask(data)
    problem(answer, status)
    assert [message.start for message in (*house.legacy.requests, *house.platform.requests)] == []
    assert refusals(house) == counted + 1
    return answer


def refusals(house: House) -> float:
    samples = house.sidecar.metrics()
    return sum(value for series, value in samples.items() if series.startswith("facade_refused_total"))


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_request_that_could_be_read_in_two_ways_is_a_400(house: House, raw: bytes) -> None:
    refused(house, raw, 400)


def test_what_no_route_covers_is_a_404_and_the_connection_stays(house: House) -> None:
    with house.client() as client:
        for path in ("/", "/OLD/x", "/older/x", "/items"):
            answer = client.get(path)
            problem(answer, 404)
            assert b"destination_not_found" in (answer.one("Proxy-Status") or b"")
        assert client.get("/old/x").body == b"legacy"


def test_a_known_path_with_another_method_is_a_405_with_allow(house: House) -> None:
    answer = refused(house, request("DELETE", "/items/1"), 405)
    assert set((answer.one("Allow") or b"").split(b", ")) == {b"GET", b"HEAD", b"PUT"}


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_trace_and_connect_open_nothing(house: House, method: str) -> None:
    target = "/old/x" if method == "TRACE" else "example.org:443"
    assert house.ask(request(method, target, "Cookie: secret=1")).status in (400, 405)
    assert house.legacy.requests == []


def test_a_refused_head_gets_no_body(house: House) -> None:
    with house.client() as client:
        answer = client.ask(request("HEAD", "/nowhere"))
        assert (answer.status, answer.body) == (404, b"")
        assert client.get("/old/x").body == b"legacy"


@pytest.mark.parametrize("begun", [b"GET /old/x HTT", b"GET /old/x HTTP/1.1\r\nHost: a\r\nX-Slow: 1"])
def test_a_head_that_does_not_come_is_a_408_and_the_end_of_the_connection(tight: House, begun: bytes) -> None:
    with tight.client() as client:
        client.send(begun)
        problem(client.response(), 408)
        assert client.ended()


def test_a_head_that_trickles_is_cut_off_by_the_same_deadline(tight: House) -> None:
    began = time.monotonic()
    with tight.client() as client:
        client.socket.settimeout(0.1)
        data = b""
        client.send(b"GET /old/x HTTP/1.1\r\n")
        while not data:
            try:
                data = client.socket.recv(100)
            except TimeoutError:
                client.send(b"X")
        assert data.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < PATIENCE / 2


def test_an_idle_connection_is_closed_without_a_word(tight: House) -> None:
    with tight.client() as client:
        assert client.get("/old/x").status == 200
        assert client.ended()
    with tight.client() as silent:
        assert silent.ended()


def test_a_body_beyond_the_limit_is_a_413(tight: House) -> None:
    refused(tight, request("POST", "/old/x", "Content-Length: 200000"), 413)


def test_a_chunked_body_beyond_the_limit_never_ends_well(tight: House) -> None:
    whole = []

    def reading(conversation: Conversation) -> None:
        whole.append(conversation.request())

    tight.legacy.script = reading
    with tight.client() as client:
        client.send(request("POST", "/old/x", "Transfer-Encoding: chunked"))
        client.send(b"%x\r\n" % 200_000 + b"x" * 150_000)
        problem(client.response(), 413)
    assert whole == []


def test_an_upload_that_was_refused_is_never_read_as_the_next_request(tight: House) -> None:
    smuggled = request("GET", "/old/smuggled")
    with tight.client() as client:
        client.send(request("POST", "/nowhere", f"Content-Length: {len(smuggled) + 10}") + smuggled)
        answer = client.response()
        problem(answer, 404)
        assert answer.closes
        assert client.ended()
    assert tight.legacy.requests == []


def test_a_target_that_is_too_long_is_a_414(tight: House) -> None:
    refused(tight, request("GET", "/old/" + "x" * 1100), 414)
    refused(tight, request("GET", "/old/" + "x" * 10_000), 414)


def test_too_many_or_too_large_fields_are_a_431(tight: House) -> None:
    refused(tight, request("GET", "/old/x", *[f"X-{number}: 1" for number in range(30)]), 431)
    refused(tight, request("GET", "/old/x", "X-Large: " + "y" * 5000), 431)


def test_a_version_that_is_not_spoken_is_a_505(house: House) -> None:
    refused(house, b"GET /old/x HTTP/2.0\r\nHost: a\r\n\r\n", 505)
    refused(house, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)


def test_a_coding_that_is_not_known_is_a_501(house: House) -> None:
    refused(house, request("POST", "/old/x", "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n", 501)


def test_one_connection_too_many_is_a_503_and_the_others_go_on(tight: House) -> None:
    with tight.client() as first:
        assert first.get("/old/x").status == 200
        others = [tight.client() for _ in range(39)]
        try:
            with tight.client() as last:
                answer = last.response()
                problem(answer, 503)
                assert answer.one("Retry-After") == b"1"
                assert last.ended()
            assert first.get("/old/x").body == b"legacy"
        finally:
            for other in others:
                other.close()
    eventually(lambda: ask(tight.port, request("GET", "/old/x")).status == 200, "there is room again")


def test_a_dead_target_is_a_502_and_the_others_go_on(house: House) -> None:
    with house.client() as client:
        answer = client.get("/dead/x")
        problem(answer, 502)
        assert answer.one("Proxy-Status") == b"facade; error=connection_refused"
        assert client.get("/old/x").body == b"legacy"
        problem(client.ask(request("POST", "/dead/x", body=b"y")), 502)
        assert client.get("/new/x").body == b"platform"


@pytest.mark.parametrize("path", ["/silent/x", "/bounded/x"])
def test_a_target_that_never_answers_is_a_504_in_time_and_its_connection_is_closed(house: House, path: str) -> None:
    closed: list[bytes] = []

    def silent(conversation: Conversation) -> None:
        conversation.request()
        closed.append(conversation.rest())

    house.platform.script = silent
    with house.client() as client:
        began = time.monotonic()
        answer = client.get(path)
        problem(answer, 504)
        assert 0.25 < time.monotonic() - began < PATIENCE / 2
        assert answer.one("Proxy-Status") == b"facade; error=http_response_timeout"
        eventually(lambda: closed == [b""], "the target's connection is closed")
        assert client.get("/old/x").body == b"legacy"


def test_a_problem_names_the_request_as_the_log_does_and_nothing_the_caller_sent(house: House) -> None:
    answer = house.ask(request("GET", "/nowhere/secret-path?secret-query", "X-Request-ID: 6f1c0f6e-call"))
    document = problem(answer, 404)
    assert document["instance"] == "urn:request:6f1c0f6e-call"
    assert b"secret" not in answer.head + answer.body
    house.sidecar.said("request", request_id="6f1c0f6e-call", status=404)


def test_what_is_no_request_is_named_in_the_log_once(house: House) -> None:
    with house.client() as client:
        client.send(b"GET /old/secret HTTP/9.9\r\nHost: facade.test\r\nX-Request-ID: secret\r\n\r\n")
        document = problem(client.response(), 505)
    request_id = document["instance"].removeprefix("urn:request:")
    (told,) = house.sidecar.said("refused", request_id=request_id)
    assert (told["status"], told["reason"]) == (505, "version")
    assert "secret" not in str(told)


def test_admin_and_data_listeners_do_not_answer_for_each_other(house: House) -> None:
    for path in ("/metrics", "/readyz", "/api/config"):
        assert house.ask(request("GET", path)).status == 404
    with Client(house.sidecar.folder.observe) as client:
        assert client.ask(request("GET", "/old/x")).status == 404
