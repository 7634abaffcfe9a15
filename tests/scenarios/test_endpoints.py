"""A target may be several endpoints, a name that leads to several addresses, or a socket."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from harness.client import Client, get, problem, request
from harness.folder import Folder
from harness.load import Load
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer, answering
from harness.ports import free_port
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

ROUTES = """\
routes:
  - {{name: new, match: "/new/{{rest...}}", platform: {{url: [{urls}]}}, stage: complete}}
"""


@pytest.fixture
def peers() -> Iterator[Callable[..., Peer]]:
    """Starts peers that end with the test."""
    with ExitStack() as running:
        yield lambda *arguments, **more: running.enter_context(Peer(*arguments, **more))


def routed(folder: Folder, *urls: str) -> None:
    """One route to all of these."""
    folder.routes(ROUTES.format(urls=", ".join(f'"{url}"' for url in urls)))


def sides(sidecar: Sidecar, count: int) -> Counter[str]:
    """Who answered, of calls one after the other."""
    with Client(sidecar.port) as client:
        return Counter(client.get("/new/x").body.decode() for _ in range(count))


@contextmanager
def full() -> Iterator[str]:
    """The URL of somebody whose queue of connections is full: whoever connects waits for ever."""
    with closing(socket.socket()) as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen(0)
        for _ in range(8):
            filler = waiting.enter_context(closing(socket.socket()))
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


# Several URLs


def test_calls_one_after_the_other_are_shared_equally(folder: Folder, peers: Callable[..., Peer], serve: Serve) -> None:
    several = [peers(name) for name in "abc"]
    routed(folder, *(peer.url for peer in several))
    sidecar = serve(folder)
    assert sides(sidecar, 30) == {"a": 10, "b": 10, "c": 10}
    assert sidecar.metric('facade_requests_total{code="2xx",route="new",side="platform",stage="complete"}') == 30
    label = ",".join(f"127.0.0.1:{peer.port}" for peer in several)
    assert sidecar.metric(f'facade_target_seconds_count{{target="{label}"}}') == 30


def test_each_endpoint_reads_its_own_name_where_it_is_called_by_it(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    several = [peers("a"), peers("b")]
    urls = ", ".join(peer.url for peer in several)
    folder.write("silos/portal.yaml", f"silo: portal\nadapter: passthrough\nsettings: {{url: [{urls}]}}\n")
    folder.routes('routes:\n  - {name: new, match: "/new/{rest...}", legacy: portal, stage: legacy}\n')
    assert sides(serve(folder), 4) == {"a": 2, "b": 2}
    for peer in several:
        assert [message.one("Host") for message in peer.requests] == [f"127.0.0.1:{peer.port}".encode()] * 2


def test_the_endpoint_with_the_fewest_calls_in_flight_gets_the_next(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    gate = threading.Event()

    def slow(message: Message) -> bytes:
        assert gate.wait(PATIENCE)
        return answer(b"slow")

    busy, free = peers("busy"), peers("free")
    busy.script = answering(slow)
    routed(folder, busy.url, free.url)
    sidecar = serve(folder)
    with ExitStack() as open_, Client(sidecar.port) as client:
        waiting = [open_.enter_context(Client(sidecar.port)) for _ in range(2)]
        for each in waiting:
            each.send(request("GET", "/new/x"))
        eventually(lambda: len(busy.requests) + len(free.requests) == 2, "both are asked")
        assert len(busy.requests) == 1
        assert {client.get("/new/x").body for _ in range(10)} == {b"free"}
        gate.set()
        assert sorted(each.response().body for each in waiting) == [b"free", b"slow"]


# One that fails


def test_a_dead_endpoint_costs_nobody_an_answer_and_comes_back(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    dead, alive = free_port(), peers("alive")
    routed(folder, f"http://127.0.0.1:{dead}", alive.url)
    sidecar = serve(folder)
    alive.script = closing_after_each("alive")
    for method in ("GET", "POST", "PUT", "DELETE"):
        for _ in range(4):
            with Client(sidecar.port) as client:
                body = None if method in ("GET", "DELETE") else b"once"
                assert client.ask(request(method, "/new/x", body=body)).body == b"alive"
    assert len(alive.requests) == 16
    assert len(sidecar.said("endpoint left out", endpoint=f"127.0.0.1:{dead}", reason="target_refused")) == 1
    back = peers("back", port=dead)
    eventually(lambda: get(sidecar.port, "/new/x").body == b"back", "it is tried again")
    assert sides(sidecar, 10)["back"] == 5
    assert len(sidecar.said("endpoint back", endpoint=f"127.0.0.1:{dead}")) == 1
    assert back.requests


def closing_after_each(name: str) -> Callable[[Conversation], None]:
    """Answers once a connection, so that each call has to connect."""

    def script(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(answer(name.encode(), "Connection: close"))

    return script


def test_an_endpoint_that_says_no_at_once_takes_few_calls_and_opens_no_breaker(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    bad, good = peers("bad"), peers("good")
    bad.script = answering(lambda _: answer(b"", status="503 No"))

    def slowly(message: Message) -> bytes:
        time.sleep(0.05)
        return answer(b"good")

    good.script = answering(slowly)
    urls = f'["{bad.url}", "{good.url}"]'
    text = f"silo: portal\nadapter: passthrough\nsettings: {{url: {urls}}}\nprotect: {{breaker: {{}}}}\n"
    folder.write("silos/portal.yaml", text)
    folder.routes('routes:\n  - {name: new, match: "/new/{rest...}", legacy: portal, stage: legacy}\n')
    sidecar = serve(folder)
    statuses: Counter[int] = Counter()

    def turn(client: Client, _: int) -> None:
        statuses[client.get("/new/x").status] += 1

    with Load(sidecar.port, 4, turn, pace=0):
        eventually(lambda: statuses[200] > 100, "the good one answers")
    assert statuses[503] < 20
    sidecar.said("endpoint left out", reason="status 503")
    assert sidecar.lines("breaker opened") == []
    bad.fresh()
    eventually(lambda: get(sidecar.port, "/new/x").body == b"bad", "it is tried again")


def dying(conversation: Conversation) -> None:
    """Takes a request and is gone."""
    conversation.request()


def test_an_endpoint_that_breaks_off_is_left_out_after_five_calls(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    broken, alive = peers("broken"), peers("alive")
    broken.script = dying
    routed(folder, broken.url, alive.url)
    sidecar = serve(folder)
    started = time.monotonic()
    statuses = Counter(get(sidecar.port, "/new/x").status for _ in range(20))
    if time.monotonic() - started < 1:  # else it has been tried again already
        assert statuses == {502: 5, 200: 15}
    assert len(broken.requests) >= 5
    assert len(alive.requests) == statuses[200]


def test_an_endpoint_that_accepts_nobody_is_overtaken(folder: Folder, peers: Callable[..., Peer], serve: Serve) -> None:
    alive = peers("alive")
    with full() as url:
        routed(folder, url, alive.url)
        sidecar = serve(folder)
        alive.script = closing_after_each("alive")
        started = time.monotonic()
        assert [get(sidecar.port, "/new/x").body for _ in range(20)] == [b"alive"] * 20
        assert time.monotonic() - started < 4.5  # a connect that is waited for takes five seconds


def test_where_all_are_dead_the_error_is_that_of_one_that_is(folder: Folder, serve: Serve) -> None:
    routed(folder, *(f"http://127.0.0.1:{free_port()}" for _ in range(3)))
    sidecar = serve(folder)
    for _ in range(10):
        assert problem(get(sidecar.port, "/new/x"), 502)["detail"].endswith("refused the connection.")
    assert sidecar.metric('facade_refused_total{reason="target_refused"}') == 10


def test_where_all_are_left_out_whoever_is_back_first_is_used(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    ports = [free_port(), free_port()]
    routed(folder, *(f"http://127.0.0.1:{port}" for port in ports))
    sidecar = serve(folder)
    for _ in range(12):
        assert get(sidecar.port, "/new/x").status == 502
    peers("back", port=ports[1])
    assert sides(sidecar, 10) == {"back": 10}


# Reloads


def test_a_reload_keeps_the_connections_and_what_is_known_of_each_endpoint(
    folder: Folder, peers: Callable[..., Peer], serve: Serve
) -> None:
    dead, alive, more = free_port(), peers("alive"), peers("more")
    routed(folder, f"http://127.0.0.1:{dead}", alive.url)
    sidecar = serve(folder)

    def turn(client: Client, number: int) -> None:
        assert client.get("/new/x").status == 200

    with Load(sidecar.port, 4, turn) as load:
        eventually(lambda: sidecar.lines("endpoint left out"), "it is left out")
        alive_before = len(alive.conversations)
        for number in range(1, 7):
            urls = [f"http://127.0.0.1:{dead}", alive.url, more.url][: 2 + number % 2]
            sidecar.changed(lambda urls=urls: routed(folder, *urls))
    assert load.failures == []
    assert more.requests
    assert len(alive.conversations) <= alive_before + 4  # one for each caller of the load, not one for each reload
    assert len(sidecar.lines("endpoint left out")) == 1


# Sockets


def test_a_socket_is_asked_like_any_other(
    folder: Folder, peers: Callable[..., Peer], serve: Serve, tmp_path: Path
) -> None:
    peer = peers("neighbour", path=str(tmp_path / "app.sock"))
    folder.silo("portal", peer.url)
    folder.routes(
        "routes:\n"
        "  - {name: old, match: '/old/{rest...}', legacy: portal, stage: legacy}\n"
        f"  - {{name: new, match: '/new/{{rest...}}', platform: '{peer.url}', stage: complete}}\n"
    )
    sidecar = serve(folder)
    with Client(sidecar.port) as client:
        for path in ("/old/a", "/new/a", "/old/b", "/new/b"):
            assert client.get(path).body == b"neighbour"
    assert [message.one("Host") for message in peer.requests] == [b"localhost", b"facade.test"] * 2
    assert len(peer.conversations) == 1
    assert sidecar.metric(f'facade_target_seconds_count{{target="{peer.url}"}}') == 2


def test_a_socket_that_is_not_there_is_a_502(folder: Folder, serve: Serve, tmp_path: Path) -> None:
    routed(folder, f"unix:{tmp_path}/no.sock")
    sidecar = serve(folder)
    problem(get(sidecar.port, "/new/x"), 502)
    assert sidecar.metric('facade_refused_total{reason="target_unreachable"}') == 1


# Names


class Hosts:
    """Serves with an `/etc/hosts` of its own, which may change meanwhile."""

    def __init__(self, file: Path, serve: Serve) -> None:
        self._file = file
        self._serve = serve

    def serve(self, folder: Folder, **names: str) -> Sidecar:
        self.write(**names)
        return self._serve(
            folder,
            before=("bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--bind", str(self._file), "/etc/hosts"),
        )

    def write(self, **names: str) -> None:
        """The addresses of each name, with spaces between."""
        lines = [f"{address} {name}.test\n" for name, several in names.items() for address in several.split()]
        self._file.write_text("".join(lines))


@pytest.fixture
def hosts(tmp_path: Path, serve: Serve) -> Hosts:
    if shutil.which("bwrap") is None:
        pytest.skip("bwrap is not installed")
    return Hosts(tmp_path / "hosts", serve)


def test_a_name_is_followed_to_where_it_leads_now(folder: Folder, peers: Callable[..., Peer], hosts: Hosts) -> None:
    port = free_port()
    routed(folder, f"http://silo.test:{port}")
    before = peers("before", address="127.0.0.2", port=port)
    sidecar = hosts.serve(folder, silo="127.0.0.2")
    assert sides(sidecar, 3) == {"before": 3}
    before.__exit__(None, None, None)
    peers("after", address="127.0.0.3", port=port)
    hosts.write(silo="127.0.0.3")
    eventually(lambda: get(sidecar.port, "/new/x").body == b"after", "it follows")
    assert sides(sidecar, 3) == {"after": 3}


def test_every_address_of_a_name_is_used_and_of_two_families_the_one_that_is_alive(
    folder: Folder, peers: Callable[..., Peer], hosts: Hosts
) -> None:
    port = free_port()
    routed(folder, f"http://silo.test:{port}")
    for last in "23":
        peers(last, address=f"127.0.0.{last}", port=port)
    sidecar = hosts.serve(folder, silo="::1 127.0.0.2 127.0.0.3")
    answers = Counter(get(sidecar.port, "/new/x").body for _ in range(40))
    assert set(answers) == {b"2", b"3"}
    assert min(answers.values()) >= 10


def test_a_name_that_leads_nowhere_is_a_502_until_it_leads_somewhere(
    folder: Folder, peers: Callable[..., Peer], hosts: Hosts
) -> None:
    peer = peers("found")
    routed(folder, f"http://silo.test:{peer.port}")
    sidecar = hosts.serve(folder, other="127.0.0.9")
    for _ in range(3):
        problem(get(sidecar.port, "/new/x"), 502)
    assert len(sidecar.said("name not found", name=f"silo.test:{peer.port}")) == 1
    hosts.write(silo="127.0.0.1")
    eventually(lambda: get(sidecar.port, "/new/x").body == b"found", "it is found")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_name_is_resolved_again_while_all_is_well(folder: Folder, peers: Callable[..., Peer], hosts: Hosts) -> None:
    port = free_port()
    routed(folder, f"http://silo.test:{port}")
    for last in "23":
        peers(last, address=f"127.0.0.{last}", port=port)
    sidecar = hosts.serve(folder, silo="127.0.0.2")
    assert sides(sidecar, 3) == {"2": 3}
    hosts.write(silo="127.0.0.3")
    deadline = time.monotonic() + 40
    while sides(sidecar, 1) != {"3": 1}:
        assert time.monotonic() < deadline, "it does not follow"
        time.sleep(0.5)
