"""1xx answers go end to end: the client's body is asked for by the target, and early hints arrive early."""

from __future__ import annotations

import threading

from harness.client import request
from harness.house import House
from harness.patience import PATIENCE
from harness.peer import Conversation, answer, answering

EXPECTING = ("Expect: 100-continue", "Content-Length: 5")


def test_100_continue_comes_from_the_target_and_not_before(house: House) -> None:
    asked = threading.Event()
    go = threading.Event()

    def careful(conversation: Conversation) -> None:
        message = conversation.head()
        assert message.one("Expect") == b"100-continue"
        asked.set()
        assert go.wait(PATIENCE)
        conversation.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        conversation.request_body(message)
        conversation.note(message)
        conversation.send(answer(message.body))

    house.legacy.script = careful
    with house.client() as client:
        client.send(request("POST", "/old/x", *EXPECTING))
        assert asked.wait(PATIENCE)
        client.socket.setblocking(False)
        try:
            early = client.socket.recv(1)
        except BlockingIOError:
            early = b""
        client.socket.settimeout(PATIENCE)
        assert early == b""
        go.set()
        assert client.head().start == b"HTTP/1.1 100 Continue"
        client.send(b"hello")
        assert client.response().body == b"hello"
        house.legacy.script = answering(lambda _: answer(b"next"))
        assert client.get("/old/x").status == 200


def test_a_target_that_refuses_before_the_body_is_heard(house: House) -> None:
    def strict(conversation: Conversation) -> None:
        conversation.head()
        conversation.send(answer(b"no", "Connection: close", status="417 Expectation Failed"))

    house.legacy.script = strict
    with house.client() as client:
        client.send(request("POST", "/old/x", *EXPECTING))
        received = client.response()
        assert (received.status, received.body) == (417, b"no")
        assert received.closes
        assert client.ended()


def test_a_target_that_knows_no_100_gets_the_body_of_a_client_that_waits_no_longer(house: House) -> None:
    house.legacy.script = answering(lambda message: answer(message.body))
    with house.client() as client:
        client.send(request("POST", "/old/x", *EXPECTING))
        client.send(b"hello")
        received = client.response()
        assert (received.interims, received.body) == ([], b"hello")


def test_early_hints_pass_before_the_answer(house: House) -> None:
    hinted = threading.Event()

    def hinting(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.css>\r\n\r\n")
        assert hinted.wait(PATIENCE)
        conversation.send(b"HTTP/1.1 102 Processing\r\n\r\n" + answer(b"done"))

    house.legacy.script = hinting
    with house.client() as client:
        client.send(request("GET", "/old/x"))
        first = client.head()
        assert (first.status, first.all("Link")) == (103, [b"</a.css>; rel=preload", b"</b.css>"])
        hinted.set()
        received = client.response()
        assert ([each.status for each in received.interims], received.body) == ([102], b"done")


def test_an_http_1_0_client_gets_no_interim_answer(house: House) -> None:
    house.legacy.script = answering(lambda _: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(b"done"))
    with house.client() as client:
        client.send(b"GET /old/x HTTP/1.0\r\nHost: a\r\n\r\n")
        received = client.response()
        assert (received.status, received.interims, received.body) == (200, [], b"done")


def test_an_early_answer_in_the_middle_of_an_upload_reaches_the_client(house: House) -> None:
    def full(conversation: Conversation) -> None:
        conversation.head()
        conversation.exactly(10)
        conversation.send(answer(b"too large for me", "Connection: close", status="413 Content Too Large"))

    house.legacy.script = full
    with house.client() as client:
        client.send(request("POST", "/old/x", "Content-Length: 1000000") + b"x" * 100_000)
        received = client.response()
        assert (received.status, received.body) == (413, b"too large for me")
        assert received.closes
