"""A restart loses nothing: neither a stop under load, nor a successor that takes over the listening sockets."""

from __future__ import annotations

import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable
from typing import Final

import pytest

from harness.client import Client, get, request
from harness.folder import Folder
from harness.load import Ends, Load, Turn
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

STOPS: Final = 20
SUCCESSIONS: Final = 5
FAILURES: Final = 5
MEETING: Final = "state/successor.sock"


def is_right(message: Message) -> bool:
    return (message.status, message.body) == (200, b"legacy")


def visits(keeping: int) -> Turn:
    """So many keep their connection, all others open one for each question."""

    def turn(client: Client, number: int) -> None:
        answer = client.get(f"/{number}", *[] if number < keeping else ["Connection: close"])
        assert is_right(answer), answer.head

    return turn


def succeed(serve: Serve, folder: Folder, *arguments: str) -> Sidecar:
    """Start a sidecar that takes over, and wait until it says that it did."""
    successor = serve(folder, "--take-over", *arguments)
    successor.said("taken over")
    return successor


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_twenty_stops_under_load_lose_nothing(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    with Load(folder.listen, 20, visits(keeping=16), ends=Ends.BEHIND_CLOSED_DOORS) as visitors:
        for _ in range(STOPS):
            sidecar = serve(folder)
            answered = visitors.answered
            eventually(lambda answered=answered: visitors.answered > answered + 50, "they are served")
            sidecar.tell(signal.SIGTERM)
            assert sidecar.left() == 0
            assert sidecar.lines("drained")[0]["cut"] == 0
    assert visitors.failures == []


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_five_successions_under_load_lose_nothing_and_never_close_the_door(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.facade(drain="{pause: 1s, limit: 10s}")
    folder.rest(legacy.url)
    running = serve(folder)
    with Load(folder.listen, 40, visits(keeping=32), ends=Ends.IN_ORDER) as visitors:
        for _ in range(SUCCESSIONS):
            answered = visitors.answered
            eventually(lambda answered=answered: visitors.answered > answered + 100, "they are served")
            successor = succeed(serve, folder)
            assert running.left() == 0
            assert running.lines("drained")[0]["cut"] == 0
            running = successor
    assert visitors.failures == []
    assert min(visitors.counts) > SUCCESSIONS


def fail_to_take_over(folder: Folder) -> None:
    """Take the listening sockets, and die before serving."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as successor:
        successor.settimeout(PATIENCE)
        successor.connect(str(folder / MEETING))
        successor.send(b"take over 1")
        offer, descriptors, _, _ = socket.recv_fds(successor, 4096, 32)
        assert offer.startswith(b"listening 1\nlisten ")
        for descriptor in descriptors:
            os.close(descriptor)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_stop_after_a_take_over_that_failed_loses_nothing(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    with Load(folder.listen, 24, visits(keeping=0), pace=0, ends=Ends.BEHIND_CLOSED_DOORS) as visitors:
        for _ in range(FAILURES):
            sidecar = serve(folder)
            fail_to_take_over(folder)
            sidecar.said("successor did not start")
            answered = visitors.answered
            eventually(lambda answered=answered: visitors.answered > answered + 50, "they are served")
            sidecar.tell(signal.SIGTERM)
            assert sidecar.left() == 0
    assert visitors.failures == []


def test_listeners_that_a_successor_does_not_take_end_as_they_do_without_one(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.facade(drain="{pause: 2s, limit: 10s}")
    folder.rest(legacy.url)
    first = serve(folder)
    elsewhere = Folder(folder.path.parent / "other")
    elsewhere.admin = folder.admin
    elsewhere.facade(state=str(folder / "state"))
    elsewhere.rest(legacy.url)
    succeed(serve, elsewhere)
    first.said("draining", successor=True)
    assert first.readyz() == 503  # who asks for it there is to look elsewhere
    assert get(first.port, "/x").body == b"legacy"  # and meanwhile is served
    assert get(elsewhere.listen, "/x").body == b"legacy"
    assert first.left() == 0


def test_probes_and_the_status_page_meet_the_successor_at_once(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    first = serve(folder)
    first_probes: list[int] = []
    over = threading.Event()

    def probe() -> None:
        while not over.is_set():
            first_probes.append(first.readyz())

    prober = threading.Thread(target=probe)
    prober.start()
    get(first.port, "/x")
    second = succeed(serve, folder)
    assert first.left() == 0
    over.set()
    prober.join(PATIENCE)
    assert set(first_probes) == {200}
    assert second.metric('facade_requests_total{code="2xx",route="everything",side="legacy",stage="legacy"}') == 0
    assert second.config()["running"]["revision"]


def test_what_runs_in_the_predecessor_is_finished_there_and_the_idle_are_told(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    go = threading.Event()

    def script(conversation: Conversation) -> None:
        while True:
            if conversation.request().target == b"/slow":
                assert go.wait(PATIENCE)
            conversation.send(answer(b"done"))

    legacy.script = script
    folder.facade(drain="{pause: 30s, limit: 30s}")
    folder.rest(legacy.url)
    first = serve(folder)
    with Client(first.port) as slow, Client(first.port) as idle:
        slow.send(request("GET", "/slow"))
        assert not idle.get("/x").closes
        eventually(lambda: any(target == b"/slow" for target in legacy.targets), "it runs")
        succeed(serve, folder)
        first.said("draining", successor=True)
        time.sleep(1)
        last = idle.get("/x")
        assert (last.body, last.closes) == (b"done", True)
        go.set()
        finished = slow.response()
        assert (finished.status, finished.closes) == (200, True)
        ended = time.monotonic()
        assert first.left() == 0
        assert time.monotonic() - ended < 1


def test_a_successor_with_other_addresses_opens_its_own_and_leaves_the_rest(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.rest(legacy.url)
    first = serve(folder)
    elsewhere = Folder(folder.path.parent / "other")
    elsewhere.listen, elsewhere.admin = folder.listen, folder.admin
    elsewhere.facade(state=str(folder / "state"))
    elsewhere.rest(legacy.url)
    second = succeed(serve, elsewhere)
    assert first.left() == 0
    assert get(folder.listen, "/x").body == b"legacy"
    assert second.readyz() == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", folder.observe), PATIENCE)


@pytest.mark.slow
def test_a_successor_that_cannot_start_leaves_the_predecessor_as_it_was(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.rest(legacy.url)
    first = serve(folder)
    taken = socket.create_server(("127.0.0.1", 0))
    with Load(first.port, 4, lambda client, _: _assert_right(client)) as load, taken:
        failed = Sidecar(folder, "--take-over", "--observe", f"127.0.0.1:{taken.getsockname()[1]}")
        assert failed.left() == 1
        assert failed.errors.decode().startswith("observe: 127.0.0.1:")
        first.said("successor did not start")
        answered = load.answered
        eventually(lambda: load.failures or load.answered > answered + 20, "it serves on")
    assert load.failures == []
    second = succeed(serve, folder)
    assert first.left() == 0
    assert get(second.port, "/x").body == b"legacy"


def _assert_right(client: Client) -> None:
    assert is_right(client.get("/x"))


def test_where_nobody_runs_it_says_so_and_opens_its_own(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    (folder / "state").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as dead:
        dead.bind(str(folder / MEETING))
    sidecar = serve(folder, "--take-over")
    [line] = sidecar.said("nobody to take over from")
    assert line["problem"].startswith(f"{folder / MEETING}: no running sidecar answers; ")
    assert get(sidecar.port, "/x").body == b"legacy"


def test_a_sidecar_that_speaks_otherwise_is_not_taken_over_from(folder: Folder, legacy: Peer) -> None:
    folder.rest(legacy.url)
    (folder / "state").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as newer:
        newer.bind(str(folder / MEETING))
        newer.listen()
        sidecar = Sidecar(folder, "--take-over")
        met, _ = newer.accept()
        with met:
            assert met.recv(100) == b"take over 1"
            met.send(b"speaks 2")
            assert sidecar.left() == 1
    assert sidecar.errors.decode() == (
        f"{folder / MEETING}: it speaks version 2 of this, and this program version 1; "
        "end the sidecar that runs by SIGTERM and start without --take-over\n"
    )


def test_the_meeting_place_is_private_survives_nonsense_and_goes_with_the_sidecar(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.rest(legacy.url)
    sidecar = serve(folder)
    place = folder / MEETING
    eventually(place.exists, "it waits for successors")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    for nonsense in (b"\0" * 5000, b"take over 9", b"serving", b""):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
            stranger.settimeout(PATIENCE)
            stranger.connect(str(place))
            stranger.send(nonsense)
            answered, descriptors, _, _ = socket.recv_fds(stranger, 100, 10)
            assert (answered, descriptors) == (b"speaks 1", [])
    assert get(sidecar.port, "/x").body == b"legacy"
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    assert not place.exists()
    assert [line for line in sidecar.lines() if line["level"] != "info"] == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_given_nothing(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    sidecar = serve(folder)
    place = folder / MEETING
    eventually(place.exists, "it waits for successors")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.settimeout(PATIENCE)
        os.seteuid(65534)
        try:
            with pytest.raises(PermissionError):
                stranger.connect(str(place))
        finally:
            os.seteuid(0)
        place.chmod(0o666)
        for folder_above in place.parents:
            if folder_above.stat().st_mode & 0o001 == 0:
                folder_above.chmod(folder_above.stat().st_mode | 0o011)
        os.seteuid(65534)
        try:
            stranger.connect(str(place))
        finally:
            os.seteuid(0)
        assert stranger.recv(100) == b""
    sidecar.said("successor refused")
