"""`chunked: never`: a body of unknown length reaches the silo with its length, as long as it can be held."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.client import Client, problem, request
from harness.folder import Folder
from harness.peer import Peer
from harness.sidecar import Sidecar

MOST = 16 * 1024 * 1024
PIECE = 64 * 1024

Serve = Callable[..., Sidecar]


@pytest.fixture
def old(folder: Folder, legacy: Peer, serve: Serve) -> Sidecar:
    """A sidecar before a silo that cannot read chunks."""
    folder.silo("portal", legacy.url, chunked="never")
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    return serve(folder)


def chunked(method: str, *lines: str) -> bytes:
    return request(method, "/x", "Transfer-Encoding: chunked", *lines)


def send_chunks(client: Client, size: int) -> None:
    for _ in range(size // PIECE):
        client.send(b"%x\r\n" % PIECE + b"z" * PIECE + b"\r\n")
    if size % PIECE:
        client.send(b"%x\r\n" % (size % PIECE) + b"z" * (size % PIECE) + b"\r\n")


def test_a_chunked_body_arrives_whole_with_its_length(old: Sidecar, legacy: Peer) -> None:
    with Client(old.port) as client:
        for body in (b"", b"hello", b"y" * 300_000):
            client.send(chunked("POST", "Trailer: X-Sum", "X-A: 1"))
            for at in range(0, len(body), 1000):
                piece = body[at : at + 1000]
                client.send(b"%x;a=b\r\n%b\r\n" % (len(piece), piece))
            client.send(b"0\r\nX-Sum: 1\r\n\r\n")
            assert client.response().body == b"legacy"
            got = legacy.requests[-1]
            assert (got.one("Content-Length"), got.one("Transfer-Encoding")) == (str(len(body)).encode(), None)
            assert (got.one("X-A"), got.one("Trailer"), got.trailers) == (b"1", None, [])
            assert got.body == body


def test_a_body_of_known_length_goes_on_as_it_comes(old: Sidecar, legacy: Peer) -> None:
    with Client(old.port) as client:
        body = b"y" * (MOST + 1)
        assert client.ask(request("PUT", "/x", body=body)).status == 200
        assert legacy.requests[0].body == body
        assert client.get("/x").status == 200
        assert legacy.requests[1].one("Content-Length") is None


def test_the_largest_body_that_is_held_arrives(old: Sidecar, legacy: Peer) -> None:
    with Client(old.port) as client:
        client.send(chunked("POST"))
        send_chunks(client, MOST)
        client.send(b"0\r\n\r\n")
        assert client.response().status == 200
    assert len(legacy.requests[0].body) == MOST


def test_a_larger_one_is_refused_and_the_silo_sees_nothing_of_it(old: Sidecar, legacy: Peer) -> None:
    with Client(old.port) as client:
        client.send(chunked("POST"))
        send_chunks(client, MOST + 1)
        answer = client.response()
        problem(answer, 413)
        assert answer.closes
    assert old.metric('facade_refused_total{reason="body_size"}') == 1
    assert legacy.conversations == []


def test_a_client_that_waits_for_100_gets_it_before_the_silo_is_asked(old: Sidecar, legacy: Peer) -> None:
    with Client(old.port) as client:
        client.send(chunked("POST", "Expect: 100-continue"))
        assert client.head().status == 100
        assert legacy.conversations == []
        client.send(b"5\r\nhello\r\n0\r\n\r\n")
        answer = client.response()
        assert (answer.status, answer.interims) == (200, [])
    assert legacy.requests[0].one("Expect") is None
    assert legacy.requests[0].body == b"hello"


def test_a_client_that_leaves_inside_its_body_never_reaches_the_silo(old: Sidecar, legacy: Peer) -> None:
    with Client(old.port) as client:
        client.send(chunked("POST") + b"5\r\nhel")
    with Client(old.port) as client:
        assert client.get("/after").status == 200
    assert legacy.targets == [b"/after"]
