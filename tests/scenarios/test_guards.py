"""Guards of a running sidecar: a bad platform loses its callers by itself, and gets them back only by the file."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.load import Load
from harness.patience import eventually
from harness.peer import Conversation, Peer, Script, answer, answering
from harness.places import place
from harness.sidecar import Sidecar, run

ROUTES = """\
routes:
  - name: titles.read
    match: "GET /titles/{{number}}"
    legacy: portal
    platform: {{url: "{platform}", timeout: 500ms}}
    stage: canary
    canary: {{share: {share}, by: header X-Number}}
    guard: {{calls: 100, {check}}}
    {more}
"""

CALLERS: Final = 20
"""With the load's pace, 500 calls a second are offered; two cores that little else uses answer 498 of them."""

BODY: Final = {side: json.dumps({"number": "7", "side": "same"}).encode() for side in ("legacy", "platform")}
JSON: Final = "Content-Type: application/json"


def well(conversation: Conversation) -> None:
    conversation.send(answer(BODY["platform"], JSON))


def failing(whole: int, of: int) -> Script:
    """Fails so many of so many calls."""
    count = itertools.count()

    def act(conversation: Conversation) -> None:
        bad = next(count) % of < whole
        conversation.send(answer(BODY["platform"], JSON, status="500 Internal Server Error" if bad else "200 OK"))

    return act


def slow(conversation: Conversation) -> None:
    time.sleep(0.2)
    well(conversation)


def different(conversation: Conversation) -> None:
    conversation.send(answer(b'{"number": "8"}', JSON))


def hanging(conversation: Conversation) -> None:
    conversation.socket.recv(1)


class Service:
    """A platform that answers each call as it is told to at that moment."""

    def __init__(self, act: Script = well) -> None:
        self.act = act

    def __call__(self, conversation: Conversation) -> None:
        while True:
            conversation.request()
            self.act(conversation)


class Callers:
    """Every call has a number of its own, and is answered by the side where that lies, right if that is legacy.

    `failed` are the statuses of the platform's share that were not 200. From when `is_back` is set, every call that is
    begun must be answered by legacy.
    """

    def __init__(self, share: float) -> None:
        self.share = share
        self.is_back = False
        self.failed: list[int] = []
        self._count = itertools.count()

    def turn(self, client: Client, number: int) -> None:
        key = f"{number}-{next(self._count)}"
        of_legacy = self.is_back or place(key, "titles.read") >= self.share
        answered = client.ask(request("GET", "/titles/7", f"X-Number: {key}"))
        if of_legacy:
            assert (answered.status, answered.one("X-Side")) == (200, b"legacy"), answered.head
        elif answered.status != 200:
            self.failed.append(answered.status)


@pytest.fixture
def guard(folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]) -> Callable[..., Sidecar]:
    """Starts a sidecar whose one route is a canary with this check; both sides are well."""

    def guard(check: str, more: str = "owner: Ada", share: str = "10%") -> Sidecar:
        legacy.script = answering(lambda _: answer(BODY["legacy"], JSON, "X-Side: legacy"))
        platform.script = Service()
        folder.silo("portal", legacy.url)
        folder.routes(ROUTES.format(platform=platform.url, share=share, check=check, more=more))
        return serve(folder)

    return guard


@pytest.fixture
def guarded(guard: Callable[..., Sidecar]) -> Sidecar:
    return guard("errors: +1 point", share="20%")


def recorded(folder: Folder) -> list[tuple[str, str | None, str | None]]:
    """What the ledger says, in short."""
    lines = [json.loads(line)["entry"] for line in (folder / "state/ledger.jsonl").read_text().splitlines()]
    return [(line["cause"], line["before"], line["after"]) for line in lines]


def stands(sidecar: Sidecar) -> Any:
    return sidecar.document("/api/routes")["routes"][0]["stage"]


BAD: Final[dict[str, tuple[Script, str, str, str]]] = {
    "fails": (failing(1, 2), "errors: +1 point", "owner: Ada", "platform errors "),
    "is slow": (slow, "p50: +50ms", "owner: Ada", "p50 "),
    "answers otherwise": (different, "parity: 99%", "shadow: {sample: 20%}", " comparisons"),
    "hangs": (hanging, "errors: +1 point", "owner: Ada", "platform errors "),
}
"""What a platform may come to, the check that finds it, what that needs, and a word of its sentence."""


@pytest.mark.slow
@pytest.mark.parametrize(("act", "check", "more", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_platform_is_left_by_itself_and_not_one_call_reaches_it_after(
    guard: Callable[..., Sidecar], platform: Peer, act: Script, check: str, more: str, said: str
) -> None:
    sidecar = guard(check, more)
    platform.script = service = Service()
    callers = Callers(share=0.1)
    with Load(sidecar.port, CALLERS, callers.turn) as load:
        eventually(lambda: load.failures or len(platform.requests) > 20, "the platform has its share")
        service.act = act
        eventually(lambda: load.failures or stands(sidecar) == "legacy", "the guard sends the route back")
        callers.is_back = True
        before = list(load.counts)
        eventually(
            lambda: load.failures or all(now > was + 1 for now, was in zip(load.counts, before, strict=True)),
            "all that was under way is over",
        )
        reached = len(platform.requests)
        answered = load.answered
        eventually(lambda: load.failures or load.answered > answered + 500, "callers go on")
    assert load.failures == []
    assert len(platform.requests) == reached
    (told,) = sidecar.said("route moved", cause="guard")
    assert told["why"].startswith("titles.read went back to legacy: ")
    assert said in told["why"]
    assert (set(callers.failed) - {500, 502, 504}) == set()


def test_a_rollback_is_told_everywhere_in_one_sentence(guarded: Sidecar, platform: Peer) -> None:
    platform.script = Service(failing(1, 2))
    with Load(guarded.port, CALLERS, Callers(share=0.2).turn):
        eventually(lambda: stands(guarded) == "legacy", "the guard sends the route back")
    (told,) = guarded.said("route moved", cause="guard")
    assert told["why"].startswith("titles.read went back to legacy: platform errors ")
    assert "against legacy 0 % over " in told["why"]
    series = guarded.metrics()
    assert series['facade_moves_total{cause="guard",route="titles.read"}'] == 1.0
    assert series['facade_route_differs_from_file{route="titles.read"}'] == 1.0
    assert guarded.document("/api/routes")["routes"][0]["differs"] == told["why"]
    assert b"Not as its file says" in guarded.admin("/").body
    said = run("status", "--admin", f"127.0.0.1:{guarded.folder.admin}").stdout
    assert f"titles.read is not where its file says: {told['why']}" in said


def test_a_good_platform_stays_and_passes(guarded: Sidecar, platform: Peer) -> None:
    with Load(guarded.port, CALLERS, (callers := Callers(share=0.2)).turn) as load:
        passes = 'facade_guard_verdict{route="titles.read",verdict="pass"}'
        eventually(lambda: guarded.metrics().get(passes) == 1.0, "the guard passes")
    assert (stands(guarded), load.failures, callers.failed) == ("canary", [], [])


def test_a_route_that_went_back_stays_back_over_a_restart_until_its_file_changes(
    guarded: Sidecar, folder: Folder, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    platform.script = Service(failing(1, 1))
    with Load(guarded.port, CALLERS, Callers(share=0.2).turn):
        eventually(lambda: stands(guarded) == "legacy", "the guard sends the route back")
    guarded.said("ledger", number=3)  # the move itself: killed before, the next start writes it down instead
    guarded.process.kill()
    guarded.left()
    platform.fresh()
    again = serve(folder)
    assert stands(again) == "legacy"
    again.said("stands elsewhere than its file says", subject="titles.read")
    again.changed(lambda: folder.edit("routes/all.yaml", "share: 20%", "share: 10%"))
    assert stands(again) == "canary"
    with Client(again.port) as client:
        assert client.ask(request("GET", "/titles/7")).status == 200
    assert again.metrics()['facade_route_differs_from_file{route="titles.read"}'] == 0.0
    expected = [
        ("start", None, None),
        ("start", None, "canary 20%"),
        ("guard", "canary 20%", "legacy"),
        ("start", None, None),
        ("file", "legacy", "canary 10%"),
    ]
    eventually(lambda: recorded(folder) == expected, "the last change is written down too")
