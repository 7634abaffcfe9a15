"""Uploads that trickle: they hold no silo's slot while others wait for it, and honest slow ones are let be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import pytest

from harness.client import Client, ask, request
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]
LARGE: Final = 1024 * 1024
BEGINNING: Final = 100 * 1024
"""More of a body than has to be here before its call takes a slot."""
CUT: Final = 'facade_refused_total{reason="slow_request"}'


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, serve: Serve) -> Sidecar:
    """A silo with two slots."""
    folder.silo("portal", legacy.url, "protect: {concurrency: 2, queue: 10, timeout: 10s}")
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    return serve(folder)


def test_small_bodies_that_trickle_take_no_slot_at_all(sidecar: Sidecar, legacy: Peer) -> None:
    with ExitStack() as stack:
        for _ in range(6):
            client = stack.enter_context(Client(sidecar.port))
            client.send(request("POST", "/trickles", "Content-Length: 1000") + b"x")
        assert ask(sidecar.port, request("GET", "/x")).status == 200
        assert sidecar.metric(CUT) == 0
        assert b"/trickles" not in legacy.targets
        client.send(b"x" * 999)
        assert client.response().status == 200


@pytest.mark.slow
def test_large_bodies_that_trickle_give_way_to_whoever_waits(sidecar: Sidecar) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(sidecar.port)) for _ in range(2)]
        for client in clients:
            client.send(request("POST", "/trickles", f"Content-Length: {LARGE}") + b"x" * BEGINNING)
        eventually(lambda: sidecar.metric('facade_in_flight{target="portal"}') == 2, "both slots are taken")
        assert ask(sidecar.port, request("GET", "/x")).status == 200
        assert sidecar.metric(CUT) == 1


def test_tricklers_keep_nobody_out_where_nobody_may_wait(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.silo("portal", legacy.url, "protect: {concurrency: 1, queue: 0}")
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    sidecar = serve(folder)
    with ExitStack() as stack:
        for fields in ((f"Content-Length: {LARGE}",), ("Transfer-Encoding: chunked",)):
            client = stack.enter_context(Client(sidecar.port))
            client.send(request("POST", "/trickles", *fields) + b"1\r\nx\r\n")
        assert ask(sidecar.port, request("GET", "/x")).status == 200
        assert b"/trickles" not in legacy.targets


@pytest.mark.slow
def test_one_that_trickles_on_is_cut_where_others_are_turned_away(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.silo("portal", legacy.url, "protect: {concurrency: 1, queue: 0}")
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    sidecar = serve(folder)
    with Client(sidecar.port) as client:
        client.send(request("POST", "/trickles", f"Content-Length: {LARGE}") + b"x" * BEGINNING)
        eventually(lambda: sidecar.metric('facade_in_flight{target="portal"}') == 1, "the slot is taken")
        assert ask(sidecar.port, request("GET", "/x")).status == 503
        eventually(lambda: ask(sidecar.port, request("GET", "/x")).status == 200, "the slot is free")
        assert sidecar.metric(CUT) == 1


@pytest.mark.slow
def test_bodies_that_are_to_be_asked_for_come_after_whoever_is_here(sidecar: Sidecar) -> None:
    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(Client(sidecar.port))
            client.send(request("POST", "/asks", f"Content-Length: {LARGE}", "Expect: 100-continue"))
        eventually(lambda: sidecar.metric('facade_in_flight{target="portal"}') == 2, "both slots are taken")
        for _ in range(5):
            assert ask(sidecar.port, request("GET", "/x")).status == 200
