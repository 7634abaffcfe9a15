"""Bodies of a quarter of a gibibyte pass in bounded memory, at the pace of the slower side, and are the same bytes."""

from __future__ import annotations

import hashlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Final

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.memory import flat_memory
from harness.messages import Message, Wire
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

SIZE: Final = 256 * 1024**2

PIECE: Final = bytes(range(256)) * 1024
"""Every byte value; 256 KiB, and one byte more or less never fits into a socket's buffer evenly."""

STALLED: Final = 64
"""Looks at a sender without a byte of progress after which it is held back."""

pytestmark = [pytest.mark.timeout(120)]


def pieces(size: int) -> Iterator[bytes]:
    """`size` bytes in which no two pieces are alike."""
    for number in range(size // len(PIECE)):
        yield number.to_bytes(4, "big") + PIECE[4:]


def digest(size: int) -> str:
    whole = hashlib.sha256()
    for piece in pieces(size):
        whole.update(piece)
    return whole.hexdigest()


def digest_of_body(wire: Wire, message: Message) -> str:
    """Read a body without keeping it."""
    whole = hashlib.sha256()
    for part in parts(wire, message):
        whole.update(part)
    return whole.hexdigest()


def parts(wire: Wire, message: Message) -> Iterator[bytes]:
    if not message.chunked:
        yield from exactly(wire, int(message.one("Content-Length") or 0))
        return
    while size := int(wire.until(b"\r\n"), 16):
        yield from exactly(wire, size)
        assert wire.exactly(2) == b"\r\n"
    assert wire.until(b"\r\n") == b"\r\n"


def exactly(wire: Wire, size: int) -> Iterator[bytes]:
    while size:
        part = wire.exactly(min(size, len(PIECE)))
        size -= len(part)
        yield part


def storing(conversation: Conversation) -> None:
    """Answers with the digest of what it was sent."""
    while True:
        message = conversation.head()
        conversation.send(answer(digest_of_body(conversation, message).encode()))


def giving(chunked: bool) -> Callable[[Conversation], None]:
    """Answers with `SIZE` bytes, and with a small answer to /small."""

    def script(conversation: Conversation) -> None:
        while True:
            size = len(PIECE) if conversation.request().target == b"/small" else SIZE
            framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % size
            conversation.send(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % framing)
            for piece in pieces(size):
                conversation.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                conversation.send(b"0\r\n\r\n")

    return script


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, serve: Callable[..., Sidecar]) -> Sidecar:
    folder.rest(legacy.url)
    return serve(folder)


@pytest.mark.parametrize("chunked", [False, True], ids=["known length", "chunked"])
def test_an_upload_of_256_mib_arrives_whole_in_flat_memory(sidecar: Sidecar, legacy: Peer, chunked: bool) -> None:
    legacy.script = storing
    with closing(http.client.HTTPConnection("127.0.0.1", sidecar.port, timeout=PATIENCE)) as connection:
        length = {} if chunked else {"Content-Length": str(SIZE)}
        connection.request("POST", "/small", body=b"small")
        assert connection.getresponse().read() == hashlib.sha256(b"small").hexdigest().encode()
        with flat_memory(sidecar):
            connection.request("PUT", "/large", body=pieces(SIZE), headers=length, encode_chunked=chunked)
            answered = connection.getresponse()
            assert (answered.status, answered.read()) == (200, digest(SIZE).encode())


@pytest.mark.parametrize("chunked", [False, True], ids=["known length", "chunked"])
def test_a_download_of_256_mib_arrives_whole_in_flat_memory(sidecar: Sidecar, legacy: Peer, chunked: bool) -> None:
    legacy.script = giving(chunked)
    with Client(sidecar.port) as client:
        assert len(client.get("/small").body) == len(PIECE)
        with flat_memory(sidecar):
            client.send(request("GET", "/large"))
            head = client.head()
            assert head.chunked == chunked
            assert digest_of_body(client, head) == digest(SIZE)


def test_a_client_that_does_not_read_holds_the_target_back(sidecar: Sidecar, legacy: Peer) -> None:
    sent = [0]

    def pouring(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        for piece in pieces(SIZE):
            conversation.send(piece)
            sent[0] += len(piece)

    legacy.script = pouring
    with Client(sidecar.port) as client, flat_memory(sidecar):
        client.send(request("GET", "/large"))
        head = client.head()
        stopped = held_back(sent)
        assert 0 < stopped < SIZE / 2
        assert digest_of_body(client, head) == digest(SIZE)


def test_a_target_that_does_not_read_holds_the_client_back(sidecar: Sidecar, legacy: Peer) -> None:
    reads = threading.Event()

    def slow(conversation: Conversation) -> None:
        message = conversation.head()
        assert reads.wait(PATIENCE)
        conversation.send(answer(digest_of_body(conversation, message).encode()))

    legacy.script = slow
    sent = [0]

    def pour() -> None:
        for piece in pieces(SIZE):
            client.send(piece)
            sent[0] += len(piece)

    with Client(sidecar.port) as client, flat_memory(sidecar):
        client.send(request("POST", "/large", f"Content-Length: {SIZE}"))
        writer = threading.Thread(target=pour)
        writer.start()
        stopped = held_back(sent)
        assert 0 < stopped < SIZE / 2
        reads.set()
        assert client.response().body == digest(SIZE).encode()
        writer.join(PATIENCE)


STILL: Final = 150
MOST: Final = 20 * 1024**2
"""1 MiB that is allowed, and what 150 connections to two sides, their log lines and the allocator take beside that."""


def test_clients_that_take_nothing_hold_no_more_memory_than_is_allowed(
    folder: Folder, sidecar: Sidecar, legacy: Peer
) -> None:
    """S7-untaken: each could hold 240 KiB, and all of them 35 MiB."""
    sidecar.changed(lambda: folder.facade(limits="{kept_bytes: 1MiB}"))

    def pouring(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        with suppress(OSError):  # the facade cuts it
            for piece in pieces(SIZE):
                conversation.send(piece)

    legacy.script = pouring
    with ExitStack() as stack, little_memory(sidecar):
        for _ in range(STILL):
            still = stack.enter_context(socket.socket())
            still.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            still.connect(("127.0.0.1", sidecar.port))
            still.sendall(request("GET", "/large"))
        eventually(lambda: sidecar.metric(CUT) > 0, "somebody has to go")


def test_a_silo_that_takes_nothing_holds_no_more_memory_than_is_allowed(folder: Folder, sidecar: Sidecar) -> None:
    """S7-untaken-upload"""
    with ExitStack() as stack:
        silo = stack.enter_context(socket.socket())
        silo.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silo.bind(("127.0.0.1", 0))
        silo.listen(STILL)
        url = f"http://127.0.0.1:{silo.getsockname()[1]}"
        sidecar.changed(lambda: (folder.silo("portal", url), folder.facade(limits="{kept_bytes: 1MiB}")))
        stack.enter_context(little_memory(sidecar))
        clients = [stack.enter_context(Client(sidecar.port)).socket for _ in range(STILL)]
        for client in clients:
            client.sendall(request("POST", "/large", f"Content-Length: {SIZE}"))
            client.setblocking(False)

        def somebody_was_cut() -> bool:
            for client in clients:
                with suppress(OSError):  # it is held back, or it was cut
                    client.send(PIECE)
            return (sidecar.metric(CUT) or 0) > 0

        eventually(somebody_was_cut, "somebody has to go")


CUT: Final = 'facade_refused_total{reason="memory"}'


@contextmanager
def little_memory(sidecar: Sidecar) -> Iterator[None]:
    before = sidecar.resident()
    sidecar.forget_peak()
    yield
    assert sidecar.peak() - before < MOST


def held_back(sent: list[int]) -> int:
    """How many bytes were sent when the sender got no further for a good while."""
    looks = [0, 0]

    def stands_still() -> bool:
        looks[0] = looks[0] + 1 if sent[0] == looks[1] and sent[0] else 0
        looks[1] = sent[0]
        return looks[0] > STALLED

    eventually(stands_still, "the sender is held back")
    return sent[0]
