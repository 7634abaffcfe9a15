"""The API of endings: what its documents must say, and that a stop runs before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pytest
from house import House

from facade.control.answers import Question
from facade.control.ending.confirming import Confirming
from facade.control.ending.orders import actions, pages
from facade.problem import Refusal

NOW = datetime(2027, 1, 12, 10, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Evidence:
    may: bool = False
    digest: str = "d"
    reasons: tuple[()] = ()


@pytest.fixture
async def desk(house: House, files):
    files.change(
        "routes/property.yaml",
        "stage: legacy\n\n",
        "stage: legacy\n    sunset: 2027-03-01\n"
        "    brownouts: [{from: 2027-01-12 10:00, to: 2027-01-12 10:30, share: 100%, why: near}]\n\n",
    )
    assert (await house.reloader.reload("file")).mistakes == ()

    async def look(_: str) -> Evidence:
        return Evidence()

    found = actions(house.reloader, Confirming(house.reloader, look, lambda: NOW), lambda: NOW)

    async def send(path: str, **document: object):
        body = msgspec.json.encode({"by": "Ada", "reason": "agreed", **document})
        answered = await found[path](Question("POST", path, content_type="application/json", body=body))
        return msgspec.json.decode(answered.body)

    return send


def served(house: House) -> bool:
    return any(route.announced and route.announced.brownouts for route in house.snapshots.current.served.values())


async def test_all_brownouts_stop_and_are_resumed(desk, house: House):
    assert served(house)
    stopped = await desk("/api/brownouts", stop=True)
    assert not served(house)
    assert stopped["stopped"]["by"] == "Ada"
    shown = await pages(house.reloader, lambda: NOW)["/api/brownouts"](Question("GET", "/api/brownouts"))
    assert msgspec.json.decode(shown.body) == stopped
    assert (await desk("/api/brownouts", stop=False))["brownouts"][0]["state"] == "on"
    assert served(house)


async def test_a_stop_that_cannot_be_kept_holds_and_that_is_told(desk, house: House, monkeypatch):
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(house.reloader.endings._stopped, "save", full)
    told = await desk("/api/brownouts", stop=True)
    assert not served(house)
    assert "a restart would let brown-outs run again" in told["problems"][0]
    with pytest.raises(Refusal) as refused:
        await desk("/api/brownouts", stop=False)
    assert (refused.value.problem.status, served(house)) == (422, False)


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("/api/confirm", {"silo": "portal", "digest": "d"}, 422),
        ("/api/confirm", {"silo": "portal", "digest": "e", "force": True}, 422),
        ("/api/confirm", {"silo": "portal"}, 400),
        ("/api/confirm", {"silo": "portal", "digest": None}, 400),
        ("/api/confirm", {"silo": "portal", "by": " "}, 400),
        ("/api/confirm", {"silo": "portal", "reason": ""}, 400),
        ("/api/confirm", {"silo": "portal", "reason": "x\ny"}, 400),
        ("/api/confirm", {"silo": "portal", "by": "x" * 501}, 400),
        ("/api/confirm", {"silo": 7}, 400),
        ("/api/confirm", {"silo": "portal", "cause": "guard"}, 400),
        ("/api/confirm", {}, 400),
        ("/api/brownouts", {}, 400),
        ("/api/brownouts", {"stop": "yes"}, 400),
        ("/api/brownouts", {"stop": True, "route": "a"}, 400),
    ],
)
async def test_a_document_says_all_that_the_ledger_has_to_say_and_nothing_else(
    desk, path: str, document: dict[str, object], status: int
):
    with pytest.raises(Refusal) as refused:
        await desk(path, **document)
    assert refused.value.problem.status == status
