"""Guards of a running sidecar: a bad platform loses its callers by itself, and gets them back only by the file."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, Script, answer
from harness.sidecar import Sidecar, run

ROUTES = """\
routes:
  - name: titles.read
    match: "GET /titles/{{number}}"
    legacy: portal
    platform: "{platform}"
    stage: {stage}
    canary: {{share: 20%, by: header X-Number}}
    guard: {{calls: 100, errors: +1 point}}
"""

WORKERS = 4


def failing(whole: int, of: int) -> Script:
    """Fails so many of so many calls."""
    count = iter(range(1_000_000))

    def script(conversation: Conversation) -> None:
        while True:
            conversation.request()
            bad = next(count) % of < whole
            conversation.send(answer(b"platform", status="500 Internal Server Error" if bad else "200 OK"))

    return script


class Load:
    """Callers with numbers of their own, until the `with` ends. `failed` are the statuses that were not 200."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.failed: list[int] = []
        self.asked = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(WORKERS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _ask(self, worker: int) -> None:
        with Client(self.port) as client:
            for number in range(200_000):
                if self._stop.is_set():
                    return
                answered = client.ask(request("GET", "/titles/7", f"X-Number: {worker}-{number}"))
                self.asked += 1
                if answered.status != 200:
                    self.failed.append(answered.status)


@pytest.fixture
def guarded(folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]) -> Sidecar:
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url, stage="canary"))
    return serve(folder)


def stands(sidecar: Sidecar) -> Any:
    return sidecar.document("/api/routes")["routes"][0]["stage"]


def test_a_bad_platform_is_left_by_itself_and_not_one_call_reaches_it_after(
    guarded: Sidecar, platform: Peer, legacy: Peer
) -> None:
    platform.script = failing(1, 2)
    with Load(guarded.port) as load:
        eventually(lambda: stands(guarded) == "legacy", "the guard sends the route back")
        (told,) = guarded.said("route moved", cause="guard")
        reached = len(platform.requests)
        before = load.asked
        eventually(lambda: load.asked > before + 200, "callers go on")
    assert told["why"].startswith("titles.read went back to legacy: platform errors ")
    assert "against legacy 0 % over " in told["why"]
    assert len(platform.requests) - reached <= WORKERS  # those that were under way
    assert len(platform.requests) < 300
    assert set(load.failed) == {500}
    series = guarded.metrics()
    assert series['facade_moves_total{cause="guard",route="titles.read"}'] == 1.0
    assert series['facade_route_differs_from_file{route="titles.read"}'] == 1.0
    assert guarded.document("/api/routes")["routes"][0]["differs"] == told["why"]
    assert b"not as its file says" in guarded.admin("/").body
    said = run("status", "--admin", f"127.0.0.1:{guarded.folder.admin}").stdout
    assert f"titles.read is not where its file says: {told['why']}" in said


def test_a_good_platform_stays_and_passes(guarded: Sidecar, platform: Peer) -> None:
    with Load(guarded.port) as load:
        passes = 'facade_guard_verdict{route="titles.read",verdict="pass"}'
        eventually(lambda: guarded.metrics().get(passes) == 1.0, "the guard passes")
    assert (stands(guarded), load.failed) == ("canary", [])


def test_a_route_that_went_back_stays_back_over_a_restart_until_its_file_changes(
    guarded: Sidecar, folder: Folder, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    platform.script = failing(1, 1)
    with Load(guarded.port):
        eventually(lambda: stands(guarded) == "legacy", "the guard sends the route back")
    guarded.said("ledger", number=2)
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
    lines = [json.loads(line)["entry"] for line in (folder / "state/ledger.jsonl").read_text().splitlines()]
    moved = [(line["cause"], line["before"], line["after"]) for line in lines]
    assert moved == [
        ("start", None, None),
        ("guard", "canary 20%", "legacy"),
        ("start", None, None),
        ("file", "legacy", "canary 10%"),
    ]
