"""A silo gets no more than it can bear, whoever calls; and one that is dead harms nobody but its own callers."""

from __future__ import annotations

import datetime
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import pytest

from harness.client import Client, ask, get, problem, request
from harness.folder import Folder
from harness.load import Load
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer, answering, named
from harness.ports import free_port
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

ROUTES: Final = """\
routes:
  - {{name: titles, match: "/titles/{{rest...}}", legacy: portal, stage: legacy}}
  - {{name: charges, match: "/charges/{{rest...}}", legacy: portal, platform: "{platform}", stage: legacy}}
  - {{name: brief, match: "/brief/{{rest...}}", legacy: portal, stage: legacy, timeout: 500ms}}
  - {{name: new, match: "/new/{{rest...}}", platform: "{platform}", stage: complete}}
"""

BREAKER: Final = "breaker: {errors: 50%, window: 60s, calls: 4, pause: 1s}"


@pytest.fixture
def protected(folder: Folder, legacy: Peer, platform: Peer, serve: Serve) -> Callable[..., Sidecar]:
    """Serves the portal, which three routes reach, behind a protection; the route `new` leads elsewhere."""

    def start(protect: str, url: str | None = None) -> Sidecar:
        folder.silo("portal", url or legacy.url, f"protect: {{{protect}}}")
        folder.routes(ROUTES.format(platform=platform.url))
        return serve(folder)

    return start


class Holding:
    """A script that answers nobody before `open`; `asked` are the requests that are under way."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.asked: list[Message] = []
        self.most = 0

    def __call__(self, conversation: Conversation) -> None:
        while True:
            message = conversation.request()
            self.asked.append(message)
            self.most = max(self.most, len(self.asked))
            assert self.opened.wait(PATIENCE)
            self.asked.remove(message)
            conversation.send(answer(message.target))

    def open(self) -> None:
        self.opened.set()


@pytest.fixture
def holding(legacy: Peer) -> Iterator[Holding]:
    """The silo holds every answer back until the test says so."""
    legacy.script = script = Holding()
    yield script
    script.open()


@contextmanager
def asking(sidecar: Sidecar, *targets: str) -> Iterator[list[Client]]:
    """Callers who have asked and wait for their answers."""
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(sidecar.port)) for _ in targets]
        for client, target in zip(clients, targets, strict=True):
            client.send(request("GET", target))
        yield clients


def silo(sidecar: Sidecar, name: str = "portal") -> dict[str, object]:
    """A silo as the admin listener shows it."""
    (row,) = [row for row in sidecar.document("/api/routes")["silos"] if row["name"] == name]
    return dict(row)


def full(answered: Message) -> None:
    problem(answered, 503)
    assert answered.one("Retry-After") == b"1"
    assert answered.one("Proxy-Status") == b"facade; error=connection_limit_reached"


def closed(answered: Message) -> int:
    """An answer for a silo that is closed; the seconds after which to come back."""
    problem(answered, 503)
    assert answered.one("Proxy-Status") == b"facade; error=destination_unavailable"
    return int(answered.one("Retry-After") or b"0")


# The budget


def test_all_routes_of_a_silo_share_one_budget_and_its_queue_is_bounded(
    protected: Serve, legacy: Peer, holding: Holding
) -> None:
    sidecar = protected("concurrency: 2, queue: 1")
    with asking(sidecar, "/titles/1", "/charges/2") as busy:
        eventually(lambda: len(holding.asked) == 2, "two calls are with the silo")
        with asking(sidecar, "/brief/3") as waiting:
            eventually(lambda: silo(sidecar)["waiting"] == 1, "one call waits")
            row = silo(sidecar)
            assert (row["in_flight"], row["concurrency"], row["queue"]) == (2, 2, 1)
            assert sidecar.metric('facade_in_flight{target="portal"}') == 2
            assert sidecar.metric('facade_waiting{target="portal"}') == 1
            full(get(sidecar.port, "/titles/4"))
            assert get(sidecar.port, "/new/5").body == b"platform"
            assert b"2 of 2" in sidecar.admin("/silos/portal").body
            full(waiting[0].response())
        with asking(sidecar, "/titles/6") as waiting:
            eventually(lambda: silo(sidecar)["waiting"] == 1, "one call waits")
            holding.open()
            assert [client.response().body for client in busy] == [b"/titles/1", b"/charges/2"]
            assert waiting[0].response().body == b"/titles/6"
    assert holding.most == 2
    assert b"/brief/3" not in legacy.targets, "a call whose time was over was sent"
    eventually(lambda: silo(sidecar)["in_flight"] == 0, "every slot is free")
    assert sidecar.metric('facade_refused_total{reason="target_full"}') == 2


def test_nobody_waits_beyond_the_silos_timeout_and_who_did_was_not_sent(protected: Serve, legacy: Peer) -> None:
    sidecar = protected("concurrency: 1, timeout: 1s")
    legacy.script = lambda conversation: (conversation.request(), conversation.rest())
    with asking(sidecar, "/titles/1") as busy:
        eventually(lambda: legacy.targets == [b"/titles/1"], "the silo is asked")
        began = time.monotonic()
        full(ask(sidecar.port, request("POST", "/titles/2", body=b"order")))
        assert time.monotonic() - began < PATIENCE / 2
        problem(busy[0].response(), 504)
    assert legacy.targets == [b"/titles/1"]


def test_a_caller_who_hangs_up_leaves_the_queue_and_is_not_sent(
    protected: Serve, legacy: Peer, holding: Holding
) -> None:
    sidecar = protected("concurrency: 1, queue: 9")
    with asking(sidecar, "/titles/1") as busy:
        eventually(lambda: holding.asked, "the silo is asked")
        with asking(sidecar, *["/titles/gone"] * 5):
            eventually(lambda: silo(sidecar)["waiting"] == 5, "five calls wait")
        eventually(lambda: silo(sidecar)["waiting"] == 0, "they have left")
        holding.open()
        assert busy[0].response().body == b"/titles/1"
    assert get(sidecar.port, "/titles/2").body == b"/titles/2"
    assert legacy.targets == [b"/titles/1", b"/titles/2"]


@pytest.mark.parametrize("leaves", ["before the answer", "inside the answer"])
def test_the_slot_of_a_caller_who_leaves_is_free(protected: Serve, legacy: Peer, leaves: str) -> None:
    sidecar = protected("concurrency: 1, queue: 0")

    def half(conversation: Conversation) -> None:
        conversation.request()
        if leaves == "inside the answer":
            conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        conversation.rest()

    legacy.script = half
    with asking(sidecar, "/titles/1") as busy:
        eventually(lambda: legacy.requests, "the silo is asked")
        if leaves == "inside the answer":
            busy[0].exactly(1)
        full(get(sidecar.port, "/titles/2"))
    eventually(lambda: silo(sidecar)["in_flight"] == 0, "the slot is free")
    legacy.script = named("legacy")
    assert get(sidecar.port, "/titles/3").body == b"legacy"


def test_a_slot_is_held_until_the_answer_has_been_passed_on(protected: Serve, legacy: Peer) -> None:
    sidecar = protected("concurrency: 1, queue: 0")
    rest = threading.Event()

    def slow(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        assert rest.wait(PATIENCE)
        conversation.send(b"half")

    legacy.script = slow
    with asking(sidecar, "/titles/1") as busy:
        head = busy[0].head()
        assert head.status == 200
        full(get(sidecar.port, "/titles/2"))
        rest.set()
        assert busy[0].exactly(8) == b"halfhalf"
    eventually(lambda: silo(sidecar)["in_flight"] == 0, "the slot is free")


def test_a_silo_that_takes_its_time_gets_its_whole_budget_though_it_opens_gently(
    protected: Serve, holding: Holding
) -> None:
    sidecar = protected("concurrency: 20, queue: 0")
    with asking(sidecar, *[f"/titles/{number}" for number in range(20)]) as callers:
        eventually(lambda: len(holding.asked) == 20, "all are with the silo, though none was answered")
        full(get(sidecar.port, "/titles/21"))
        holding.open()
        assert {client.response().status for client in callers} == {200}
    assert holding.most == 20


def test_a_reload_changes_the_numbers_and_nobody_loses_a_slot(
    protected: Serve, folder: Folder, holding: Holding
) -> None:
    sidecar = protected(f"concurrency: 1, queue: 1, {BREAKER}")
    with asking(sidecar, "/titles/1") as first, asking(sidecar, "/titles/2") as second:
        eventually(lambda: silo(sidecar)["waiting"] == 1, "one call waits")
        sidecar.changed(folder.edit, "silos/portal.yaml", "concurrency: 1", "concurrency: 2")
        eventually(lambda: len(holding.asked) == 2, "who waited is with the silo")
        sidecar.changed(folder.edit, "silos/portal.yaml", "concurrency: 2, queue: 1", "concurrency: 1, queue: 0")
        full(get(sidecar.port, "/titles/3"))
        holding.open()
        assert [first[0].response().body, second[0].response().body] == [b"/titles/1", b"/titles/2"]
    assert silo(sidecar)["concurrency"] == 1


# The breaker


def test_a_breaker_opens_leaves_the_silo_alone_tries_it_and_closes(
    protected: Serve, folder: Folder, legacy: Peer
) -> None:
    sidecar = protected(BREAKER.replace("pause: 1s", "pause: 3s"))
    legacy.script = answering(lambda message: answer(b"", status=message.target.decode()[-3:] + " X"))
    for _ in range(10):
        assert get(sidecar.port, "/titles/500").status == 500
    assert silo(sidecar)["breaker"] == "closed"
    while silo(sidecar)["breaker"] == "closed":
        assert get(sidecar.port, "/charges/503").status == 503
    said = len(legacy.requests)
    assert said >= 20, "fewer than half of the calls had failed"
    assert 1 <= closed(get(sidecar.port, "/titles/200")) <= 3
    sidecar.changed(folder.edit, "silos/portal.yaml", "calls: 4", "calls: 5")
    assert 1 <= closed(get(sidecar.port, "/titles/200")) <= 3
    assert len(legacy.requests) == said, "the silo was asked while the breaker was open"
    assert sidecar.metric('facade_breaker_state{state="open",target="portal"}') == 1
    assert sidecar.said("breaker opened", silo="portal")
    assert get(sidecar.port, "/new/1").body == b"platform"
    eventually(lambda: get(sidecar.port, "/titles/200").status == 200, "the silo is tried again")
    while silo(sidecar)["breaker"] != "closed":
        assert get(sidecar.port, "/titles/200").status == 200
    assert sidecar.metric('facade_breaker_state{state="closed",target="portal"}') == 1
    assert len(sidecar.said("breaker closed", silo="portal")) == 1


def break_open(sidecar: Sidecar, legacy: Peer) -> None:
    """Let the silo fail until its breaker opens; it is well again then."""
    legacy.script = answering(lambda _: answer(b"", status="503 Busy"))
    for _ in range(4):
        assert get(sidecar.port, "/titles/1").one("Proxy-Status") is None
    legacy.fresh()


def test_half_open_only_a_few_reach_the_silo_however_many_come(
    protected: Serve, legacy: Peer, holding: Holding
) -> None:
    sidecar = protected(BREAKER.replace("pause: 1s", "pause: 3s"))
    break_open(sidecar, legacy)
    legacy.script = holding
    time.sleep(closed(get(sidecar.port, "/titles/1")))  # they come back when they were told to
    with asking(sidecar, *["/titles/probe"] * 20) as callers:
        eventually(lambda: len(holding.asked) == 3, "three probes are under way")
        assert silo(sidecar)["breaker"] == "half_open"
        assert closed(get(sidecar.port, "/titles/1")) == 1
        holding.open()
        statuses = [client.response().status for client in callers]
    assert (statuses.count(200), statuses.count(503)) == (3, 17)
    assert len(legacy.requests) == 3
    assert silo(sidecar)["breaker"] == "closed"


@pytest.mark.parametrize("lines", [[], ["Expect: 100-continue"]], ids=["as they come", "asked for"])
def test_uploads_that_take_long_do_not_keep_a_silo_shut_that_is_well_again(
    protected: Serve, legacy: Peer, lines: list[str]
) -> None:
    sidecar = protected("timeout: 2s, " + BREAKER)
    break_open(sidecar, legacy)
    time.sleep(closed(get(sidecar.port, "/titles/1")))
    taken = []

    def taking(conversation: Conversation) -> None:
        while True:
            message = conversation.head()
            if message.method == b"POST":
                taken.append(message)
                conversation.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            conversation.request_body(message)
            conversation.send(answer(b"taken"))

    legacy.script = taking
    head = request("POST", "/titles/1", "Content-Length: 100000000", *lines)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Client(sidecar.port)).send(head if lines else head + bytes(70_000))
        eventually(lambda: len(taken) == 3, "three uploads are on the way to the silo")
        assert silo(sidecar)["breaker"] == "half_open"
        assert [get(sidecar.port, "/titles/2").status for _ in range(5)] == [200] * 5
        assert silo(sidecar)["breaker"] == "closed"


def test_tunnels_are_probes_as_good_as_any_and_live_on_when_the_breaker_opens(protected: Serve, legacy: Peer) -> None:
    def switching(conversation: Conversation) -> None:
        while True:
            message = conversation.request()
            if message.one("Upgrade") is None:
                conversation.send(answer(b"", status="503 Busy"))
                continue
            conversation.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
            while data := conversation.more():
                conversation.send(data)

    sidecar = protected("concurrency: 10, " + BREAKER)
    break_open(sidecar, legacy)
    time.sleep(closed(get(sidecar.port, "/titles/1")))
    legacy.script = switching
    with ExitStack() as stack:
        talking = [stack.enter_context(Client(sidecar.port)) for _ in range(3)]
        for client in talking:
            client.send(request("GET", "/titles/1", "Connection: Upgrade", "Upgrade: echo"))
            assert client.head().status == 101
        assert silo(sidecar)["breaker"] == "closed"
        while silo(sidecar)["breaker"] == "closed":
            get(sidecar.port, "/titles/1")
        for client in talking:
            client.send(b"still here")
            assert client.exactly(10) == b"still here"
        assert silo(sidecar)["in_flight"] == 3
    eventually(lambda: silo(sidecar)["in_flight"] == 0, "their slots are free")


def test_a_call_that_waited_is_sent_once_more_in_its_slot_when_an_old_connection_dies(
    protected: Serve, legacy: Peer, holding: Holding
) -> None:
    def dying(conversation: Conversation) -> None:
        conversation.request()
        assert holding.opened.wait(PATIENCE)
        conversation.send(answer(b"first"))
        conversation.request()  # and no answer

    sidecar = protected("concurrency: 1, queue: 5, timeout: 5s")
    legacy.script = dying
    with asking(sidecar, "/titles/1") as [first]:
        eventually(lambda: len(legacy.requests) == 1, "the silo has the first")
        with asking(sidecar, "/titles/2", "/titles/3") as waiting:
            eventually(lambda: silo(sidecar)["waiting"] == 2, "two wait")
            legacy.script = named("legacy")
            holding.open()
            assert first.response().body == b"first"
            assert [client.response().body for client in waiting] == [b"legacy"] * 2
    assert sidecar.metric('facade_retries_total{target="portal"}') == 1
    assert sorted(legacy.targets) == [b"/titles/1", b"/titles/2", b"/titles/2", b"/titles/3"]
    eventually(lambda: silo(sidecar)["in_flight"] == 0, "the slot is free")


def test_callers_who_hang_up_on_a_slow_silo_do_not_open_its_breaker(protected: Serve, holding: Holding) -> None:
    sidecar = protected(BREAKER)
    for turn in range(1, 4):
        with asking(sidecar, *["/titles/1"] * 4):
            eventually(lambda: len(holding.asked) == 4 * turn, "four calls are with the silo")  # noqa: B023 - at once
        eventually(lambda: silo(sidecar)["in_flight"] == 0, "they have left")
    assert silo(sidecar)["breaker"] == "closed"


# Hours


def days_from_now(days: int) -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days)


def test_outside_its_hours_a_silo_is_not_asked_and_callers_are_told_when_it_opens(
    protected: Serve, folder: Folder, legacy: Peer
) -> None:
    opens = days_from_now(3)
    folder.facade(timezone="Pacific/Auckland")
    sidecar = protected(f'hours: ["{opens:%a} 09:30-10:00"]')
    answered = get(sidecar.port, "/titles/1")
    assert 86_400 < closed(answered) < 4 * 86_400
    detail = json.loads(answered.body)["detail"]
    assert f"it opens on {opens:%A} {opens.day} {opens:%B %Y} at 09:30 (Pacific/Auckland)" in detail
    assert legacy.requests == []
    row = silo(sidecar)
    assert (row["hours"], str(row["opens"])[:16]) == (f"{opens:%a} 09:30-10:00", f"{opens}T09:30")
    assert b"closed until" in sidecar.admin("/").body
    sidecar.changed(folder.edit, "silos/portal.yaml", "09:30-10:00", '00:00-24:00", "00:00-24:00')
    assert get(sidecar.port, "/titles/1").body == b"legacy"
    assert silo(sidecar)["opens"] is None


def test_hours_come_change_and_go_by_reloads_and_whoever_is_under_way_stays(
    protected: Serve, folder: Folder, legacy: Peer, holding: Holding
) -> None:
    shut = f'hours: ["{days_from_now(3):%a} 09:30-10:00"]'
    sidecar = protected("concurrency: 2, queue: 5, timeout: 20s")
    with asking(sidecar, "/titles/1", "/titles/2") as busy:
        eventually(lambda: len(holding.asked) == 2, "two calls are with the silo")
        with asking(sidecar, "/titles/3") as [waiting]:
            eventually(lambda: silo(sidecar)["waiting"] == 1, "one waits")
            sidecar.changed(folder.edit, "silos/portal.yaml", "queue: 5", f"queue: 5, {shut}")
            assert closed(get(sidecar.port, "/titles/4")) > 86_400
            holding.open()
            assert [client.response().status for client in busy] == [200, 200]
            assert closed(waiting.response()) > 86_400, "whose turn comes when the silo has closed is not sent"
    for turn in range(3):
        sidecar.changed(folder.edit, "silos/portal.yaml", f", {shut}", "")
        assert get(sidecar.port, f"/titles/open{turn}").status == 200
        sidecar.changed(folder.edit, "silos/portal.yaml", "queue: 5", f"queue: 5, {shut}")
        assert closed(get(sidecar.port, "/titles/5")) > 86_400
    assert silo(sidecar)["in_flight"] == 0


REGISTER: Final = """\
silo: register
adapter: sql
settings: {url: "sqlite:///../nowhere/register.sqlite"}
protect: {concurrency: 2, breaker: {calls: 4, pause: 1h}, hours: "HOURS"}
operations:
  get: {query: "select 1 as one", rows: one}
  list: {query: "select 1 as one"}
"""


def test_a_silo_behind_an_adapter_is_protected_in_the_same_way(folder: Folder, serve: Serve) -> None:
    shut = f"{days_from_now(3):%a} 09:00-09:01"
    folder.write("silos/register.yaml", REGISTER.replace("HOURS", shut))
    folder.routes(
        "routes:\n"
        "  - {name: get, match: /get, legacy: register.get, stage: legacy}\n"
        "  - {name: list, match: /list, legacy: register.list, stage: legacy}\n"
    )
    sidecar = serve(folder)
    assert closed(get(sidecar.port, "/get")) > 86_400
    sidecar.changed(folder.edit, "silos/register.yaml", shut, "00:00-24:00")
    for path in ("/get", "/list", "/get", "/list"):
        answered = get(sidecar.port, path)
        assert answered.status == 502, answered.body
    assert closed(get(sidecar.port, "/list")) > 3000
    assert silo(sidecar, "register")["breaker"] == "open"


# Others are not harmed


@contextmanager
def refusing() -> Iterator[str]:
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def silent() -> Iterator[str]:
    with Peer("silent") as peer:
        peer.script = lambda conversation: (conversation.request(), conversation.rest())
        yield peer.url


@contextmanager
def black_hole() -> Iterator[str]:
    """A port where a SYN is dropped: a listener whose backlog is full and which accepts nobody (listen(2))."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


DEAD: Final = {"refusing": (refusing, 502), "silent": (silent, 504), "a black hole": (black_hole, 504)}

PACE: Final = 0.02
"""Seconds between two calls of the dead silo: 50 a second."""


@pytest.mark.parametrize(("dead", "status"), DEAD.values(), ids=DEAD.keys())
@pytest.mark.parametrize(
    "protect", ["timeout: 1s", f"timeout: 1s, concurrency: 20, {BREAKER}"], ids=["bare", "protected"]
)
def test_a_silo_that_is_dead_harms_no_other_route(
    protected: Serve, dead: Callable[..., Iterator[str]], status: int, protect: str
) -> None:
    def right(client: Client, _: int) -> None:
        assert client.get("/new/x").body == b"platform"

    with dead() as url, ExitStack() as stack:
        sidecar = protected(protect, url)
        with Load(sidecar.port, 4, right) as load:
            callers = []
            for number in range(100):
                callers.append(stack.enter_context(Client(sidecar.port)))
                callers[-1].send(request("GET", f"/titles/{number}"))
                time.sleep(PACE)
            statuses = {client.response().status for client in callers}
        assert load.failures == []
        assert load.answered > 20
        assert statuses <= {status, 503}
        assert status in statuses
        assert (503 in statuses) is ("breaker" in protect)
        eventually(lambda: sidecar.metric('facade_in_flight{target="portal"}') == 0, "every slot is free")
        assert sidecar.readyz() == 200


@pytest.mark.parametrize(("dead", "status"), DEAD.values(), ids=DEAD.keys())
def test_a_dead_silo_is_told_in_time_and_the_slot_is_free(
    protected: Serve, dead: Callable[..., Iterator[str]], status: int
) -> None:
    with dead() as url:
        sidecar = protected("timeout: 1s, concurrency: 1, queue: 0", url)
        for target in ("/titles/1", "/brief/2", "/charges/3"):
            began = time.monotonic()
            problem(get(sidecar.port, target), status)
            assert time.monotonic() - began < 4, "the limit is a second; the connection's own would be five"
        eventually(lambda: silo(sidecar)["in_flight"] == 0, "the slot is free")


def test_a_silo_that_goes_down_is_asked_hardly_more_often_than_callers_ask(protected: Serve, legacy: Peer) -> None:
    """Every idle connection dies just as it is used again, which is sent once more: and so does every new one."""
    sidecar = protected("timeout: 1s")
    warm, calls = 20, 100
    all_here = threading.Barrier(warm)

    def last(conversation: Conversation) -> None:
        message = conversation.request()
        all_here.wait(PATIENCE)
        conversation.send(answer(message.target))
        conversation.request()

    legacy.script = last
    with asking(sidecar, *["/titles/warm"] * warm) as callers:
        assert {client.response().status for client in callers} == {200}
    legacy.script = lambda conversation: conversation.request()
    with Client(sidecar.port) as client:
        for number in range(calls):
            assert client.get(f"/titles/{number}").status == 502
    assert calls <= len(legacy.requests) - warm <= 1.2 * calls
