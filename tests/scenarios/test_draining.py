"""SIGTERM: unready first, still serving for a while, then no new connection, and what runs is finished."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final

import pytest

from harness.client import Client, get, request
from harness.folder import Folder
from harness.messages import CutOff
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

RUNNING: Final = 20
TWO_SECONDS: Final = 2.0
SOON: Final = 1.0
"""Within which it is gone after the last answer."""

Serve = Callable[..., Sidecar]


@pytest.fixture
def release(legacy: Peer) -> Iterator[threading.Event]:
    """The peer answers /slow once this is set, and everything else at once."""
    event = threading.Event()

    def script(conversation: Conversation) -> None:
        while True:
            if conversation.request().target == b"/slow":
                assert event.wait(PATIENCE)
            conversation.send(answer(b"done"))

    legacy.script = script
    yield event
    event.set()


@pytest.fixture
def asking() -> Iterator[ExitStack]:
    """Clients that are closed with the test."""
    with ExitStack() as stack:
        yield stack


def refuses(sidecar: Sidecar) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", sidecar.port), PATIENCE):
            return False
    except ConnectionRefusedError:
        return True


def test_twenty_running_two_second_requests_all_end(
    folder: Folder, legacy: Peer, serve: Serve, asking: ExitStack
) -> None:
    def slow(conversation: Conversation) -> None:
        conversation.request()
        time.sleep(TWO_SECONDS)
        conversation.send(answer(b"done"))

    legacy.script = slow
    folder.rest(legacy.url)
    sidecar = serve(folder)
    clients = [asking.enter_context(Client(sidecar.port)) for _ in range(RUNNING)]
    idle = asking.enter_context(Client(sidecar.port))
    for client in clients:
        client.send(request("GET", "/slow"))
    eventually(lambda: len(legacy.requests) == RUNNING, "all of them run")
    sidecar.tell(signal.SIGTERM)
    eventually(lambda: sidecar.readyz() == 503, "it is unready")
    assert idle.ended()
    eventually(lambda: refuses(sidecar), "it takes no new connection")
    answers = [client.response() for client in clients]
    last = time.monotonic()
    assert [(each.status, each.body, each.closes) for each in answers] == [(200, b"done", True)] * RUNNING
    assert all(client.ended() for client in clients)
    assert sidecar.left() == 0
    assert time.monotonic() - last < SOON
    assert sidecar.lines("drained")[0]["cut"] == 0


@pytest.mark.slow
def test_it_serves_everybody_during_the_pause_and_says_that_it_leaves(
    folder: Folder, legacy: Peer, serve: Serve, asking: ExitStack
) -> None:
    folder.facade(drain="{pause: 30s, limit: 5s}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    kept = asking.enter_context(Client(sidecar.port))
    assert not kept.get("/x").closes
    sidecar.tell(signal.SIGTERM)
    eventually(lambda: sidecar.readyz() == 503, "readiness fails first")
    assert sidecar.observe("/livez").status == 200
    for _ in range(50):
        answered = get(sidecar.port, "/x")
        assert (answered.status, answered.closes) == (200, True)
    last = kept.get("/x")
    assert (last.body, last.closes) == (b"legacy", True)
    assert kept.ended()
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0


@pytest.mark.slow
def test_a_running_upload_and_a_running_download_are_finished(
    folder: Folder, legacy: Peer, serve: Serve, asking: ExitStack
) -> None:
    go = threading.Event()

    def half(conversation: Conversation) -> None:
        message = conversation.head()
        if message.method == b"POST":
            conversation.request_body(message)
            conversation.send(answer(message.body))
        else:
            conversation.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            assert go.wait(PATIENCE)
            conversation.send(b"6\r\nsecond\r\n0\r\n\r\n")

    legacy.script = half
    folder.rest(legacy.url)
    sidecar = serve(folder)
    up, down = asking.enter_context(Client(sidecar.port)), asking.enter_context(Client(sidecar.port))
    down.send(request("GET", "/down"))
    head = down.head()
    assert down.until(b"first\r\n")
    up.send(request("POST", "/up", "Content-Length: 10") + b"half ")
    eventually(lambda: len(legacy.conversations) == 2, "both run")
    sidecar.tell(signal.SIGTERM)
    eventually(lambda: refuses(sidecar), "it takes no new connection")
    up.send(b"whole")
    go.set()
    assert up.response().body == b"half whole"
    down.chunks(head)
    assert head.body == b"second"
    assert sidecar.left() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_what_still_runs(
    folder: Folder, legacy: Peer, serve: Serve, release: threading.Event, asking: ExitStack, number: signal.Signals
) -> None:
    folder.facade(drain="{pause: 30s, limit: 60s}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    client = asking.enter_context(Client(sidecar.port))
    client.send(request("GET", "/slow"))
    eventually(lambda: legacy.requests, "it runs")
    sidecar.tell(number)
    eventually(lambda: sidecar.readyz() == 503, "it is unready")
    sidecar.tell(number)
    assert sidecar.left() == 0
    assert client.ended()
    assert sidecar.lines("drained")[0]["cut"] == 1


def test_the_limit_ends_what_will_not_end(
    folder: Folder, legacy: Peer, serve: Serve, release: threading.Event, asking: ExitStack
) -> None:
    folder.facade(drain="{pause: 0s, limit: 500ms}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    client = asking.enter_context(Client(sidecar.port))
    client.send(request("GET", "/slow"))
    eventually(lambda: legacy.requests, "it runs")
    sidecar.tell(signal.SIGTERM)
    with pytest.raises((EOFError, CutOff)):
        client.response()
    assert sidecar.left() == 0
    assert sidecar.lines("drained")[0]["cut"] == 1


def test_a_sidecar_that_nobody_uses_leaves_at_once_and_without_a_word_of_trouble(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.rest(legacy.url)
    sidecar = serve(folder)
    get(sidecar.port, "/x")
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    assert sidecar.errors == b""
    assert [line for line in sidecar.lines() if line["level"] != "info"] == []
