"""A connection that changes its protocol is a tunnel: bytes both ways, through every reload that keeps its route."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

ROUTES = """\
routes:
  - {{name: talk, match: "/talk", legacy: portal, platform: "{platform}", stage: legacy}}
  - {{name: other, match: "/other", legacy: portal, platform: "{platform}", stage: legacy}}
"""
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %b\r\nX-Kept: yes\r\n\r\n"
MIB = 1024 * 1024


def wants(protocol: str, *lines: str) -> bytes:
    return request("GET", "/talk", "Connection: Upgrade", f"Upgrade: {protocol}", *lines)


def echo(protocol: bytes = b"websocket", first: bytes = b"") -> Callable[[Conversation], None]:
    """A target that switches, says something at once, and then says again whatever it hears."""

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(SWITCH % protocol + first)
        while data := conversation.more():
            conversation.send(data)

    return script


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]) -> Iterator[Sidecar]:
    folder.facade(limits="{tunnel_idle: 2s, tunnel_grace: 1s}")
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url))
    return serve(folder)


def switched(client: Client, data: bytes) -> None:
    client.send(data)
    head = client.head()
    assert head.status == 101
    assert head.all("Upgrade") == [b"websocket"]
    assert head.all("Connection") == [b"Upgrade"]
    assert head.all("X-Kept") == [b"yes"]


def test_bytes_pass_both_ways_after_a_101(sidecar: Sidecar, legacy: Peer) -> None:
    legacy.script = echo(first=b"hello")
    with Client(sidecar.port) as client:
        switched(client, wants("websocket") + b"early")
        assert client.exactly(10) == b"helloearly"
        client.send(b"\x00\xff more")
        assert client.exactly(7) == b"\x00\xff more"
    asked = legacy.requests[0]
    assert (asked.all("Connection"), asked.all("Upgrade")) == ([b"Upgrade"], [b"websocket"])
    ended = eventually(lambda: sidecar.said("request", status=101), "the tunnel's line in the log")
    assert [(line["sent"], line["received"], line["why"]) for line in ended] == [(12, 17, "closed")]


@pytest.mark.parametrize("own", [False, True], ids=["an earlier request's", "its own"])
def test_a_tunnel_outlives_the_time_that_an_upload_before_it_had(
    folder: Folder, sidecar: Sidecar, legacy: Peer, own: bool
) -> None:
    sidecar.changed(lambda: folder.facade(limits="{body_timeout: 1s, tunnel_idle: 30s}"))
    legacy.script = uploads_then_echo()
    with Client(sidecar.port) as client:
        upload = wants("websocket", "Content-Length: 3") if own else request("POST", "/talk", "Content-Length: 3")
        client.send(upload)
        time.sleep(0.1)  # the body comes after its head
        client.send(b"abc")
        if not own:
            assert client.response().status == 200
            client.send(wants("websocket"))
        assert client.head().status == 101
        for _ in range(8):
            time.sleep(0.5)
            client.send(b"ping")
            assert client.exactly(4) == b"ping"


def uploads_then_echo() -> Callable[[Conversation], None]:
    """A target that answers until it is asked to switch."""

    def script(conversation: Conversation) -> None:
        while conversation.request().one("Upgrade") is None:
            conversation.send(answer())
        conversation.send(SWITCH % b"websocket")
        while data := conversation.more():
            conversation.send(data)

    return script


def test_a_tunnel_ends_when_the_target_closes_and_its_last_bytes_arrive(sidecar: Sidecar, legacy: Peer) -> None:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(SWITCH % b"websocket" + b"last words")

    legacy.script = script
    with Client(sidecar.port) as client:
        switched(client, wants("websocket"))
        assert client.rest() == b"last words"


def test_a_slow_reader_holds_the_target_back(sidecar: Sidecar, legacy: Peer) -> None:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(SWITCH % b"websocket")
        for _ in range(64):
            conversation.send(b"x" * MIB)

    legacy.script = script
    sidecar.forget_peak()
    before = sidecar.resident()
    with Client(sidecar.port) as client:
        switched(client, wants("websocket"))
        assert len(client.exactly(64 * MIB)) == 64 * MIB
    assert sidecar.peak() - before < 16 * MIB


def test_a_tunnel_in_which_nothing_moves_ends(sidecar: Sidecar, legacy: Peer) -> None:
    legacy.script = echo()
    with Client(sidecar.port) as client:
        switched(client, wants("websocket"))
        assert client.rest() == b""
    assert eventually(lambda: sidecar.said("request", why="idle"), "the idle tunnel's end")


def test_a_tunnel_survives_every_reload_that_keeps_its_route(sidecar: Sidecar, legacy: Peer, folder: Folder) -> None:
    legacy.script = echo()
    with Client(sidecar.port) as client:
        switched(client, wants("websocket"))
        for stage in ("platform", "legacy"):
            text = moved("other", stage, folder)
            sidecar.changed(lambda text=text: folder.write("routes/all.yaml", text))
            client.send(b"still here")
            assert client.exactly(10) == b"still here"


def test_a_tunnel_of_a_route_that_moved_ends_within_its_grace(sidecar: Sidecar, legacy: Peer, folder: Folder) -> None:
    legacy.script = echo()
    with Client(sidecar.port, patience=15) as client:
        switched(client, wants("websocket"))
        sidecar.changed(lambda: folder.write("routes/all.yaml", moved("talk", "platform", folder)))
        ended = False
        while not ended:
            client.send(b"x")
            ended = client.more() == b""
    assert eventually(lambda: sidecar.said("request", why="moved"), "the moved tunnel's end")
    assert sidecar.metric('facade_tunnels_ended_total{route="talk",why="moved"}') == 1


@pytest.mark.parametrize("protocol", ["h2c", "websocket, h2c"])
def test_a_tunnel_of_http_2_is_never_offered(sidecar: Sidecar, legacy: Peer, protocol: str) -> None:
    with Client(sidecar.port) as client:
        assert client.ask(wants(protocol, "HTTP2-Settings: AAMAAABkAAQAAP__")).status == 200
        assert client.get("/other").status == 200
    assert legacy.requests[0].all("Upgrade") == []
    assert legacy.requests[0].all("HTTP2-Settings") == []


def test_without_a_101_there_is_no_tunnel_and_the_next_request_is_read(sidecar: Sidecar, legacy: Peer) -> None:
    with Client(sidecar.port) as client:
        assert client.ask(wants("websocket")).status == 200
        assert client.get("/other").status == 200
    assert legacy.targets == [b"/talk", b"/other"]


@pytest.mark.parametrize(
    "data",
    [
        request("GET", "/talk"),
        wants("other-protocol"),
        b"GET /talk HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
    ids=["nobody asked", "another protocol", "HTTP/1.0"],
)
def test_a_101_that_was_not_asked_for_is_a_502(sidecar: Sidecar, legacy: Peer, data: bytes) -> None:
    legacy.script = echo()
    with Client(sidecar.port) as client:
        assert client.ask(data).status == 502


def moved(route: str, stage: str, folder: Folder) -> str:
    """The routes file with one route at another stage."""
    lines = (folder / "routes/all.yaml").read_text().splitlines()
    return "\n".join(
        line.rsplit("stage:", 1)[0] + f"stage: {stage}}}" if f"name: {route}," in line else line for line in lines
    )
