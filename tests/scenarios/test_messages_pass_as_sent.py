"""What a client sends and what a target answers arrive as they were sent: target, fields and body, byte for byte."""

from __future__ import annotations

import gzip
import os
import threading
from typing import Final

import pytest

from harness.client import request
from harness.house import House
from harness.messages import Message
from harness.patience import PATIENCE
from harness.peer import Conversation, answer, answering

OWN: Final = {
    b"host",
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"forwarded",
    b"via",
    b"traceparent",
}
"""What the facade writes into a request itself."""

TARGETS: Final = [
    "/old/a%20b",
    "/old/caf%C3%A9?name=%E9&empty=&&=&plus=a+b",
    "/old/x?",
    "/old/x?next=/a/../b//c&%00&%zz&#"[:-1],
    "/old/x;jsessionid=1F2E;v=1.1/y",
    "/old/%7Euser/%41%2d",
    "/old/a!$&'()*+,=:@~._-",
    '/old/x?"<>[]^`{|}\\',
    "/old/" + "y" * 4000 + "?" + "z" * 4000,
]


def lines(message: Message) -> list[bytes]:
    """The field lines as they stand, without those that are the facade's own."""
    every = message.head[:-4].split(b"\r\n")[1:]
    return [line for line in every if line.partition(b":")[0].lower() not in OWN]


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("target", TARGETS, ids=range(len(TARGETS)))
def test_the_request_target_arrives_byte_for_byte(house: House, target: str, side: str) -> None:
    target = target.replace("/old/", f"/{side}/", 1)
    assert house.ask(request("GET", target)).status == 200
    peer = house.legacy if side == "old" else house.platform
    assert peer.targets == [target.encode("latin-1")]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL"])
def test_the_method_arrives_as_sent(house: House, method: str) -> None:
    house.ask(request(method, "/old/x"))
    assert [message.method for message in house.legacy.requests] == [method.encode()]


@pytest.mark.parametrize("method", ["get", "Post", "FOOBAR"])
def test_a_method_nobody_knows_is_refused_and_never_respelt(house: House, method: str) -> None:
    assert house.ask(request(method, "/old/x")).status in (400, 501)
    assert house.legacy.requests == []


def test_request_fields_keep_their_bytes_their_order_their_case_and_their_repeats(house: House) -> None:
    sent: list[str | bytes] = [
        "X-First: 1",
        "x-lower: 2",
        "ACCEPT: text/html;q=0.1, */*",
        b"X-Latin: caf\xe9 \xff\xa0",
        b"X-UTF8: " + "naïve ✓".encode(),
        "X-Repeated: one",
        'Cookie: a=1; b="two"; c=;;=x',
        "X-Empty:",
        "X-Repeated: two",
        "x-repeated: one",
        "X-Spaced:   inner   spaces\tand tabs  ",
        "Authorization: Basic dTpw",
        "X-_.~!#$%&'*+^`|: token characters",
        "X-Forwardedish: kept",
    ]
    house.ask(request("GET", "/old/x", *sent))
    [received] = house.legacy.requests
    expected = [line if isinstance(line, bytes) else line.encode("latin-1") for line in sent]
    assert lines(received) == expected


def test_answer_fields_and_reason_arrive_as_sent(house: House) -> None:
    raw = answer(
        b"body",
        "Server: Old/0.9 (legacy)",
        "set-cookie: a=1; Path=/",
        "Set-Cookie: b=2",
        b"X-Latin: \xe9t\xe9",
        "X-Empty:",
        "Date: Thu, 01 Jan 1970 00:00:00 GMT",
        "X-REPEATED: 1",
        "x-repeated: 2",
        "Location: http://127.0.0.1/else where",
        status="299 Quite \xe9 Fine  indeed",
    )
    house.legacy.script = answering(lambda _: raw)
    received = house.ask(request("GET", "/old/x"))
    assert received.head + received.body == raw


@pytest.mark.parametrize(
    "status", ["200 ", "201 Created", "302 Found", "404 Not Found", "418 ", "500 No", "503 Busy", "599 x"]
)
def test_every_status_of_a_target_is_its_own_word(house: House, status: str) -> None:
    house.legacy.script = answering(lambda _: answer(b"own words", status=status))
    received = house.ask(request("GET", "/old/x"))
    assert (received.start, received.body) == (f"HTTP/1.1 {status}".encode(), b"own words")
    assert received.one("Proxy-Status") is None


@pytest.mark.parametrize("size", [0, 1, 1000, 65_535, 65_536, 65_537, 1_000_000])
def test_a_body_of_known_length_arrives_as_sent_both_ways(house: House, size: int) -> None:
    body = os.urandom(size)
    house.legacy.script = answering(lambda message: answer(message.body))
    received = house.ask(request("POST", "/old/x", body=body))
    assert (received.body, received.one("Content-Length")) == (body, str(size).encode())
    [asked] = house.legacy.requests
    assert (asked.body, asked.one("Content-Length"), asked.one("Transfer-Encoding")) == (body, str(size).encode(), None)


def chunked(*pieces: bytes, trailers: bytes = b"") -> bytes:
    return b"".join(b'%X;ext="1"\r\n%b\r\n' % (len(piece), piece) for piece in pieces) + b"0\r\n" + trailers + b"\r\n"


@pytest.mark.parametrize("count", [0, 1, 3, 400])
def test_a_chunked_body_stays_chunked_both_ways(house: House, count: int) -> None:
    pieces = [os.urandom(997) for _ in range(count)]
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    house.legacy.script = answering(lambda message: head + chunked(*pieces))
    received = house.ask(request("POST", "/old/x", "Transfer-Encoding: chunked") + chunked(*pieces))
    assert (received.chunked, received.one("Content-Length"), received.body) == (True, None, b"".join(pieces))
    [asked] = house.legacy.requests
    assert (asked.chunked, asked.one("Content-Length"), asked.body) == (True, None, b"".join(pieces))


def test_trailers_stay_trailers_both_ways(house: House) -> None:
    trailers = b"Digest: sha-256=abc\r\nX-Count: 2\r\n"
    head = b"HTTP/1.1 200 OK\r\nTrailer: Digest\r\nTransfer-Encoding: chunked\r\n\r\n"
    house.legacy.script = answering(lambda message: head + chunked(b"x", trailers=trailers))
    received = house.ask(request("POST", "/old/x", "Transfer-Encoding: chunked") + chunked(b"y", trailers=trailers))
    expected = [(b"Digest", b"sha-256=abc"), (b"X-Count", b"2")]
    [asked] = house.legacy.requests
    assert (received.trailers, asked.trailers) == (expected, expected)
    assert (received.one("Digest"), asked.one("Digest")) == (None, None)


def test_trailers_never_become_fields_that_decide(house: House) -> None:
    trailers = b"Host: evil\r\nAuthorization: Basic x\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Length: 9\r\n"
    house.ask(request("POST", "/old/x", "Transfer-Encoding: chunked") + chunked(b"y", trailers=trailers))
    [asked] = house.legacy.requests
    assert (asked.trailers, asked.one("Authorization"), asked.one("Content-Length")) == ([], None, None)


def test_a_compressed_body_is_nobodys_business(house: House) -> None:
    body = gzip.compress(b"0" * 10_000)
    house.legacy.script = answering(lambda message: answer(message.body, "Content-Encoding: gzip"))
    received = house.ask(request("POST", "/old/x", "Content-Encoding: gzip", body=body))
    assert (received.body, received.one("Content-Encoding")) == (body, b"gzip")
    assert house.legacy.requests[0].body == body


def test_a_message_that_comes_one_byte_at_a_time_is_the_same_message(house: House) -> None:
    raw = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello", b"world")

    def trickle(conversation: Conversation) -> None:
        conversation.request()
        for byte in raw:
            conversation.send(bytes([byte]))
        conversation.request()

    house.legacy.script = trickle
    with house.client() as client:
        for byte in request("POST", "/old/x?q", "X-B: 2", "Transfer-Encoding: chunked") + chunked(b"ab", b"c"):
            client.send(bytes([byte]))
        received = client.response()
    assert (received.body, received.one("X-A")) == (b"helloworld", b"1")
    [asked] = house.legacy.requests
    assert (asked.target, asked.one("X-B"), asked.body) == (b"/old/x?q", b"2", b"abc")


def test_an_answer_that_trickles_passes_as_it_comes(house: House) -> None:
    seen = [threading.Event() for _ in range(3)]

    def events(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, event in enumerate(seen):
            conversation.send(b"9\r\ndata: %d\n\n\r\n" % number)
            assert event.wait(PATIENCE)
        conversation.send(b"0\r\n\r\n")

    house.legacy.script = events
    with house.client() as client:
        client.send(request("GET", "/old/events"))
        assert client.head().chunked
        for number, event in enumerate(seen):
            assert client.until(b"\n\n\r\n").endswith(b"data: %d\n\n\r\n" % number)
            event.set()
        assert client.until(b"\r\n\r\n") == b"0\r\n\r\n"
