"""What silos and platforms send back: rows R of the catalogue of faults. Nobody gets a broken answer that looks whole.

An answer that cannot be read in one way is a 502, and one that breaks off on its way cuts the client.
"""

from __future__ import annotations

import gzip
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, problem, request
from harness.folder import Folder
from harness.house import House, furnish
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, Script, answer, answering
from harness.rows import case, counted, dated, goes_on, mirror
from harness.sidecar import Sidecar

OK: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FORGED: Final = answer(b"forged")

MORE: Final = """\
routes:
  - {{name: hole, match: "/hole/{{rest...}}", platform: "http://127.0.0.1:{hole}", stage: complete, timeout: 700ms}}
  - {{name: nowhere, match: "/nowhere/{{rest...}}", platform: "http://nowhere.invalid:80", stage: complete}}
  - {{name: named, match: "/named/{{rest...}}", platform: "http://localhost:{port}", stage: complete}}
"""


@pytest.fixture(scope="module")
def hole() -> Iterator[int]:
    """A port that takes no connection: its queue is full, so the system drops whatever asks for one."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, hole: int) -> Iterator[House]:
    folder = Folder(Path(tmp_path_factory.mktemp("answers")) / "config")
    folder.facade()
    with Peer("legacy") as legacy, Peer("platform") as platform:
        furnish(folder, legacy, platform)
        folder.routes(MORE.format(hole=hole, port=legacy.port), "routes/more.yaml")
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def house(own: House) -> Iterator[House]:
    yield own
    own.legacy.fresh()
    own.platform.fresh()


def saying(raw: bytes) -> Script:
    """Takes a request, says this and is gone."""

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)

    return script


def nonsense(house: House, raw: bytes, method: str = "GET") -> Message:
    """The 502 that an answer becomes, of which nothing is passed on; the request was sent once."""
    house.legacy.script = saying(raw)
    with counted(house, "target_nonsense"), house.client() as client:
        answered = client.ask(request(method, "/old/x"))
        if method != "HEAD":
            problem(answered, 502)
        assert answered.status == 502
        assert answered.one("Proxy-Status") == b"facade; error=http_protocol_error"
        assert b"evil" not in answered.head + answered.body
        assert len(house.legacy.requests) == 1
        mirror(house)
        goes_on(house, client, answered)
    return answered


CUT: Final = {
    "R1-length": (OK + b"Content-Length: 100\r\n\r\n", b"half"),
    "R1-length-no-byte": (OK + b"Content-Length: 100\r\n\r\n", b""),
    "R1-length-all-but-one": (OK + b"Content-Length: 5\r\n\r\n", b"hell"),
    "R1-chunk": (CHUNKED + b"4\r\nhalf\r\n", b""),
    "R1-no-chunk": (CHUNKED, b""),
    "R1-inside-a-chunk": (CHUNKED, b"64\r\nhalf"),
    "R1-inside-a-size": (CHUNKED + b"4\r\nhalf\r\n", b"6"),
    "R1-before-a-chunks-end": (CHUNKED, b"4\r\nhalf"),
    "R1-inside-the-last-chunk": (CHUNKED + b"4\r\nhalf\r\n", b"0\r\n"),
    "R1-inside-the-trailers": (CHUNKED + b"4\r\nhalf\r\n", b"0\r\nX-Sum: 1\r\n"),
}
BROKEN: Final = {
    "R1-size-that-is-none": (CHUNKED + b"4\r\nhalf\r\n", b"xyz\r\nevil\r\n0\r\n\r\n"),
    "R1-size-with-a-sign": (CHUNKED + b"4\r\nhalf\r\n", b"+4\r\nevil\r\n0\r\n\r\n"),
    "R1-size-of-2-to-the-64-plus-4": (CHUNKED + b"4\r\nhalf\r\n", b"10000000000000004\r\nevil\r\n0\r\n\r\n"),
    "R1-size-with-a-prefix": (CHUNKED + b"4\r\nhalf\r\n", b"0x4\r\nevil\r\n0\r\n\r\n"),
    "R1-size-too-small": (CHUNKED + b"4\r\nhalf\r\n", b"2\r\nevil\r\n0\r\n\r\n"),
    "R1-line-ends-in-lf": (CHUNKED + b"4\r\nhalf\r\n", b"4\nevil\r\n0\r\n\r\n"),
    "R1-trailer-that-is-none": (CHUNKED + b"4\r\nhalf\r\n", b"0\r\nHTTP/1.1 200 OK\r\n\r\n"),
    "R1-extension-without-end": (CHUNKED + b"4\r\nhalf\r\n", b"4;" + b"a" * 70_000),
}
VERSIONS: Final = {"1.1": b"GET /old/x HTTP/1.1\r\nHost: a\r\n\r\n", "1.0": b"GET /old/x HTTP/1.0\r\nHost: a\r\n\r\n"}


@pytest.mark.parametrize("asked", VERSIONS.values(), ids=VERSIONS.keys())
@pytest.mark.parametrize("ends", ["closes", "resets"])
@pytest.mark.parametrize(("begun", "more"), [case(name, *parts) for name, parts in CUT.items()])
def test_an_answer_that_breaks_off_is_no_whole_answer(
    house: House, begun: bytes, more: bytes, ends: str, asked: bytes
) -> None:
    passed = threading.Event()

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(begun + more)
        assert passed.wait(PATIENCE)
        if ends == "resets":
            conversation.reset()

    house.legacy.script = script
    with house.client() as client:
        client.send(asked)
        assert client.head().status == 200
        passed.set()
        _is_cut(client.socket)
    mirror(house)
    with house.client() as client:
        assert client.get("/old/y").body == b"/old/y"


def _is_cut(connected: socket.socket) -> None:
    """The connection ends by a reset, so that what came looks whole to nobody, not even to HTTP/1.0."""
    with pytest.raises(ConnectionResetError):
        while connected.recv(65_536):
            pass


@pytest.mark.parametrize("asked", VERSIONS.values(), ids=VERSIONS.keys())
def test_an_answer_until_the_close_that_is_reset_is_no_whole_answer(house: House, asked: bytes) -> None:
    """R1-until-the-close"""
    passed = threading.Event()

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(OK + b"\r\nhalf")
        assert passed.wait(PATIENCE)
        conversation.reset()

    house.legacy.script = script
    with house.client() as client:
        client.send(asked)
        assert client.head().status == 200
        passed.set()
        _is_cut(client.socket)


@pytest.mark.parametrize("asked", VERSIONS.values(), ids=VERSIONS.keys())
@pytest.mark.parametrize(("begun", "more"), [case(name, *parts) for name, parts in BROKEN.items()])
def test_chunks_that_cannot_be_read_end_the_answer(house: House, begun: bytes, more: bytes, asked: bytes) -> None:
    passed = threading.Event()

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(begun)
        assert passed.wait(PATIENCE)
        conversation.send(more)
        conversation.rest()

    house.legacy.script = script
    with house.client() as client:
        client.send(asked)
        assert client.head().status == 200
        passed.set()
        _is_cut(client.socket)


@pytest.mark.parametrize(("begun", "more"), [case(name, *parts) for name, parts in BROKEN.items()])
def test_chunks_that_cannot_be_read_at_once_are_a_502(house: House, begun: bytes, more: bytes) -> None:
    house.legacy.script = saying(begun + more)
    with house.client() as client:
        answered = client.get("/old/x")
        problem(answered, 502)
        mirror(house)
        goes_on(house, client, answered)


@pytest.mark.parametrize(
    "method", [case(f"R2-{method}", method) for method in ("GET", "HEAD", "POST", "PUT", "DELETE")]
)
def test_a_close_without_a_byte_is_a_502(house: House, method: str) -> None:
    house.legacy.script = saying(b"")
    with counted(house, "target_broken"), house.client() as client:
        answered = client.ask(request(method, "/old/x", body=b"order" if method in ("POST", "PUT") else None))
        assert answered.status == 502
        assert answered.one("Proxy-Status") == b"facade; error=connection_terminated"
        assert len(house.legacy.requests) == 1
        mirror(house)
        goes_on(house, client, answered)


@pytest.mark.parametrize(
    ("method", "statuses"), [case("R2-GET-reused", "GET", [200]), case("R2-POST-reused", "POST", [502])]
)
def test_only_a_safe_call_is_sent_again_and_only_once(house: House, method: str, statuses: list[int]) -> None:
    def closing(conversation: Conversation) -> None:
        conversation.request()
        house.legacy.script = answering(lambda _: answer(b"again"))
        conversation.send(answer(b"first"))
        conversation.request()

    house.legacy.script = closing
    with house.client() as client:
        assert client.get("/old/x").body == b"first"
        body = b"order" if method == "POST" else None
        assert [client.ask(request(method, "/old/y", body=body)).status] == statuses
    assert house.legacy.targets.count(b"/old/y") == (2 if method == "GET" else 1)


STATUS_LINES: Final = {
    "R3-garbage": b"\x00\x01\x02\x03 evil \xff\r\n\r\n",
    "R3-another-protocol": b"220 smtp.example ESMTP evil\r\n\r\n",
    "R3-no-line-end": b"evil" * 100,
    "R3-icy": b"ICY 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "R3-99": b"HTTP/1.1 99 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-099": b"HTTP/1.1 099 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-000": b"HTTP/1.1 000 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-600": b"HTTP/1.1 600 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-999": b"HTTP/1.1 999 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-2000": b"HTTP/1.1 2000 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-minus": b"HTTP/1.1 -200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-letters": b"HTTP/1.1 OK Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-no-status": b"HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "R3-no-space": b"HTTP/1.1200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-two-spaces": b"HTTP/1.1  200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-tab": b"HTTP/1.1\t200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-lower-case": b"http/1.1 200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-version-2": b"HTTP/2.0 200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-version-1.10": b"HTTP/1.10 200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-fullwidth": "HTTP/1.1 \N{FULLWIDTH DIGIT TWO}00 Evil\r\nContent-Length: 0\r\n\r\n".encode(),
    "R3-empty-line-first": b"\r\nHTTP/1.1 200 Evil\r\nContent-Length: 0\r\n\r\n",
    "R3-a-request": b"GET /evil HTTP/1.1\r\nHost: a\r\n\r\n",
    "R3-cr-in-the-reason": b"HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n",
    "R3-nul-in-the-reason": b"HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n",
    "R4-length-and-chunks": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + FORGED,
    "R4-chunks-and-length": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + FORGED,
    "R4-two-lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "R4-two-equal-lengths": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "R4-a-list-of-lengths": OK + b"Content-Length: 2, 2\r\n\r\nab",
    "R4-length-plus": OK + b"Content-Length: +2\r\n\r\nab",
    "R4-length-minus": OK + b"Content-Length: -2\r\n\r\nab",
    "R4-length-hexadecimal": OK + b"Content-Length: 0x2\r\n\r\nab",
    "R4-length-empty": OK + b"Content-Length:\r\n\r\nab",
    "R4-length-word": OK + b"Content-Length: many\r\n\r\nab",
    "R4-length-of-2-to-the-64-plus-2": OK + b"Content-Length: 18446744073709551618\r\n\r\nab",
    "R4-length-of-2-to-the-63": OK + b"Content-Length: 9223372036854775808\r\n\r\nab",
    "R4-unknown-coding": OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "R4-identity": OK + b"Transfer-Encoding: identity\r\n\r\nevil",
    "R4-coded-chunks": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "R4-chunks-twice": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "R4-chunks-then-gzip": OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "R4-chunks-in-http-1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "R6-101-unasked": b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: evil\r\n\r\nevil",
    "R6-101-bare": b"HTTP/1.1 101 Switching Protocols\r\n\r\nevil",
    "R7-lf": OK + b"X-A: a\nSet-Cookie: evil\r\nContent-Length: 0\r\n\r\n",
    "R7-cr": OK + b"X-A: a\rSet-Cookie: evil\r\nContent-Length: 0\r\n\r\n",
    "R7-cr-cr-lf": OK + b"X-A: a\r\r\nSet-Cookie: evil\r\nContent-Length: 0\r\n\r\n",
    "R7-nul": OK + b"X-A: a\0evil\r\nContent-Length: 0\r\n\r\n",
    "R7-control": OK + b"X-A: a\x1bevil\r\nContent-Length: 0\r\n\r\n",
    "R7-delete": OK + b"X-A: a\x7fevil\r\nContent-Length: 0\r\n\r\n",
    "R7-fold": OK + b"X-A: a\r\n evil\r\nContent-Length: 0\r\n\r\n",
    "R7-fold-by-tab": OK + b"X-A: a\r\n\tevil\r\nContent-Length: 0\r\n\r\n",
    "R7-space-before-colon": OK + b"X-A : evil\r\nContent-Length: 0\r\n\r\n",
    "R7-space-in-the-name": OK + b"X A: evil\r\nContent-Length: 0\r\n\r\n",
    "R7-no-name": OK + b": evil\r\nContent-Length: 0\r\n\r\n",
    "R7-no-colon": OK + b"evil\r\nContent-Length: 0\r\n\r\n",
    "R7-latin-1-name": OK + b"X-\xe9: evil\r\nContent-Length: 0\r\n\r\n",
    "R7-delimiter": OK + b"X(A): evil\r\nContent-Length: 0\r\n\r\n",
    "R7-lines-end-in-lf": b"HTTP/1.1 200 OK\nX-A: evil\nContent-Length: 0\n\n",
    "R8-256-kib-field": OK + b"X-A: " + b"a" * 256 * 1024 + b"\r\nContent-Length: 0\r\n\r\n",
    "R8-256-kib-name": OK + b"A" * 256 * 1024 + b": 1\r\nContent-Length: 0\r\n\r\n",
    "R8-256-kib-reason": b"HTTP/1.1 200 " + b"a" * 256 * 1024 + b"\r\nContent-Length: 0\r\n\r\n",
    "R8-5000-fields": OK + b"X-A: 1\r\n" * 5000 + b"Content-Length: 0\r\n\r\n",
    "R8-fields-without-end": OK + b"X-A: 1\r\n" * 100_000,
    "R8-1xx-without-end": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5000,
    "R8-1xx-of-256-kib": b"HTTP/1.1 103 Early Hints\r\nX-A: " + b"a" * 256 * 1024 + b"\r\n\r\n" + answer(b"x"),
}  # fmt: skip


@pytest.mark.parametrize("raw", [case(name, raw) for name, raw in STATUS_LINES.items()])
def test_a_head_of_two_readings_or_none_is_a_502(house: House, raw: bytes) -> None:
    nonsense(house, raw)


def test_a_head_that_cannot_be_read_is_a_502_without_body_for_head(house: House) -> None:
    """R3-HEAD"""
    assert nonsense(house, STATUS_LINES["R3-2000"], "HEAD").body == b""


def test_second_answers_are_not_given_to_other_clients(folder: Folder, serve: Callable[..., Sidecar]) -> None:
    """R5-second-answer: in a write of its own, while others wait for the silo's only slot.

    The first may come just after the next request went out, where nobody can tell it from that one's answer.
    """

    def script(conversation: Conversation) -> None:
        while True:
            message = conversation.request()
            conversation.send(answer(b"own:" + message.target))
            conversation.send(FORGED)

    with Peer("legacy") as legacy:
        legacy.script = script
        folder.silo("portal", legacy.url, "protect: {concurrency: 1, queue: 50}")
        folder.routes("routes:\n  - {name: all, match: '/{rest...}', legacy: portal, stage: legacy}\n")
        sidecar = serve(folder)
        bodies: list[bytes] = []
        for _ in range(10):
            with ExitStack() as stack:
                clients = [stack.enter_context(Client(sidecar.port)) for _ in range(8)]
                for number, client in enumerate(clients):
                    client.send(request("GET", f"/{number}"))
                bodies += [client.response().body for client in clients]
    expected = [b"own:/%d" % number for number in range(8)] * 10
    assert sum(body != own for body, own in zip(bodies, expected, strict=True)) <= 1
    assert len(sidecar.said("bytes behind an answer")) == 1


MINE: Final = answer(b"mine")
BEHIND: Final = {
    "R5-forged-answer": ("GET", MINE, FORGED),
    "R5-one-byte": ("GET", MINE, b"x"),
    "R5-line-end": ("GET", MINE, b"\r\n"),
    "R5-interim-answer": ("GET", MINE, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "R5-408-for-an-idle-connection": ("GET", MINE, b"HTTP/1.1 408 Request Timeout\r\n\r\n"),
    "R5-behind-chunks": ("GET", CHUNKED + b"4\r\nmine\r\n0\r\n\r\n", FORGED),
    "R5-body-of-204": ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", FORGED),
    "R5-body-of-304": ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n", b"forged"),
    "R5-body-of-head": ("HEAD", OK + b"Content-Length: 6\r\n\r\n", b"forged"),
    "R5-chunks-of-head": ("HEAD", CHUNKED, b"6\r\nforged\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize("late", [False, True], ids=["at-once", "late"])
@pytest.mark.parametrize("again", ["GET", "POST"])
@pytest.mark.parametrize(("method", "whole", "stray"), [case(name, *parts) for name, parts in BEHIND.items()])
def test_bytes_that_nobody_asked_for_are_given_to_nobody(
    doubted: House, method: str, whole: bytes, stray: bytes, again: str, late: bool
) -> None:
    answered, closed = threading.Event(), threading.Event()

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(whole if late else whole + stray)
        if late:
            assert answered.wait(PATIENCE)
            conversation.send(stray)
        conversation.rest()
        closed.set()

    doubted.legacy.script = script
    with doubted.client() as client:
        assert client.ask(request(method, "/old/first")).body in (b"mine", b"")
        mirror(doubted)
        answered.set()
        assert closed.wait(PATIENCE), "the facade trusts a connection that says what nobody asked for"
        assert client.ask(request(again, "/old/second", body=b"y")).body == b"/old/second"
    assert len(doubted.legacy.conversations) == 2


NO_WAIT: Final = {
    "R6-304-with-length": ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"),
    "R6-304-with-chunks": ("GET", b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "R6-204-with-length": ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"),
    "R6-head-with-chunks": ("HEAD", CHUNKED),
    "R6-head-with-length": ("HEAD", OK + b"Content-Length: 100\r\n\r\n"),
    "R6-head-with-neither": ("HEAD", OK + b"\r\n"),
    "R6-head-of-404": ("HEAD", b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n"),
}


@pytest.mark.parametrize(("method", "raw"), [case(name, *parts) for name, parts in NO_WAIT.items()])
def test_an_answer_that_has_no_body_is_not_waited_for(house: House, method: str, raw: bytes) -> None:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)
        while True:
            conversation.send(answer(conversation.request().target))

    house.legacy.script = script
    with house.client() as client:
        client.send(request(method, "/old/x"))
        head = client.head()
        assert head.status == int(raw.split(b" ")[1])
        passed = b"Length: " in raw and head.status != 204  # it must not have one (RFC 9110 section 8.6)
        assert head.one("Content-Length") == (raw.split(b"Length: ")[1][:-4] if passed else None)
        assert client.get("/old/y").body == b"/old/y"
    assert len(house.legacy.conversations) == 1


@pytest.mark.parametrize(
    ("raw", "statuses"),
    [
        case("R6-103", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", [103]),
        case("R6-100-unasked", b"HTTP/1.1 100 Continue\r\n\r\n", [100]),
        case("R6-102-and-199", b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n", [102, 199]),
        case("R6-many", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 32, [103] * 32),
    ],
)
def test_interim_answers_pass(house: House, raw: bytes, statuses: list[int]) -> None:
    house.legacy.script = answering(lambda _: raw + answer(b"done"))
    with house.client() as client:
        answered = client.get("/old/x")
        assert ([each.status for each in answered.interims], answered.body) == (statuses, b"done")
        assert client.get("/old/y").body == b"done"


def test_a_101_to_another_protocol_than_asked_for_is_a_502(house: House) -> None:
    """R6-101-to-another"""
    raw = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: evil\r\n\r\n"
    house.legacy.script = saying(raw)
    with house.client() as client:
        answered = client.get("/old/x", "Connection: Upgrade", "Upgrade: websocket")
        problem(answered, 502)
        mirror(house)
        goes_on(house, client, answered)


HOPS: Final = {
    "R9-connection": [b"Connection: keep-alive"],
    "R9-nominated": [b"Connection: X-Hop, x-skip", b"X-Hop: 1", b"X-Skip: 2"],
    "R9-keep-alive": [b"Keep-Alive: timeout=5"],
    "R9-proxy-connection": [b"Proxy-Connection: keep-alive"],
    "R9-upgrade": [b"Upgrade: h2c, websocket"],
    "R9-te": [b"TE: trailers"],
    "R9-all": [b"Connection: Upgrade, Keep-Alive", b"Upgrade: h2c", b"Keep-Alive: max=1"],
}


@pytest.mark.parametrize("lines", [case(name, lines) for name, lines in HOPS.items()])
def test_what_is_for_the_targets_connection_ends_here(house: House, lines: list[bytes]) -> None:
    house.legacy.script = answering(lambda _: answer(b"x", "X-A: 1", *lines, "X-B: 2"))
    with house.client() as client:
        for _ in range(2):
            answered = client.get("/old/x")
            assert answered.head == dated(OK + b"X-A: 1\r\nX-B: 2\r\nContent-Length: 1\r\n\r\n", answered)


@pytest.mark.parametrize("line", ["Set-Cookie: a=1", "Location: /x", "WWW-Authenticate: Basic", "Content-Length: 1"])
def test_a_target_does_not_take_away_what_its_answer_means(house: House, line: str) -> None:
    """R9-nominated-for-the-end"""
    lines = [line] if "Length" not in line else []
    house.legacy.script = answering(lambda _: answer(b"x", f"Connection: {line.partition(':')[0]}", *lines))
    with house.client() as client:
        assert line.encode() in client.get("/old/x").head


def test_trailers_of_an_answer_pass_but_for_those_that_belong_in_its_head(house: House) -> None:
    """R9-trailers"""
    raw = (
        OK + b"Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n"
        b"X-Sum: 1\r\nSet-Cookie: evil=1\r\nContent-Length: 666\r\nConnection: close\r\n"
        b'ETag: "e"\r\nx-sum: \xe9\r\n\r\n'
    )
    house.legacy.script = answering(lambda _: raw)
    with house.client() as client:
        for _ in range(2):
            answered = client.get("/old/x", "Connection: TE", "TE: trailers")
            assert (answered.body, answered.one("Trailer")) == (b"hello", b"X-Sum")
            assert answered.trailers == [(b"X-Sum", b"1"), (b"ETag", b'"e"'), (b"x-sum", b"\xe9")]
    assert len(house.legacy.conversations) == 1


@pytest.mark.parametrize("chunked", [case("R10-length", False), case("R10-chunked", True)])
@pytest.mark.parametrize("attempt", range(5))
def test_an_early_refusal_in_an_upload_reaches_the_client(house: House, chunked: bool, attempt: int) -> None:
    """The silo answers, closes with most of the upload unread, and so resets the connection."""

    def script(conversation: Conversation) -> None:
        conversation.head()
        conversation.send(answer(b"too large for me", "Connection: close", status="413 Content Too Large"))

    house.legacy.script = script
    framing = "Transfer-Encoding: chunked" if chunked else "Content-Length: 1000000"
    piece = b"x" * 10_000
    with house.client() as client:
        client.send(request("POST", "/old/x", framing))
        try:
            for _ in range(20):
                client.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        except OSError:
            pass  # the facade has stopped to read already
        answered = client.response()
        assert (answered.status, answered.body) == (413, b"too large for me")
        assert answered.closes
    mirror(house)
    with house.client() as client:
        assert client.get("/old/y").body == b"/old/y"


def test_an_early_refusal_is_heard_by_whoever_is_still_sending(house: House) -> None:
    """R10-reset-before-it-is-read: the facade has both to do at once, to send on and to read that it need not."""
    asked, stopped = threading.Event(), threading.Event()

    def script(conversation: Conversation) -> None:
        assert conversation.socket.recv(1, socket.MSG_PEEK)  # what stays unread resets the connection
        asked.set()
        assert stopped.wait(PATIENCE)
        conversation.send(answer(b"too large for me", "Connection: close", status="413 Content Too Large"))

    house.legacy.script = script
    with house.client() as client:
        client.send(request("POST", "/old/x", "Content-Length: 1000000") + b"x" * 10_000)
        assert asked.wait(PATIENCE)
        house.sidecar.tell(signal.SIGSTOP)
        try:
            client.send(b"x" * 10_000)
            stopped.set()
            eventually(lambda: house.legacy.conversations[0].socket.fileno() < 0, "the silo has closed")
        finally:
            house.sidecar.tell(signal.SIGCONT)
        answered = client.response()
        assert (answered.status, answered.body) == (413, b"too large for me")


STREAMS: Final = {
    "R11-events": (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Type: text/event-stream\r\n\r\n"),
        b"c\r\ndata: %04d\n\n\r\n",
    ),
    "R11-length": (OK + b"Content-Length: 60\r\n\r\n", b"data: %04d\n\n"),
    "R11-until-the-close": (OK + b"\r\n", b"data: %04d\n\n"),
    "R11-http-1.0": (b"HTTP/1.0 200 OK\r\n\r\n", b"data: %04d\n\n"),
}


@pytest.mark.parametrize(("head", "event"), [case(name, *parts) for name, parts in STREAMS.items()])
def test_what_trickles_is_passed_as_it_comes(house: House, head: bytes, event: bytes) -> None:
    seen = threading.Semaphore(0)

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(head)
        for number in range(5):
            conversation.send(event % number)
            assert seen.acquire(timeout=PATIENCE)
        if b"chunked" in head:
            conversation.send(b"0\r\n\r\n")

    house.legacy.script = script
    with house.client() as client:
        client.send(request("GET", "/old/x"))
        answered = client.head()
        assert answered.chunked == (b"Length" not in head)
        for number in range(5):
            assert (b"%04d" % number) in client.until(b"\n\n")
            seen.release()


VERBATIM: Final = {
    "R12-two-cookies": answer(b"x", "Set-Cookie: a=1; Path=/", b"set-cookie: b=\xe9", "Set-Cookie: a=1; Path=/"),
    "R12-redirect": answer(b"", "Location: http://elsewhere.example/a b", status="302 Found"),
    "R12-redirect-permanently": answer(b"moved", "Location: //elsewhere.example", status="301 Moved Permanently"),
    "R12-gzip": answer(gzip.compress(b"hello", mtime=0), "Content-Encoding: gzip"),
    "R12-wrong-gzip": answer(b"this is no gzip", "Content-Encoding: gzip"),
    "R12-bomb": answer(gzip.compress(bytes(50_000_000), 9, mtime=0), "Content-Encoding: gzip"),
    "R12-latin-1": answer(b"\xe9\xff", b"X-Name: Andr\xe9", b"X-All: " + bytes(range(0x80, 0x100))),
    "R12-299": answer(b"x", status="299 Sort of \xe9 fine"),
    "R12-599": answer(b"x", status="599 Odd"),
    "R12-no-reason": answer(b"x", status="200 "),
    "R12-repeated": answer(b"x", "X-A: 1", "x-a:", "X-A:  2 ", "X-A: 1"),
    "R12-wrong-type": answer(b"\x89PNG", "Content-Type: application/json; charset=klingon"),
    "R12-date-and-server": answer(b"x", "Server: Old/0.9 (x)", "Date: yesterday", "Via: 1.0 x"),
}


@pytest.mark.parametrize("raw", [case(name, raw) for name, raw in VERBATIM.items()])
def test_an_answer_arrives_byte_for_byte(house: House, raw: bytes) -> None:
    house.legacy.script = answering(lambda _: raw)
    with house.client() as client:
        for _ in range(2):
            answered = client.get("/old/x", "Accept-Encoding: identity")
            assert answered.head + answered.body == dated(raw, answered)
    assert len(house.legacy.conversations) == 1


def test_an_answer_is_the_same_in_pieces_of_one_byte(house: House) -> None:
    """R12-split-in-bytes"""
    raw = answer(b"hello", "Set-Cookie: a=1", b"X-Name: \xe9")

    def script(conversation: Conversation) -> None:
        while True:
            conversation.request()
            for each in raw:
                conversation.send(bytes([each]))
                time.sleep(0.0005)

    house.legacy.script = script
    with house.client() as client:
        for _ in range(2):
            answered = client.get("/old/x")
            assert answered.head + answered.body == dated(raw, answered)


@pytest.mark.parametrize(
    "method", [case(f"R13-{method}", method) for method in ("GET", "HEAD", "POST", "PUT", "DELETE")]
)
def test_a_silo_that_closes_its_idle_connections_is_nobodys_failure(house: House, method: str) -> None:
    house.legacy.script = saying(answer(b"") if method == "HEAD" else answer(b"x"))
    with house.client() as client:
        for number in range(1, 6):
            body = b"order" if method in ("POST", "PUT") else None
            assert client.ask(request(method, "/old/x", body=body)).status == 200
            assert len(house.legacy.conversations) == number
            eventually(lambda: house.legacy.conversations[-1].socket.fileno() < 0, "the silo has closed")
    assert len(house.legacy.requests) == 5


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        case("R14-refused", "/dead/x", 502, b"connection_refused"),
        case("R14-black-hole", "/hole/x", 504, b"connection_timeout"),
        case("R14-no-such-name", "/nowhere/x", 502, b"destination_unavailable"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_target_that_cannot_be_reached_is_told_in_time(
    house: House, path: str, status: int, error: bytes, method: str
) -> None:
    mirror(house)
    with house.client() as client:
        began = time.monotonic()
        answered = client.ask(request(method, path, body=b"order" if method == "POST" else None))
        problem(answered, status)
        assert answered.one("Proxy-Status") == b"facade; error=" + error
        assert time.monotonic() - began < PATIENCE / 2
        goes_on(house, client, answered)


def test_a_name_with_a_dead_address_leads_to_the_one_that_lives(house: House) -> None:
    """R14-one-address-dead: localhost is ::1 too, where nobody listens."""
    mirror(house)
    with house.client() as client:
        assert [client.get(f"/named/{number}").body for number in (1, 2)] == [b"/named/1", b"/named/2"]


def silent(conversation: Conversation) -> None:
    conversation.request()
    conversation.rest()


@pytest.mark.parametrize("path", [case("R15-no-head", "/silent/x"), case("R15-no-head-in-all", "/bounded/x")])
def test_a_target_that_never_answers_is_a_504_and_let_go_of(house: House, path: str) -> None:
    mirror(house)
    house.platform.script = silent
    with counted(house, "target_timeout"), house.client() as client:
        answered = client.get(path)
        problem(answered, 504)
        assert answered.one("Proxy-Status") == b"facade; error=http_response_timeout"
        goes_on(house, client, answered)
    _is_let_go(house)


def _is_let_go(house: House) -> None:
    eventually(lambda: house.platform.conversations[0].socket.fileno() < 0, "the target's connection is closed")
    series = f'facade_in_flight{{target="127.0.0.1:{house.platform.port}"}}'
    eventually(lambda: house.sidecar.metric(series) == 0, "its slot is free")


@pytest.mark.parametrize(
    "raw",
    [
        case("R15-half-a-head", OK + b"X-A: 1\r\n"),
        case("R15-interim-alone", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
)
def test_half_a_head_is_no_answer(house: House, raw: bytes) -> None:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)
        conversation.rest()

    mirror(house)
    house.platform.script = script
    with house.client() as client:
        answered = client.get("/silent/x")
        problem(answered, 504)
        goes_on(house, client, answered)
    _is_let_go(house)


@pytest.mark.parametrize(
    "raw",
    [
        case("R15-head-then-nothing", OK + b"Content-Length: 100\r\n\r\n"),
        case("R15-half-a-body", OK + b"Content-Length: 100\r\n\r\nhalf"),
        case("R15-half-a-chunk", CHUNKED + b"64\r\nhalf"),
        case("R15-no-last-chunk", CHUNKED + b"4\r\nhalf\r\n"),
    ],
)
def test_an_answer_that_stalls_is_cut_and_let_go_of(house: House, raw: bytes) -> None:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)
        conversation.rest()

    house.platform.script = script
    with house.client() as client, house.client() as other:
        client.send(request("GET", "/bounded/x"))
        assert client.head().status == 200
        assert other.get("/old/y").status == 200
        _is_cut(client.socket)
    _is_let_go(house)


def test_a_target_that_never_reads_is_a_504(house: House) -> None:
    """R16-upload"""
    over = threading.Event()
    house.platform.script = lambda _: over.wait(PATIENCE)
    try:
        with counted(house, "target_timeout"), house.client() as client:
            client.send(request("POST", "/silent/x", "Content-Length: 100000000"))
            uploading = threading.Thread(target=_pour, args=(client.socket,), daemon=True)
            uploading.start()
            before = house.sidecar.resident()
            answered = client.response()
            problem(answered, 504)
            assert house.sidecar.resident() - before < 8 * 2**20
            uploading.join(PATIENCE)
    finally:
        over.set()
    mirror(house)
    with house.client() as client:
        assert client.get("/new/y").body == b"/new/y"


def _pour(connected: socket.socket) -> None:
    try:
        while True:
            connected.sendall(b"x" * 65_536)
    except OSError:
        pass  # the facade has hung up


@pytest.mark.parametrize(
    ("head", "byte"),
    [case("R17-length", OK + b"Content-Length: 1000\r\n\r\n", b"x"), case("R17-chunked", CHUNKED, b"1\r\nx\r\n")],
)
def test_an_answer_that_trickles_for_ever_is_cut_by_the_calls_own_limit(house: House, head: bytes, byte: bytes) -> None:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(head)
        while True:
            conversation.send(byte)
            time.sleep(0.05)

    house.platform.script = script
    with house.client() as client:
        client.send(request("GET", "/bounded/x"))
        assert client.head().status == 200
        _is_cut(client.socket)
    _is_let_go(house)


OLD: Final = {
    "R18-until-the-close": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "R18-length": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "R18-close": b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello",
    "R18-http-1.1-until-the-close": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
}


@pytest.mark.parametrize("asked", VERSIONS.values(), ids=VERSIONS.keys())
@pytest.mark.parametrize("raw", [case(name, raw) for name, raw in OLD.items()])
def test_a_silo_that_speaks_http_1_0_is_understood(house: House, raw: bytes, asked: bytes) -> None:
    house.legacy.script = saying(raw)
    for number in range(1, 4):
        with house.client() as client:
            answered = client.ask(asked)
            assert (answered.status, answered.body) == (200, b"hello")
            assert answered.start.startswith(b"HTTP/1.1 ")
        assert len(house.legacy.conversations) == number


def test_a_silo_that_keeps_http_1_0_alive_is_asked_again_on_the_same_connection(house: House) -> None:
    """R18-kept"""
    raw = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"
    house.legacy.script = answering(lambda _: raw)
    with house.client() as client:
        assert [client.get("/old/x").body for _ in range(3)] == [b"hello"] * 3
    assert len(house.legacy.conversations) == 1


def test_nothing_that_a_target_said_is_in_the_log(own: House) -> None:
    assert own.sidecar.lines("request")
    for hidden in (b"evil", b"forged", b"half", b"elsewhere"):
        assert hidden not in bytes(own.sidecar.output)
