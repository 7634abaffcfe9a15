"""A resolver that is silent about some names holds up no other name, and what it said last is used on.

The resolver is the sidecar's own, with a delay put in its way by a module that Python loads at its start.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, get, problem, request
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

DEAD: Final = 40
"""Names about which the resolver is silent: more than any pool has threads."""

RESOLVER: Final = """\
import os, socket, time

_resolve = socket.getaddrinfo


def getaddrinfo(host, *rest, **more):
    name = host.decode() if isinstance(host, bytes) else str(host)
    if not name.endswith(".test"):
        return _resolve(host, *rest, **more)
    while name.startswith("dead") or os.path.exists(os.environ["SILENT"]):
        time.sleep(0.05)
    return _resolve("127.0.0.1", *rest, **more)


socket.getaddrinfo = getaddrinfo
"""


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """While this file is there the resolver is silent about every name."""
    return tmp_path / "silent"


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, serve: Serve, tmp_path: Path, silent: Path) -> Sidecar:
    place = tmp_path / "python"
    place.mkdir()
    (place / "sitecustomize.py").write_text(RESOLVER)
    folder.silo("portal", f"http://portal.test:{legacy.port}")
    routes = ["  - {name: portal, match: '/portal', legacy: portal, stage: legacy}"]
    for number in range(DEAD):
        folder.silo(f"dead-{number}", f"http://dead{number}.test:80")
        routes.append(f"  - {{name: dead-{number}, match: '/{number}', legacy: dead-{number}, stage: legacy}}")
    folder.routes("routes:\n" + "\n".join(routes) + "\n")
    path = os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])
    return serve(folder, environment={"PYTHONPATH": path, "SILENT": str(silent)})


@pytest.fixture
def asking(sidecar: Sidecar) -> Iterator[list[Client]]:
    """Clients who wait for every silo whose name is not answered."""
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(sidecar.port)) for _ in range(DEAD)]
        for number, client in enumerate(clients):
            client.send(request("GET", f"/{number}"))
        yield clients


def test_names_without_an_answer_hold_up_no_other_and_no_reload(
    sidecar: Sidecar, folder: Folder, asking: list[Client]
) -> None:
    """S9: a look-up that takes long is nobody else's."""
    assert get(sidecar.port, "/portal").body == b"legacy"
    sidecar.changed(folder.edit, "routes/all.yaml", "'/portal'", "'/other'")
    assert get(sidecar.port, "/other").body == b"legacy"
    for client in asking:
        problem(client.response(), 504)
    assert len(sidecar.said("name not found")) >= 1


def test_what_the_resolver_said_last_is_used_while_it_is_silent(sidecar: Sidecar, legacy: Peer, silent: Path) -> None:
    assert get(sidecar.port, "/portal").body == b"legacy"
    silent.touch()
    port, name = legacy.port, legacy.name
    legacy.__exit__(None, None, None)
    assert get(sidecar.port, "/portal").status == 502  # it is in doubt now, and looked up again
    with Peer(name, port=port):
        eventually(lambda: get(sidecar.port, "/portal").body == b"legacy", "the address that is known is used")
        silent.unlink()
