"""A process that may open no more files and sockets says so, is seen, and blames nobody else for it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from typing import Final

import pytest

from harness.client import Client, get, request
from harness.folder import Folder
from harness.messages import CutOff
from harness.patience import eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

FEW: Final = ("prlimit", "--nofile=512:512")
CLIENTS: Final = 600
SERVED: Final = 256
"""At least so many of 512 descriptors are the clients'."""
BREAKER: Final = "protect: {timeout: 5s, breaker: {errors: 50%, window: 60s, calls: 4, pause: 60s}}"


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, serve: Serve) -> Sidecar:
    folder.silo("portal", legacy.url, BREAKER)
    folder.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")
    return serve(folder, before=FEW)


@pytest.fixture
def crowd(sidecar: Sidecar) -> Iterator[list[Client]]:
    """More clients than there are descriptors, all connected and silent."""
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(Client(sidecar.port))) for _ in range(CLIENTS)]
        sidecar.said("no descriptor left")
        eventually(lambda: sidecar.descriptors() < 400, "those who came at once are turned away")
        yield clients


def ask(client: Client, target: str) -> None:
    """Ask, if nobody closed the connection before."""
    with suppress(OSError):
        client.send(request("GET", target))


def status(client: Client) -> int:
    """What this one is told; 0 if it is closed without a word."""
    try:
        return client.response().status
    except (CutOff, EOFError, OSError):
        return 0


def told_in_turn(clients: list[Client], target: str) -> Counter[int]:
    """What they are told who ask one after the other: one connection to a silo is enough for all of them."""
    found: Counter[int] = Counter()
    for client in clients:
        ask(client, target)
        found[status(client)] += 1
    return found


def told_at_once(clients: list[Client], target: str) -> Counter[int]:
    """What they are told who all ask before the first is answered."""
    for client in clients:
        ask(client, target)
    return Counter(map(status, clients))


def test_clients_beyond_them_are_turned_away_and_probes_answered(sidecar: Sidecar, crowd: list[Client]) -> None:
    """S6: the limit of open files is 512."""
    assert sidecar.observe("/livez").status == 200
    assert sidecar.observe("/readyz").status == 200
    assert sidecar.config()["running"]["revision"]
    told = told_in_turn(crowd, "/x")
    assert told[200] > SERVED
    assert set(told) <= {200, 503, 0}
    for client in crowd:
        client.close()
    eventually(lambda: get(sidecar.port, "/x").status == 200, "there is room again")


def test_a_silo_that_no_connection_is_left_for_is_not_to_blame(
    sidecar: Sidecar, legacy: Peer, crowd: list[Client]
) -> None:
    def slow(conversation: Conversation) -> None:
        while True:
            conversation.request()
            time.sleep(1)
            conversation.send(answer(b"slow"))

    legacy.script = slow
    told = told_at_once(crowd, "/x")
    assert told[200] > 4
    assert sidecar.metric('facade_refused_total{reason="descriptors"}') > 4
    for client in crowd:
        client.close()
    eventually(lambda: get(sidecar.port, "/x").status == 200, "there is room again")
    assert sidecar.lines("breaker opened") == []
