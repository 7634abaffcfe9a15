"""Connections are kept on both sides, and the end of every message is known, so that none is read into another."""

from __future__ import annotations

import threading

import pytest

from harness.client import request
from harness.house import House
from harness.messages import Message
from harness.patience import PATIENCE
from harness.peer import Conversation, answer, answering


def http_1_0(target: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.0", *lines, "", ""]).encode()


def test_many_requests_of_one_client_take_one_connection_to_the_target(house: House) -> None:
    with house.client() as client:
        for _ in range(20):
            assert client.get("/old/x").body == b"legacy"
            assert client.ask(request("POST", "/old/x", body=b"y")).body == b"legacy"
    assert [len(conversation.requests) for conversation in house.legacy.conversations] == [40]


def test_clients_after_each_other_share_the_connection_to_a_target(house: House) -> None:
    for _ in range(5):
        assert house.ask(request("GET", "/old/x")).status == 200
    assert len(house.legacy.conversations) == 1


def test_a_target_that_says_close_is_not_asked_again_on_that_connection(house: House) -> None:
    house.legacy.script = answering(lambda _: answer(b"bye", "Connection: close"))
    with house.client() as client:
        for _ in range(3):
            received = client.get("/old/x")
            assert (received.body, received.one("Connection")) == (b"bye", None)
    assert [len(conversation.requests) for conversation in house.legacy.conversations] == [1, 1, 1]


def test_pipelined_requests_are_answered_in_order(house: House) -> None:
    """The first is the slowest, the second goes elsewhere, the third is refused, and the last has a body."""
    asked_last = threading.Event()

    def slow_first(message: Message) -> bytes:
        if message.target == b"/old/1":
            asked_last.wait(0.2)
        return answer(message.target + message.body)

    house.legacy.script = house.platform.script = answering(slow_first)
    with house.client() as client:
        client.send(
            request("GET", "/old/1")
            + request("GET", "/new/2")
            + request("GET", "/nowhere")
            + request("POST", "/old/4", body=b"!" * 100_000)
            + request("HEAD", "/new/5")
            + request("GET", "/old/6")
        )
        answers = [client.response(asked_head=number == 4) for number in range(6)]
    assert [each.status for each in answers] == [200, 200, 404, 200, 200, 200]
    bodies = [each.body for each in answers]
    assert bodies[:2] == [b"/old/1", b"/new/2"]
    assert bodies[3:] == [b"/old/4" + b"!" * 100_000, b"", b"/old/6"]


def test_a_thousand_pipelined_requests_are_answered_in_order(house: House) -> None:
    house.legacy.script = answering(lambda message: answer(message.target))
    with house.client() as client:
        every = b"".join(request("GET", f"/old/{number}") for number in range(1000))
        writer = threading.Thread(target=client.send, args=(every,))
        writer.start()
        assert [client.response().body for _ in range(1000)] == [b"/old/%d" % number for number in range(1000)]
        writer.join(PATIENCE)


@pytest.mark.parametrize(
    ("method", "raw"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"),
        ("GET", b'HTTP/1.1 304 Not Modified\r\nContent-Length: 12345\r\nETag: "x"\r\n\r\n'),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_an_answer_without_a_body_leaves_both_connections_usable(house: House, method: str, raw: bytes) -> None:
    house.legacy.script = answering(lambda _: raw)
    with house.client() as client:
        for _ in range(3):
            received = client.ask(request(method, "/old/x"))
            length = received.one("Content-Length")
            assert raw.startswith(received.start)
            assert length is None or b"Content-Length: " + length in raw
    assert len(house.legacy.conversations) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end",
        b"HTTP/1.0 200 OK\r\n\r\nto the end",
        b"HTTP/1.1 200 OK\r\n\r\nto the end",
    ],
)
def test_an_answer_that_ends_with_its_connection_leaves_the_clients_usable(house: House, raw: bytes) -> None:
    def old(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)

    house.legacy.script = old
    with house.client() as client:
        for _ in range(3):
            received = client.get("/old/x")
            assert (received.status, received.chunked, received.body) == (200, True, b"to the end")


def test_an_http_1_0_silo_without_keep_alive_works(house: House) -> None:
    def ancient(conversation: Conversation) -> None:
        message = conversation.request()
        conversation.send(b"HTTP/1.0 200 Document follows\r\nContent-type: text/html\r\nContent-Length: 6\r\n\r\n")
        conversation.send(message.method.ljust(6))

    house.legacy.script = ancient
    with house.client() as client:
        for method in (b"GET", b"PUT", b"GET", b"POST"):
            assert client.ask(request(method.decode(), "/old/x")).body == method.ljust(6)


def test_an_http_1_0_client_gets_an_answer_without_chunks_and_then_the_end(house: House) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    house.legacy.script = answering(lambda _: chunked)
    with house.client() as client:
        client.send(http_1_0("/old/x", "Host: facade.test"))
        received = client.response()
        assert (received.body, received.chunked, received.one("Content-Length")) == (b"abcde", False, None)
        assert client.ended()
    assert house.legacy.requests[0].start == b"GET /old/x HTTP/1.1"


def test_an_http_1_0_client_may_keep_its_connection(house: House) -> None:
    with house.client() as client:
        for _ in range(3):
            client.send(http_1_0("/old/x", "Host: facade.test", "Connection: keep-alive"))
            received = client.response()
            assert (received.body, received.one("Connection")) == (b"legacy", b"keep-alive")


def test_an_http_1_0_client_without_a_host_is_served_and_let_go(house: House) -> None:
    with house.client() as client:
        client.send(http_1_0("/old/x"))
        assert client.response().body == b"legacy"
        assert client.ended()


def test_a_client_that_says_close_is_answered_and_let_go(house: House) -> None:
    with house.client() as client:
        received = client.get("/old/x", "Connection: close")
        assert (received.body, received.one("Connection")) == (b"legacy", b"close")
        assert client.ended()


def test_a_client_that_gives_up_in_mid_upload_leaves_no_whole_request_behind(house: House) -> None:
    asked, cut = threading.Event(), threading.Event()

    def reading(conversation: Conversation) -> None:
        message = conversation.head()
        assert message.one("Content-Length") == b"1000"
        asked.set()
        assert len(conversation.rest()) < 1000
        cut.set()

    house.legacy.script = reading
    with house.client() as client:
        client.send(request("POST", "/old/x", "Content-Length: 1000") + b"x" * 10)
        assert asked.wait(PATIENCE)
    assert cut.wait(PATIENCE)


def test_a_client_that_leaves_in_mid_answer_lets_go_of_the_target(house: House) -> None:
    let_go = threading.Event()

    def pouring(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                conversation.send(b"x" * 65_536)
        finally:
            let_go.set()

    house.legacy.script = pouring
    with house.client() as client:
        client.send(request("GET", "/old/x"))
        assert client.head().status == 200
        client.exactly(100_000)
    assert let_go.wait(PATIENCE)
