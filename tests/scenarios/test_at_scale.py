"""Many at once, small enough for a test: slow readers, transfers both ways, reloads under everything, descriptors.

The same at full size, with its figures, are the long runs' (`python -m soak.scale`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, get, request
from harness.folder import Folder
from harness.load import Load
from harness.memory import MIB, flat_memory
from harness.messages import CutOff
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

PIECE: Final = bytes(64 * 1024)
CHUNK: Final = b"%x\r\n%b\r\n" % (len(PIECE), PIECE)

Serve = Callable[..., Sidecar]


def busy(conversation: Conversation) -> None:
    """`/bytes/COUNT` is answered with so many bytes, what asks to change the protocol with an echo, a body with its
    size, and the rest with its target.
    """
    while True:
        message = conversation.request()
        if message.one("Upgrade"):
            conversation.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
            while more := conversation.more():
                conversation.send(more)
            return
        if b"/bytes/" in message.target:
            size = int(message.target.rpartition(b"/")[2])
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size // len(PIECE)):
                conversation.send(PIECE)
        elif message.method == b"POST":
            conversation.send(answer(b"%d" % len(message.body)))
        else:
            conversation.send(answer(message.target))


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, serve: Serve) -> Sidecar:
    legacy.script = busy
    folder.facade(limits="{body_timeout: 2s}")
    folder.rest(legacy.url)
    running = serve(folder)
    download(running.port, MIB)
    return running


def download(port: int, size: int) -> None:
    with Client(port) as client:
        client.send(request("GET", f"/bytes/{size}"))
        client.head()
        left = size
        while left:
            more = client.more()
            assert more, f"{left} bytes are missing"
            left -= len(more)


def upload(client: Client, pieces: int) -> None:
    client.send(request("POST", "/new", "Transfer-Encoding: chunked"))
    for _ in range(pieces):
        client.send(CHUNK)
    client.send(b"0\r\n\r\n")
    assert client.response().body == b"%d" % (pieces * len(PIECE))


# Bodies


def test_large_bodies_both_ways_at_once_take_little_memory(sidecar: Sidecar) -> None:
    size = 64 * MIB
    with flat_memory(sidecar), Client(sidecar.port) as client:
        thread = threading.Thread(target=download, args=(sidecar.port, size))
        thread.start()
        upload(client, size // len(PIECE))
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_many_slow_readers_take_little_memory_and_get_every_byte(sidecar: Sidecar) -> None:
    size, count = 24 * MIB, 12
    with flat_memory(sidecar), ExitStack() as stack:
        readers = [stack.enter_context(Client(sidecar.port)) for _ in range(count)]
        for reader in readers:
            reader.send(request("GET", f"/bytes/{size}"))
        for reader in readers:
            assert reader.head().one("Content-Length") == b"%d" % size
        time.sleep(1)  # whoever is not held back has sent far more by then than the system's own buffers take
        for _ in range(size // MIB):
            for reader in readers:
                assert len(reader.exactly(MIB)) == MIB


def test_who_sends_for_ever_after_a_refusal_is_cut(sidecar: Sidecar) -> None:
    cut: list[bool] = []

    def send_for_ever() -> None:
        with Client(sidecar.port) as client:
            client.send(b"no HTTP\r\n\r\n")
            try:
                while True:
                    client.send(PIECE)
            except (ConnectionError, TimeoutError) as end:
                cut.append(isinstance(end, ConnectionError))

    with flat_memory(sidecar):
        threads = [threading.Thread(target=send_for_ever, daemon=True) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert cut == [True] * 10


# Reloads


class Always:
    """Somebody who does the same again and again over one connection, as long as the `with`."""

    def __init__(self, port: int, turn: Callable[[Client], None]) -> None:
        self.turns = 0
        self.failure = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port, turn), daemon=True)

    def __enter__(self) -> Always:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)

    def _run(self, port: int, turn: Callable[[Client], None]) -> None:
        try:
            with Client(port) as client:
                while not self._over.wait(0.01):
                    turn(client)
                    self.turns += 1
        except (AssertionError, EOFError, OSError, CutOff) as failure:
            self.failure = f"{turn.__name__} after {self.turns} turns: {failure!r}"


def sends(client: Client) -> None:
    upload(client, 8)


def takes(client: Client) -> None:
    client.send(request("GET", f"/bytes/{MIB}"))
    assert len(client.response().body) == MIB


def talks(client: Client) -> None:
    if not client.received:
        client.send(request("GET", "/talk", "Connection: Upgrade", "Upgrade: echo"))
        assert client.head().status == 101
    client.send(b"how are you?")
    assert client.exactly(12) == b"how are you?"


def asks(client: Client, number: int) -> None:
    answered = client.get(f"/{number}")
    assert answered.body == b"/%d" % number
    assert answered.one("Connection") is None


TABLE: Final = "routes:\n  - {{name: everything, match: '/{{rest...}}', legacy: portal, stage: legacy}}\n" + "".join(
    f"  - {{{{name: filling.{number}, match: '/filling/{number}/{{{{x}}}}', legacy: portal, stage: legacy, "
    f"timeout: {{seconds}}s}}}}\n"
    for number in range(200)
)


@pytest.mark.slow
def test_reloads_and_bad_files_under_everything_at_once_disturb_nobody(sidecar: Sidecar, folder: Folder) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(Client(sidecar.port)) for _ in range(50)]
        for number, client in enumerate(idle):
            asks(client, number)
        others = [stack.enter_context(Always(sidecar.port, turn)) for turn in (sends, takes, talks, talks)]
        load = stack.enter_context(Load(sidecar.port, 8, asks))
        for number in range(1, 21):
            if number % 6 == 0:
                folder.write("routes/bad.yaml", f"routes: [{{name: bad{number}, match: nonsense-{number}}}]\n")
                wrong = f"nonsense-{number}'"
                eventually(lambda wrong=wrong: wrong in str(sidecar.config()["rejected"]), "the bad file is rejected")
                (folder / "routes/bad.yaml").unlink()
            sidecar.changed(folder.routes, TABLE.format(seconds=number))
        before = [other.turns for other in others]
        eventually(
            lambda: all(o.failure or o.turns > b for o, b in zip(others, before, strict=True)), "all of it goes on"
        )
        for number, client in enumerate(idle):
            asks(client, number)
    assert [other.failure for other in others if other.failure] == []
    assert load.failures == []
    assert sidecar.metric('facade_config_reloads_total{result="rejected"}') == 3


# Retries


def test_a_call_that_is_sent_once_more_is_counted_and_a_write_is_not_sent_twice(sidecar: Sidecar, legacy: Peer) -> None:
    def dies_when_used_again(conversation: Conversation) -> None:
        conversation.send(answer(conversation.request().target))
        conversation.request()

    legacy.fresh()
    legacy.script = dies_when_used_again
    with Client(sidecar.port) as client:
        asks(client, 1)
        asks(client, 2)
        assert legacy.targets == [b"/1", b"/2", b"/2"]
        assert sidecar.metric('facade_retries_total{target="portal"}') == 1
        assert client.ask(request("POST", "/3", body=b"order")).status == 502
    assert legacy.targets == [b"/1", b"/2", b"/2", b"/3"]
    assert sidecar.metric('facade_retries_total{target="portal"}') == 1


def test_a_write_takes_no_connection_that_has_been_idle_for_a_second(sidecar: Sidecar, legacy: Peer) -> None:
    with Client(sidecar.port) as client:
        asks(client, 1)
        before = len(legacy.conversations)
        assert client.ask(request("POST", "/2", body=b"order")).body == b"5"
        assert len(legacy.conversations) == before
        time.sleep(1.1)
        assert client.ask(request("POST", "/3", body=b"order")).body == b"5"
        assert len(legacy.conversations) == before + 1
        asks(client, 4)
        assert len(legacy.conversations) == before + 1


# What fails


@pytest.mark.slow
def test_calls_that_break_off_leave_nothing_that_waits_for_a_collection(sidecar: Sidecar, legacy: Peer) -> None:
    """Circles of a call, its connections and what it failed with keep all their bytes until somebody looks for them."""
    legacy.fresh()
    legacy.script = breaking_off
    before = collected(sidecar)
    for number in range(200):
        with Client(sidecar.port) as client, pytest.raises((CutOff, EOFError)):
            client.get(f"/cut/{number}")
        with Client(sidecar.port) as client:
            client.send(request("GET", "/long"))
            assert client.head().status == 200
            client.reset()
        assert get(sidecar.port, f"/reset/{number}").status == 502
    assert collected(sidecar) - before < 1000, "more than an object a call; a circle is some forty"


def breaking_off(conversation: Conversation) -> None:
    message = conversation.request()
    if not message.target.startswith(b"/reset/"):
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf")
    if message.target == b"/long":
        conversation.rest()
    conversation.reset()


def collected(sidecar: Sidecar) -> float:
    name = "python_gc_objects_collected_total"
    return sum(value for series, value in sidecar.metrics().items() if series.startswith(name))


# Descriptors


def test_it_takes_as_many_descriptors_as_it_may_and_says_when_they_are_too_few(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.rest(legacy.url)
    sidecar = serve(folder, before=("prlimit", "--nofile=256:4096"))
    (limit,) = [line for line in Path(f"/proc/{sidecar.pid}/limits").read_text().splitlines() if "open files" in line]
    assert limit.split()[3:5] == ["4096", "4096"]
    (warning,) = sidecar.said("configuration warning")
    assert warning["problem"].startswith("facade.yaml: limits.connections is 10000, and this process may have 4096 ")
    folder.facade(limits="{connections: 1790}")
    eventually(lambda: len(sidecar.lines("configuration accepted")) == 2, "the lower limit is accepted")
    assert len(sidecar.lines("configuration warning")) == 1
    with ExitStack() as stack:
        assert all(stack.enter_context(Client(sidecar.port)).get("/1").status == 200 for _ in range(400))
