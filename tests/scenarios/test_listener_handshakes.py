"""TLS handshakes take places: a crowd that never gets beyond the door is bounded like every other."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from harness.authority import Authorities
from harness.client import Client, request
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]


@pytest.fixture
def authorities() -> Authorities:
    return Authorities()


@pytest.fixture
def guarded(folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities) -> Sidecar:
    """A TLS listener with five places."""
    authorities.furnish(folder, limits="{connections: 5}")
    folder.rest(legacy.url)
    return serve(folder)


def silent(port: int, stack: ExitStack) -> socket.socket:
    return stack.enter_context(socket.create_connection(("127.0.0.1", port)))


def test_handshakes_take_places_and_give_them_back(guarded: Sidecar, authorities: Authorities) -> None:
    context = authorities.trusting()
    with ExitStack() as stack:
        crowd = [silent(guarded.port, stack) for _ in range(5)]
        with Client(guarded.port, tls=context) as late:
            late.send(request("GET", "/x"))
            assert late.response().status == 503
        crowd[0].close()
        crowd[1].sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")  # no TLS at all

        def is_served() -> bool:
            with Client(guarded.port, tls=context) as client:
                return client.get("/x").status == 200

        eventually(is_served, "those who left made room")


def test_a_crowd_at_the_door_is_cut_beyond_the_places_and_as_many_who_are_told(
    guarded: Sidecar, authorities: Authorities
) -> None:
    with ExitStack() as stack:
        crowd = [silent(guarded.port, stack) for _ in range(20)]
        for each in crowd[10:]:
            each.settimeout(5)
        cut = [was_cut(each) for each in crowd[11:]]
        assert all(cut)


def was_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True
