"""`lenient`: what a silo gets wrong is forgiven by name, and what its caller gets is strictly valid all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import pytest

from harness.client import Client, problem
from harness.folder import Folder
from harness.messages import Message
from harness.peer import Peer, answering
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]


class Fault(NamedTuple):
    """What a silo answers, and what its caller gets: fields without those that frame the message, and the body."""

    raw: bytes
    fields: list[tuple[bytes, bytes]]
    body: bytes
    ends: bool = False


FAULTS: Final = {
    "bare line feeds": Fault(
        b"HTTP/1.1 200 OK\nX-A: 1\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n", [(b"X-A", b"1")], b"hello"
    ),
    "folded lines": Fault(
        b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\t 2\r\nContent-Length: 5\r\n\r\nhello", [(b"X-A", b"1 2")], b"hello"
    ),
    "spaces before colons": Fault(
        b"HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length : 5\r\n\r\nhello", [(b"X-A", b"1")], b"hello"
    ),
    "control characters": Fault(
        b"HTTP/1.1 200 OK\r\nX-A: 1\0\x012\rSet-Cookie: x=y\r\nContent-Length: 5\r\n\r\nhello",
        [(b"X-A", b"1  2 Set-Cookie: x=y")],
        b"hello",
    ),
    "repeated lengths": Fault(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nContent-Length: 5, 5\r\n\r\nhello",
        [(b"X-A", b"1")],
        b"hello",
    ),
    "lengths beside chunks": Fault(
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        [(b"X-A", b"1")],
        b"hello",
        ends=True,
    ),
    "spaces after chunk sizes": Fault(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n5  \r\nhello\r\n0   \r\n\r\n",
        [(b"X-A", b"1")],
        b"hello",
    ),
}


def before(folder: Folder, legacy: Peer, serve: Serve, lenient: list[str]) -> Sidecar:
    folder.silo("portal", legacy.url, lenient="[" + ", ".join(lenient) + "]")
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    return serve(folder)


def seen(message: Message) -> list[tuple[bytes, bytes]]:
    return [field for field in message.fields if field[0] not in (b"Content-Length", b"Date", b"Transfer-Encoding")]


def test_every_fault_that_is_named_is_forgiven_and_no_other(folder: Folder, legacy: Peer, serve: Serve) -> None:
    sidecar = before(folder, legacy, serve, [])
    for name, fault in FAULTS.items():
        legacy.script = answering(lambda _, fault=fault: fault.raw)  # type: ignore[misc] - bound here
        for lenient in ([each for each in FAULTS if each != name], [name]):
            sidecar.changed(lambda lenient=lenient: folder.silo("portal", legacy.url, lenient=str(lenient)))
            with Client(sidecar.port) as client:
                for _ in range(3):
                    answer = client.get("/")
                    if lenient != [name]:
                        problem(answer, 502)
                        continue
                    assert (answer.status, seen(answer), answer.body) == (200, fault.fields, fault.body), name
                    assert b"\n" not in answer.head.replace(b"\r\n", b"")
        assert len(legacy.conversations[-1].requests) == (1 if fault.ends else 3), name


@pytest.mark.parametrize(
    "raw",
    [
        b"220 smtp.example ESMTP\n\n",
        b"HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\nhello",
        b"HTTP/1.1 200 OK\nno field\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\nX-A: " + b"y" * 300_000 + b"\n\n",
        b"HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\nhello",
    ],
)
def test_what_has_no_name_is_never_forgiven(folder: Folder, legacy: Peer, serve: Serve, raw: bytes) -> None:
    sidecar = before(folder, legacy, serve, list(FAULTS))
    legacy.script = answering(lambda _: raw)
    with Client(sidecar.port) as client:
        for _ in range(2):
            problem(client.get("/"), 502)


def test_an_answer_that_breaks_off_never_looks_whole_however_much_is_forgiven(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    sidecar = before(folder, legacy, serve, list(FAULTS))

    def dying(conversation: object) -> None:
        legacy.conversations[-1].request()
        legacy.conversations[-1].send(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n")

    legacy.script = dying
    with Client(sidecar.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: facade.test\r\n\r\n")
        assert client.head().status in (200, 502)
        assert not client.rest().endswith(b"0\r\n\r\n")
