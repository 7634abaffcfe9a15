"""A target that fails, lies or leaves: nobody gets a broken answer that looks whole, nor another's answer."""

from __future__ import annotations

import threading
from typing import Final

import pytest

from harness.client import Client, problem, request
from harness.house import House
from harness.messages import CutOff
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Script, answer, answering

CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

CUT: Final = {
    "a known length": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "no byte of the body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
    "chunks, after one": CHUNKED + b"4\r\nhalf\r\n",
    "chunks, inside one": CHUNKED + b"64\r\nhalf",
    "chunks, inside the last": CHUNKED + b"4\r\nhalf\r\n0\r\n",
    "chunks, inside the trailers": CHUNKED + b"4\r\nhalf\r\n0\r\nX-Sum: 1\r\n",
}

NONSENSE: Final = {
    "no HTTP": b"220 smtp.example ESMTP\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    "a coding nobody knows": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "a NUL in a value": b"HTTP/1.1 200 OK\r\nX-A: \0\r\nContent-Length: 0\r\n\r\n",
    "a space before a colon": b"HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 0\r\n\r\n",
    "a line that is no field": b"HTTP/1.1 200 OK\r\nno field\r\nContent-Length: 0\r\n\r\n",
    "fields without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 5000 + b"\r\n",
    "a field without end": b"HTTP/1.1 200 OK\r\nX-A: " + b"y" * 300_000 + b"\r\n\r\n",
    "1xx without end": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200,
    "a tunnel nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
}


def dying(raw: bytes) -> Script:
    """Takes a request, says what it has to say and is gone."""

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)

    return script


@pytest.mark.parametrize("raw", CUT.values(), ids=CUT.keys())
def test_a_target_that_dies_in_mid_body_cuts_the_client(house: House, raw: bytes) -> None:
    house.legacy.script = dying(raw)
    with house.client() as client:
        client.send(request("GET", "/old/x"))
        with pytest.raises(CutOff):
            client.response()
        assert client.ended()


@pytest.mark.parametrize(
    "raw", [*CUT.values(), b"HTTP/1.1 200 OK\r\n\r\nuntil the close"], ids=[*CUT.keys(), "until the close"]
)
def test_a_target_that_resets_in_mid_body_cuts_the_client(house: House, raw: bytes) -> None:
    passed = threading.Event()

    def resetting(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)
        assert passed.wait(PATIENCE)
        conversation.reset()

    house.legacy.script = resetting
    with house.client() as client:
        client.send(request("GET", "/old/x"))
        assert client.head().status == 200
        passed.set()
        assert not client.rest().endswith(b"0\r\n\r\n")
        assert client.ended()


def test_a_broken_answer_is_broken_for_an_http_1_0_client_too(house: House) -> None:
    house.legacy.script = dying(CUT["chunks, after one"])
    with house.client() as client:
        client.send(b"GET /old/x HTTP/1.0\r\nHost: a\r\n\r\n")
        with pytest.raises((ConnectionResetError, CutOff, EOFError)):
            while client.socket.recv(1000):
                pass
            raise CutOff(b"")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_target_that_closes_without_a_word_is_a_502_and_nothing_unsafe_is_sent_twice(
    house: House, method: str
) -> None:
    house.legacy.script = dying(b"")
    with house.client() as client:
        answered = client.ask(request(method, "/old/x", body=b"" if method == "GET" else b"order"))
        problem(answered, 502)
        assert answered.one("Proxy-Status") == b"facade; error=connection_terminated"
        assert len(house.legacy.requests) == 1
        assert client.get("/new/x").body == b"platform"


@pytest.mark.parametrize("raw", NONSENSE.values(), ids=NONSENSE.keys())
def test_an_answer_that_cannot_be_read_one_way_only_is_a_502(house: House, raw: bytes) -> None:
    house.legacy.script = dying(raw)
    with house.client() as client:
        answered = client.get("/old/x")
        problem(answered, 502)
        assert answered.one("Proxy-Status") == b"facade; error=http_protocol_error"
        assert client.get("/new/x").body == b"platform"


@pytest.mark.parametrize(
    "stray", [b"x", answer(b"forged"), b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_stray_bytes_on_an_idle_connection_are_given_to_nobody(doubted: House, stray: bytes, method: str) -> None:
    go, closed = threading.Event(), threading.Event()

    def stray_once(conversation: Conversation) -> None:
        conversation.send(answer(conversation.request().target))
        doubted.legacy.script = answering(lambda message: answer(message.target))
        assert go.wait(PATIENCE)
        conversation.send(stray)
        assert conversation.rest() == b""
        closed.set()

    doubted.legacy.script = stray_once
    with doubted.client() as client:
        assert client.get("/old/first").body == b"/old/first"
        go.set()
        assert closed.wait(PATIENCE), "the facade trusts a connection that sends what nobody asked for"
        assert client.ask(request(method, "/old/second")).body == b"/old/second"
    assert len(doubted.legacy.conversations) == 2


@pytest.mark.parametrize("raw", [answer(b"mine") + answer(b"forged"), b"HTTP/1.1 204 No Content\r\n\r\nbody of a 204"])
def test_bytes_behind_an_answer_are_given_to_nobody(doubted: House, raw: bytes) -> None:
    doubted.legacy.script = dying(raw)
    with doubted.client() as client:
        for _ in range(3):
            assert client.get("/old/x").body in (b"mine", b"")
    assert len(doubted.legacy.conversations) == 3


def test_a_body_behind_the_answer_to_head_is_given_to_nobody(doubted: House) -> None:
    doubted.legacy.script = answering(lambda _: answer(b"a body for HEAD"))
    with doubted.client() as client:
        assert client.ask(request("HEAD", "/old/x")).one("Content-Length") == b"15"
        assert client.get("/old/x").body == b"a body for HEAD"
        assert client.get("/old/x").body == b"a body for HEAD"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_silo_that_closes_its_idle_connections_silently_is_no_ones_failure(house: House, method: str) -> None:
    house.legacy.script = dying(answer(b""))
    with house.client() as client:
        for number in range(1, 6):
            assert client.ask(request(method, "/old/x", body=None if method in ("GET", "HEAD") else b"y")).status == 200
            assert len(house.legacy.conversations) == number
            eventually(lambda: house.legacy.conversations[-1].socket.fileno() < 0, "the silo has closed")


def test_a_silo_that_closes_just_as_it_is_asked_again_is_no_failure_of_a_get(house: House) -> None:
    """It takes the second request and closes without an answer, as a server does that was closing already."""

    def closing(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(answer(b"first"))
        conversation.request()

    house.legacy.script = closing
    with house.client() as client:
        assert client.get("/old/x").body == b"first"
        house.legacy.script = answering(lambda _: answer(b"again"))
        assert client.get("/old/x").body == b"again"


@pytest.mark.parametrize(("method", "body"), [("POST", b"order"), ("POST", b""), ("DELETE", None), ("PUT", b"x")])
def test_the_same_of_an_unsafe_call_is_a_502_and_it_is_sent_once(house: House, method: str, body: bytes | None) -> None:
    def closing(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(answer(b"first"))
        conversation.request()

    house.legacy.script = closing
    with house.client() as client:
        assert client.get("/old/x").body == b"first"
        house.legacy.script = answering(lambda _: answer(b"again"))
        problem(client.ask(request(method, "/old/x", body=body)), 502)
        assert [message.method for message in house.legacy.requests] == [b"GET", method.encode()]


def test_a_target_that_stalls_in_mid_body_is_cut_by_the_routes_timeout(house: House) -> None:
    def stalling(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        conversation.rest()

    house.platform.script = stalling
    with house.client() as client:
        client.send(request("GET", "/bounded/x"))
        with pytest.raises(CutOff):
            client.response()


def test_a_target_that_never_reads_the_upload_is_a_504(house: House) -> None:
    over = threading.Event()

    def deaf(conversation: Conversation) -> None:
        over.wait(PATIENCE)

    house.platform.script = deaf
    try:
        with house.client() as client:
            client.send(request("POST", "/silent/x", "Content-Length: 100000000"))
            uploading = threading.Thread(target=_pour, args=(client,), daemon=True)
            uploading.start()
            problem(client.response(), 504)
        uploading.join(PATIENCE)
    finally:
        over.set()


def _pour(client: Client) -> None:
    try:
        while True:
            client.send(b"x" * 65_536)
    except OSError:
        pass  # the facade has hung up


def test_one_dead_target_costs_the_others_nothing(house: House) -> None:
    over = threading.Event()
    house.platform.script = lambda _: over.wait(PATIENCE)
    try:
        waiting = [house.client() for _ in range(20)]
        for client in waiting:
            client.send(request("GET", "/new/x"))
        with house.client() as client:
            for _ in range(50):
                assert client.get("/old/x").body == b"legacy"
        assert house.sidecar.readyz() == 200
        for client in waiting:
            client.close()
    finally:
        over.set()
