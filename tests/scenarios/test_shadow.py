"""The shadow of a running sidecar: copies are asked and compared, and cost the caller nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from harness.client import request
from harness.folder import Folder
from harness.house import House
from harness.messages import Message
from harness.patience import eventually
from harness.peer import Conversation, Peer, Script, answer, answering
from harness.sidecar import Sidecar, run

ROUTES = """\
routes:
  - name: titles.read
    match: "/titles/{{number}}"
    legacy: portal
    platform: "{platform}"
    stage: {stage}
    records: shared
    canary: {{share: 50%, by: cookie session}}
    fallback: {fallback}
    shadow: {{sample: {sample}, noise: {noise}, ignore: [serial]}}
"""

JSON = "Content-Type: application/json"

ROOM = 32 * 1024**2
"""Bytes that a shadow may take, whatever becomes of it."""


def telling(**fields: object) -> Script:
    """Answers every request with these fields."""

    def script(conversation: Conversation) -> None:
        while True:
            conversation.request()
            conversation.send(answer(json.dumps(fields).encode(), JSON))

    return script


def hanging(conversation: Conversation) -> None:
    conversation.request()
    conversation.socket.recv(1)


class Shadowed(House):
    """A house whose one route has a shadow."""

    def goes(self, stage: str = "shadow", sample: str = "100%", noise: str = "0%", fallback: str = "none") -> None:
        text = ROUTES.format(platform=self.platform.url, stage=stage, sample=sample, noise=noise, fallback=fallback)
        self.sidecar.changed(lambda: self.sidecar.folder.routes(text))

    def read(self, *fields: str) -> Message:
        return self.ask(request("GET", "/titles/7", *fields))

    def counted(self, result: str) -> float:
        series = f'facade_shadow_total{{result="{result}",route="titles.read"}}'
        return self.sidecar.metrics().get(series, 0.0)

    def differences(self) -> Any:
        return self.sidecar.document("/api/differences?route=titles.read")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shadowed]:
    folder = Folder(tmp_path_factory.mktemp("shadow") / "config")
    folder.facade()
    with Peer("legacy") as legacy, Peer("platform") as platform:
        folder.silo("portal", legacy.url)
        text = ROUTES.format(platform=platform.url, stage="legacy", sample="100%", noise="0%", fallback="none")
        folder.routes(text)
        with Sidecar(folder) as sidecar:
            yield Shadowed(sidecar.ready(), legacy, platform)


@pytest.fixture
def house(shared: Shadowed) -> Shadowed:
    """The shared house, anew: what was compared before is over with the change of its stage."""
    for peer in (shared.legacy, shared.platform):
        peer.fresh()
        peer.script = telling(number="7", price=1.5, serial=peer.name)
    if "stage: legacy" not in (shared.sidecar.folder / "routes/all.yaml").read_text():
        shared.goes("legacy")
    return shared


def test_legacy_answers_and_the_platform_is_asked_the_same_without_credentials(house: Shadowed) -> None:
    house.goes()
    before = house.counted("match")
    answered = house.read("Cookie: session=secret", "Authorization: Bearer secret", "X-Number: 7")
    assert json.loads(answered.body)["serial"] == "legacy"
    eventually(lambda: house.counted("match") == before + 1, "the copy was compared")
    (copy,) = house.platform.requests
    assert (copy.method, copy.target, copy.one("X-Facade-Shadow")) == (b"GET", b"/titles/7", b"shadow")
    assert copy.one("X-Number") == b"7"
    assert copy.one("Cookie") is copy.one("Authorization") is None
    assert house.legacy.requests[-1].one("Cookie") == b"session=secret"


def test_what_differs_is_told_by_field_and_never_by_value(house: Shadowed) -> None:
    house.platform.script = telling(number="8", serial="platform")
    house.goes()
    for _ in range(3):
        house.read()
    eventually(lambda: house.differences()["compared"] == 3, "all were compared")
    found = house.differences()
    assert found["parity"] == 0.0
    fields = [(each["path"], each["kind"], each["differs"], each["distinct"]) for each in found["fields"]]
    assert fields == [("number", "value", 3, 1), ("price", "missing", 3, 1)]
    said = run("differences", "titles.read", "--admin", f"127.0.0.1:{house.sidecar.folder.admin}")
    assert said.returncode == 0
    assert "parity 0.00%" in said.stdout
    assert "number" in said.stdout
    series = house.sidecar.metrics()
    assert series['facade_parity_ratio{route="titles.read"}'] == 0.0
    assert series['facade_compared_calls{route="titles.read"}'] == 3.0


def test_unsafe_calls_and_those_with_conditions_are_never_copied(house: Shadowed) -> None:
    house.goes()
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert house.ask(request(method, "/titles/7", "Content-Length: 2") + b"{}").status == 200
    house.read("Range: bytes=0-1")
    house.read('If-None-Match: "a"')
    before = house.counted("match")
    house.read()
    eventually(lambda: house.counted("match") == before + 1, "the one read was compared")
    assert [message.method for message in house.platform.requests] == [b"GET"]


def test_legacy_asked_twice_shows_its_own_noise(house: Shadowed) -> None:
    serial = iter(range(10_000))

    def counting(conversation: Conversation) -> None:
        while True:
            conversation.request()
            conversation.send(answer(json.dumps({"at": next(serial)}).encode(), JSON))

    house.legacy.script = house.platform.script = counting
    house.goes(sample="90%", noise="10%")
    for _ in range(200):
        house.read()
    eventually(lambda: house.differences()["asked_twice"] >= 5, "legacy was asked twice")
    eventually(lambda: house.differences()["fields"] and not house.differences()["fields"][0]["counts"], "it is noise")
    assert house.differences()["parity"] == 1.0
    assert b"noise" in {message.one("X-Facade-Shadow") for message in house.legacy.requests}


def test_a_platform_that_hangs_delays_nobody_and_is_given_up(house: Shadowed) -> None:
    house.platform.script = hanging
    house.goes()
    late = house.counted("late")
    with house.client() as client:
        for _ in range(400):
            assert client.get("/titles/7").status == 200
    eventually(lambda: house.counted("dropped") > 100, "what there is no room for is dropped")
    reached = len(house.platform.requests)
    assert reached <= 16 + house.counted("late") - late, "one that is given up makes room for another"
    house.goes("legacy")  # what waits is over with the stage


def test_a_platform_that_hangs_takes_no_more_memory_than_the_room_there_is(house: Shadowed) -> None:
    large = json.dumps(["x" * 100] * 2_000).encode()
    house.legacy.script = answering(lambda _: answer(large, JSON))
    house.platform.script = hanging
    house.goes()
    house.read()
    house.sidecar.forget_peak()
    before = house.sidecar.resident()
    with house.client() as client:
        for _ in range(400):
            assert client.get("/titles/7").status == 200
    assert house.sidecar.peak() - before < ROOM, "80 MiB of answers passed"
    eventually(lambda: house.counted("dropped") > 100, "what there is no room for is dropped")
    house.goes("legacy")


def test_in_a_canary_each_side_is_compared_with_the_other(house: Shadowed) -> None:
    house.goes("canary")
    before = house.counted("match")
    served = {json.loads(house.read(f"Cookie: session={number}").body)["serial"] for number in range(40)}
    assert served == {"legacy", "platform"}
    eventually(lambda: house.counted("match") == before + 40, "all were compared")
    copies = [message.one("X-Facade-Shadow") for message in house.legacy.requests + house.platform.requests]
    assert copies.count(b"shadow") == 40


def test_a_change_of_the_route_starts_the_evidence_anew(house: Shadowed) -> None:
    house.goes()
    house.read()
    eventually(lambda: house.differences()["compared"] == 1, "it was compared")
    house.goes("canary")
    assert house.differences()["since"] is None


def test_a_read_that_the_platform_fails_is_answered_by_legacy(house: Shadowed) -> None:
    def failing(conversation: Conversation) -> None:
        while True:
            conversation.request()
            conversation.send(answer(b"down", status="503 Service Unavailable"))

    house.platform.script = failing
    house.goes("platform", sample="1%", fallback="reads")
    assert json.loads(house.read().body)["serial"] == "legacy"
    assert house.ask(request("POST", "/titles/7", "Content-Length: 2") + b"{}").status == 503
    assert house.sidecar.metrics()['facade_fallbacks_total{route="titles.read"}'] == 1.0
    assert [message.method for message in house.legacy.requests] == [b"GET"]
