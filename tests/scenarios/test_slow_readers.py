"""Clients that take their answers slowly: they hold no silo's slot while others wait for it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

import pytest

from harness.client import ask, request
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Conversation, Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]
LARGE: Final = 16 * 1024 * 1024
"""Bytes of an answer that no socket's buffers hold."""


def large_or_small(conversation: Conversation) -> None:
    while True:
        size = LARGE if conversation.request().target == b"/large" else 2
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        conversation.send(b"x" * size)


@pytest.mark.slow
@pytest.mark.parametrize("queue", [0, 10])
def test_a_client_that_takes_nothing_gives_way_to_whoever_waits_or_is_turned_away(
    folder: Folder, legacy: Peer, serve: Serve, queue: int
) -> None:
    legacy.script = large_or_small
    folder.silo("portal", legacy.url, f"protect: {{concurrency: 1, queue: {queue}, timeout: 15s}}")
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    sidecar: Sidecar = serve(folder)
    with socket.create_connection(("127.0.0.1", sidecar.port)) as reader:
        reader.sendall(request("GET", "/large"))
        eventually(lambda: b"/large" in legacy.targets, "the slot is taken")
        eventually(lambda: ask(sidecar.port, request("GET", "/x")).status == 200, "the slot is free")
