"""Slow and many clients: rows S of the catalogue of faults, with numbers that fit a test's seconds.

Whoever dawdles is cut at a deadline and holds little until then; whoever does not is served meanwhile.
"""

from __future__ import annotations

import random
import selectors
import socket
import string
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from harness.client import problem, request
from harness.folder import Folder
from harness.house import House, furnish
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.rows import counted, mirror, refusals
from harness.sidecar import Sidecar

HEADER_TIMEOUT: Final = 2.0
BODY_TIMEOUT: Final = 2.0
CONNECTIONS: Final = 600
LIMITS: Final = (
    f"{{header_timeout: 2s, body_timeout: 2s, idle_timeout: 60s, connections: {CONNECTIONS}, kept_bytes: 8MiB}}"
)
MIB: Final = 2**20


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Folder(Path(tmp_path_factory.mktemp("resources")) / "config")
    folder.facade(limits=LIMITS)
    with Peer("legacy") as legacy, Peer("platform") as platform:
        furnish(folder, legacy, platform)
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def house(own: House) -> Iterator[House]:
    yield own
    own.legacy.fresh()
    own.platform.fresh()


class Crowd:
    """Many connections, each of which says `first` and is then watched for its end."""

    def __init__(self, house: House, size: int, stack: ExitStack, first: bytes = b"") -> None:
        self._port = house.port
        self.open = [stack.enter_context(self._connected(first)) for _ in range(size)]

    def _connected(self, first: bytes) -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.sendall(first)
        return connected

    def send(self, data: bytes) -> None:
        for connected in self.open:
            with suppress(OSError):  # it is closed already; `ended` will see it
                connected.send(data)

    def ended(self, until: float) -> int:
        """How many have ended by this moment of the monotonic clock."""
        with selectors.DefaultSelector() as selector:
            for connected in self.open:
                selector.register(connected, selectors.EVENT_READ)
            total = len(self.open)
            while selector.get_map() and (left := until - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    if not _read(key.fileobj):
                        selector.unregister(key.fileobj)
            return total - len(selector.get_map())


def _read(connected: object) -> bytes:
    assert isinstance(connected, socket.socket)
    try:
        return connected.recv(65_536)
    except OSError:
        return b""


class Usual:
    """Ordinary requests on a connection of their own, one after the other, as long as a `with`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._over = threading.Event()
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Usual:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            with self._house.client() as client:
                while not self._over.wait(0.01):
                    began = time.monotonic()
                    assert client.get("/old/usual").body == b"/old/usual"
                    self.seconds.append(time.monotonic() - began)
        except (AssertionError, EOFError, OSError) as failure:
            self.failures.append(repr(failure))

    def went_well(self) -> None:
        assert self.failures == []
        assert len(self.seconds) > 20
        assert sorted(self.seconds)[len(self.seconds) * 99 // 100] < 1.0, "ordinary requests wait for the slow ones"


def descriptors_settle(house: House, baseline: int) -> None:
    eventually(lambda: house.sidecar.descriptors() <= baseline + 5, "descriptors are back at the baseline")


@pytest.mark.slow
def test_half_sent_heads_are_closed_in_time_and_disturb_nobody(house: House) -> None:
    """S1: 500 clients send a line every half second."""
    mirror(house)
    baseline = house.sidecar.descriptors()
    with ExitStack() as stack, counted(house, "slow_request", 500):
        crowd = Crowd(house, 500, stack, b"GET /old/slow HTTP/1.1\r\n")
        began = time.monotonic()
        with Usual(house) as usual:
            for number in range(6):
                time.sleep(0.5)
                crowd.send(b"X-%d: 1\r\n" % number)
            assert crowd.ended(began + HEADER_TIMEOUT + 2) == 500
    usual.went_well()
    assert b"/old/slow" not in house.legacy.targets
    descriptors_settle(house, baseline)


def test_half_sent_heads_keep_little_memory_in_all(house: House) -> None:
    """S1-large: 400 heads of 60 KiB would be 24 MiB."""
    mirror(house)
    before = house.sidecar.resident()
    house.sidecar.forget_peak()
    with ExitStack() as stack:
        crowd = Crowd(house, 400, stack, b"GET /old/slow HTTP/1.1\r\nX-A: " + b"x" * 60_000)
        began = time.monotonic()
        assert house.ask(request("GET", "/old/x")).body == b"/old/x"
        assert crowd.ended(began + HEADER_TIMEOUT + 2) == 400
    assert refusals(house)["memory"] > 100
    assert house.sidecar.peak() - before < 20 * MIB
    assert house.ask(request("GET", "/old/x")).body == b"/old/x"


def test_connections_that_say_nothing_are_closed_in_time(house: House) -> None:
    """S1-silent"""
    with ExitStack() as stack:
        began = time.monotonic()
        assert Crowd(house, 200, stack).ended(began + HEADER_TIMEOUT + 2) == 200


@pytest.mark.parametrize("framing", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
def test_a_body_that_trickles_is_closed_in_time(house: House, framing: str) -> None:
    """S2-upload: ten bytes a second, which would hold a connection for a day."""
    mirror(house)
    piece = b"1\r\nx\r\n" if "chunked" in framing else b"x"
    with ExitStack() as stack, counted(house, "slow_request", 100):
        crowd = Crowd(house, 100, stack, request("POST", "/old/slow", framing))
        began = time.monotonic()
        with Usual(house) as usual:
            while time.monotonic() < began + BODY_TIMEOUT + 1:
                crowd.send(piece)
                time.sleep(0.1)
            assert crowd.ended(began + BODY_TIMEOUT + 2) == 100
    usual.went_well()
    eventually(lambda: all(each.socket.fileno() < 0 for each in house.legacy.conversations[:100]), "targets are let go")
    assert b"/old/slow" not in house.legacy.targets


def test_a_body_that_is_slow_but_steady_arrives(house: House) -> None:
    """S2-steady: 500 bytes a second, for longer than a body may stand still."""
    mirror(house)
    with house.client() as client:
        client.send(request("POST", "/old/steady", "Content-Length: 1500"))
        for _ in range(30):
            time.sleep(0.1)
            client.send(b"x" * 50)
        assert client.response().body == b"/old/steady"


def test_a_client_that_takes_nothing_of_its_answer_is_cut_in_time(house: House) -> None:
    """S2-download: windows of a byte; 20 answers of 64 MiB wait for nobody."""
    house.legacy.script = streaming(64 * MIB)
    with ExitStack() as stack:
        before = house.sidecar.resident()
        house.sidecar.forget_peak()
        clients = [stack.enter_context(narrow(house)) for _ in range(20)]
        began = time.monotonic()
        for client in clients:
            client.send(request("GET", "/old/large"))
        time.sleep(0.5)
        for _ in range(4):
            for client in clients:
                client.recv(1)
            time.sleep(0.2)
        ended = eventually(lambda: closed(house) >= 20, "the target's connections are closed")
        assert ended
        assert time.monotonic() - began < PATIENCE / 2
        assert house.sidecar.peak() - before < 20 * MIB
    mirror(house)
    with house.client() as client:
        assert client.get("/old/y").body == b"/old/y"


def closed(house: House) -> int:
    """How many of the target's connections are over."""
    return sum(each.socket.fileno() < 0 for each in house.legacy.conversations)


@contextmanager
def narrow(house: House) -> Iterator[socket.socket]:
    """A client with the smallest window the system gives."""
    with socket.socket() as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        connected.settimeout(PATIENCE)
        connected.connect(("127.0.0.1", house.port))
        yield connected


def streaming(size: int) -> object:
    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // 65_536):
            conversation.send(bytes(65_536))

    return script


def test_an_echo_that_nobody_reads_does_not_hold_the_upload_for_ever(house: House) -> None:
    """S2-both: the client sends and sends, and takes nothing of what comes back."""

    def echo(conversation: Conversation) -> None:
        conversation.head()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while more := conversation.more():
            conversation.send(more)

    house.legacy.script = echo
    with narrow(house) as client:
        client.send(request("POST", "/old/echo", "Content-Length: 100000000"))
        client.settimeout(0.2)
        began = time.monotonic()
        while closed(house) == 0 or len(house.legacy.conversations) == 0:
            assert time.monotonic() - began < PATIENCE
            try:
                client.send(b"x" * 65_536)
            except TimeoutError:
                continue
            except OSError:
                break
    eventually(lambda: closed(house) == 1, "the target is let go")


def test_idle_connections_cost_little_and_nobody_waits_for_them(house: House) -> None:
    """S3: 500 connections that have asked once and stay."""
    mirror(house)
    with ExitStack() as stack:
        before = house.sidecar.resident()
        crowd = Crowd(house, 500, stack, request("GET", "/old/x"))
        for connected in crowd.open:
            assert b"/old/x" in connected.recv(1000)
        assert (house.sidecar.resident() - before) / 500 < 12 * 1024
        with Usual(house) as usual:
            time.sleep(0.5)
        usual.went_well()
        for connected in crowd.open:
            connected.sendall(request("GET", "/old/y"))
            assert b"/old/y" in connected.recv(1000)


@pytest.mark.slow
def test_a_storm_of_connections_that_reset_leaves_nothing(house: House) -> None:
    """S4: 1,000 of them, in every state."""
    mirror(house)
    baseline = house.sidecar.descriptors()
    states = [b"", b"GET /old/x HT", request("GET", "/old/x"), request("POST", "/old/x", "Content-Length: 9")]
    with Usual(house) as usual:
        for number in range(1000):
            with socket.create_connection(("127.0.0.1", house.port), PATIENCE) as connected:
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                connected.sendall(states[number % len(states)])
    assert usual.failures == []
    descriptors_settle(house, baseline + len(house.legacy.conversations))
    eventually(lambda: in_flight(house) == 0, "no call is in flight")


def in_flight(house: House) -> float:
    return sum(value for series, value in house.sidecar.metrics().items() if series.startswith("facade_in_flight"))


@pytest.mark.parametrize("way", ["up", "down"])
def test_aborted_transfers_leave_nothing(house: House, way: str) -> None:
    """S5: 500 transfers that break off half-way."""
    baseline = house.sidecar.descriptors()
    before = house.sidecar.resident()
    house.legacy.script = streaming(10 * MIB)
    for _ in range(500):
        with house.client() as client:
            if way == "up":
                client.send(request("POST", "/old/x", "Content-Length: 1000000") + b"x" * 5000)
            else:
                client.send(request("GET", "/old/x"))
                client.socket.recv(5000)
            client.reset()
    eventually(lambda: closed(house) == len(house.legacy.conversations), "the target's connections are closed")
    descriptors_settle(house, baseline)
    eventually(lambda: in_flight(house) == 0, "no call is in flight")
    assert house.sidecar.resident() - before < 24 * MIB


MALFORMED: Final = {
    "S8-cookies": request("GET", "/old/x", "Cookie: " + "; ".join(['="', "a b", ",", "==", "$"] * 2000)),
    "S8-cookie-lines": request("GET", "/old/x", *['Cookie: =";a b'] * 90),
    "S8-fields": request("GET", "/old/x", *["X A: 1"] * 5000),
    "S8-many-fields": request("GET", "/old/x", *["X-A: 1"] * 5000),
    "S8-404": request("GET", "/nowhere", "Cookie: " + "; ".join(["offending"] * 5000)),
    "S8-chunks": request("POST", "/old/x", "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 5000 + b"offending\r\n",
}


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in MALFORMED.items()])
def test_a_request_writes_one_line_at_most_however_much_is_wrong_with_it(house: House, raw: bytes) -> None:
    mirror(house)
    before = lines_so_far(house)
    assert house.ask(raw).status < 500
    assert lines_so_far(house) - before <= 2
    assert b"offending" not in bytes(house.sidecar.output)


def lines_so_far(house: House) -> int:
    """How many lines the log has, the one of this very question included."""
    name = f"question-{time.monotonic_ns()}"
    house.ask(request("GET", "/nowhere", f"X-Request-ID: {name}"))
    house.sidecar.said("request", request_id=name)
    return len(house.sidecar.lines())


def test_a_silo_that_is_down_gets_no_storm_of_repeated_calls(house: House) -> None:
    """S10: every connection dies when it is used again, so that every safe call could be repeated."""
    attempts: list[bytes] = []

    def dying(conversation: Conversation) -> None:
        message = conversation.head()
        attempts.append(message.target)
        conversation.send(answer(b"x"))
        attempts.append(conversation.head().target)

    house.legacy.script = dying
    with house.client() as client:
        statuses = [client.get(f"/old/{number}").status for number in range(200)]
    assert statuses.count(200) >= 180
    assert len(attempts) <= 1.2 * len(statuses) + 10


def test_labels_do_not_grow_with_what_strangers_send(house: House) -> None:
    """S11: random paths, methods, hosts and versions."""
    mirror(house)
    chance = random.Random(11)
    word = lambda: "".join(chance.choices(string.ascii_letters, k=8))  # noqa: E731 - a word
    house.ask(request("GET", "/old/x"))
    house.ask(request("GET", f"/{word()}"))
    house.ask(request(word().upper(), "/old/x"))
    house.ask(request("DELETE", "/items/1"))
    house.ask(request("GET", "/old/x", host="a b"))
    before = set(house.sidecar.metrics())
    with ExitStack() as stack:
        client = stack.enter_context(house.client())
        for _ in range(300):
            client.get(f"/{word()}/{word()}")
            client.ask(request("GET", f"/old/{word()}?{word()}", f"X-{word()}: {word()}", host=f"{word()}.example"))
        for _ in range(50):
            house.ask(request(word().upper(), f"/{word()}"))
            house.ask(b"GET / HTTP/%d.%d\r\n\r\n" % (chance.randrange(2, 9), chance.randrange(9)))
    grown = {series for series in set(house.sidecar.metrics()) - before if "process_" not in series}
    assert {series.partition("{")[0] for series in grown} <= {"facade_refused_total"}
    assert len(grown) <= 3


def test_a_full_house_says_so_quickly_and_observe_still_answers(house: House) -> None:
    """S1-full"""
    mirror(house)
    with ExitStack() as stack:
        for connected in Crowd(house, CONNECTIONS, stack, request("GET", "/old/x")).open:
            assert b"/old/x" in connected.recv(1000)
        for _ in range(20):
            with house.client() as client:
                began = time.monotonic()
                answered = client.response()
                problem(answered, 503)
                assert answered.one("Retry-After") == b"1"
                assert answered.one("Proxy-Status") == b"facade; error=connection_limit_reached"
                assert client.ended()
                assert time.monotonic() - began < 1
        assert house.sidecar.observe("/livez").status == 200
        assert house.sidecar.readyz() == 200
    eventually(lambda: house.ask(request("GET", "/old/x")).status == 200, "there is room again")
