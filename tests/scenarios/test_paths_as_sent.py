"""`paths: as sent`: an old system gets paths that have several readings byte for byte, and none slips past a route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from harness.client import Client, get, problem
from harness.folder import Folder
from harness.peer import Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

ROUTES: Final = """\
routes:
  - name: all
    match: "/portal/{{rest...}}"
    legacy: portal
    platform: {{url: "{url}", paths: as sent}}
    stage: legacy
  - {{name: gone, match: "/portal/old/{{rest...}}", stage: gone}}
  - {{name: strict, match: "/portal/titles/{{rest...}}", platform: "{url}", stage: complete}}
"""

ODD: Final = (
    "/portal//a",
    "/portal/a//b/",
    "/portal/./a",
    "/portal/a/../b",
    "/portal/a%2fb",
    "/portal/a%5Cb",
    "/portal/a\\b",
    "/portal/a;v=1/b;x",
    "/portal/a/%252e%252e",
    "/portal/a/%c0%ae%c0%ae/x%C0%AF",
    "/portal/%FF",
    "/portal/..;/portal/a",
)

SLIPPING: Final = (
    "/portal/x/../old/a",
    "/portal/x/%2e%2e/old/a",
    "/portal/x%2f..%2fold/a",
    "/portal/x/%252e%252e/old/a",
    "/portal/x/..;/old/a",
    "/portal/x\\..\\old\\a",
    "/portal//old/a",
    "/portal/%c0%ae%c0%ae/portal/old/a",
    "/portal/old//a",
    "/portal/old/%2e%2e/a",
    "/portal/x/%2e%2e/old/%252e%252e/y",
    "/portal/./titles/a",
    "/portal/titles/../a",
    "/portal/../other",
    "//portal/a",
    "/other//a",
    "/portal/%00",
    "/portal/%0d%0aX: 1",
)


@pytest.fixture
def taking(folder: Folder, legacy: Peer, platform: Peer, serve: Serve) -> Sidecar:
    folder.silo("portal", legacy.url, paths="as sent")
    folder.routes(ROUTES.format(url=platform.url))
    return serve(folder)


def test_a_path_that_has_several_readings_arrives_as_it_was_sent(taking: Sidecar, legacy: Peer) -> None:
    with Client(taking.port) as client:
        for path in ODD:
            assert client.get(f"{path}?q=/../x").status == 200
    assert legacy.targets == [f"{path}?q=/../x".encode() for path in ODD]
    assert taking.metric('facade_requests_total{code="2xx",route="all",side="legacy",stage="legacy"}') == len(ODD)


def test_no_spelling_slips_past_a_route_that_is_gone_or_strict(taking: Sidecar, legacy: Peer, platform: Peer) -> None:
    with Client(taking.port) as client:
        for path in SLIPPING:
            answer = client.ask(b"GET " + path.replace(" ", "%20").encode() + b" HTTP/1.1\r\nHost: facade.test\r\n\r\n")
            problem(answer, 400)
        problem(client.get("/portal/old/a"), 410)
        problem(client.get("/portal/old;v=1/a"), 410)
    assert legacy.requests == platform.requests == []


def test_it_is_refused_unless_every_side_takes_it(folder: Folder, taking: Sidecar, legacy: Peer) -> None:
    taking.changed(lambda: folder.edit("routes/all.yaml", ", paths: as sent", ""))
    problem(get(taking.port, "/portal//a"), 400)
    assert legacy.requests == []


def test_what_no_route_covers_goes_on_as_sent_where_the_silo_takes_it(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.facade(unmatched="portal")
    folder.silo("portal", legacy.url, paths="as sent")
    folder.routes("routes:\n  - {name: gone, match: '/old/{rest...}', stage: gone}\n")
    sidecar = serve(folder)
    assert get(sidecar.port, "/a//b/%2e%2e").status == 200
    for path in ("/a/../old/x", "//old/x"):
        problem(get(sidecar.port, path), 400)
    assert legacy.targets == [b"/a//b/%2e%2e"]
