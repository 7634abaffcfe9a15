"""Orders to a running sidecar: by its API and by the commands, gated, one at a time, in the files or on it alone."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from harness.client import Client, ask, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import eventually
from harness.peer import Peer, answer, answering
from harness.places import place
from harness.sidecar import Sidecar, run

ROUTES: Final = """\
# Written by hand, and kept so.
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: canary                 # the route to move first
    canary: {{share: 25%, by: header X-Key}}   # ready
    guard: {{calls: 40, errors: +1 point}}
  - {{name: searches, match: GET /searches, legacy: portal, platform: "{platform}"}}
  - {{name: charges, match: GET /charges, legacy: portal, platform: "{platform}"}}
groups:
  - name: conveyancing
    routes: [searches, charges]
    stage: platform
    canary:
      share: 10%                  # a tenth
      by: header X-Key
"""

FILE: Final = "routes/all.yaml"
FORCED: Final = {"force": True, "by": "Ada", "reason": "seen it work"}
POWERLESS: Final = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""A sidecar that may write what the modes of files say, whoever runs the tests."""


@pytest.fixture
def written(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    for side, peer in (("legacy", legacy), ("platform", platform)):
        peer.script = answering(lambda _, side=side: answer(side.encode()))
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url))
    return folder


@pytest.fixture
def sidecar(written: Folder, serve: Callable[..., Sidecar]) -> Sidecar:
    return serve(written)


def token(sidecar: Sidecar) -> str:
    return (sidecar.folder / "state/admin.token").read_text().strip()


def post(sidecar: Sidecar, verb: str, *lines: str, **wanted: object) -> Message:
    """An order with the sidecar's token, unless `lines` hold another."""
    fields = lines or (f"Authorization: Bearer {token(sidecar)}", "Content-Type: application/json")
    host = f"127.0.0.1:{sidecar.folder.admin}"
    body = json.dumps({"by": "Ada", **wanted}).encode()
    return ask(
        sidecar.folder.admin, request("POST", f"/api/{verb}", "Connection: close", *fields, body=body, host=host)
    )


def done(sidecar: Sidecar, verb: str, **wanted: object) -> Any:
    answered = post(sidecar, verb, **wanted)
    assert answered.status == 200, answered.body
    return json.loads(answered.body)


def refused(sidecar: Sidecar, verb: str, status: int, **wanted: object) -> str:
    answered = post(sidecar, verb, **wanted)
    assert answered.status == status, answered.body
    assert answered.one("Content-Type") == b"application/problem+json"
    detail: str = json.loads(answered.body)["detail"]
    return detail


def stands(sidecar: Sidecar) -> dict[str, tuple[str, float | None]]:
    return {row["name"]: (row["stage"], row["share"]) for row in sidecar.document("/api/routes")["routes"]}


def entries(sidecar: Sidecar) -> list[Any]:
    lines = (sidecar.folder / "state/ledger.jsonl").read_text().splitlines()
    return [entry for entry in (json.loads(line)["entry"] for line in lines) if entry["cause"] != "start"]


def side(client: Client, key: str) -> str:
    return client.get("/titles/7", f"X-Key: {key}").body.decode()


def keys_below(share: float, number: int, name: str = "titles.read") -> Iterator[str]:
    found = (key for key in map(str, range(100_000)) if place(key, name) < share)
    return (key for key, _ in zip(found, range(number), strict=False))


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Nobody without a special right may change the file or its folder."""
    path.chmod(0o444)
    path.parent.chmod(0o555)
    yield
    path.parent.chmod(0o755)


def test_an_order_by_the_api_changes_the_file_runs_and_is_recorded(sidecar: Sidecar) -> None:
    before = (sidecar.folder / FILE).read_text()
    told = done(sidecar, "back", name="titles.read", share="5%", by="Ada", reason="too fast")
    assert (told["scope"], told["running"], told["moves"][0]["to"]["share"]) == ("file", True, 0.05)
    assert stands(sidecar)["titles.read"] == ("canary", 0.05)
    after = before.replace("share: 25%, by: header X-Key}   #", "share: 5%, by: header X-Key}    #")
    assert (sidecar.folder / FILE).read_text() == after
    entry = entries(sidecar)[0]
    assert (entry["what"], entry["before"], entry["after"]) == ("titles.read", "canary 25%", "canary 5%")
    assert (entry["cause"], entry["by"], entry["why"], entry["forced"]) == ("api", "Ada", "too fast", False)
    assert sidecar.metric('facade_moves_total{cause="api",route="titles.read"}') == 1
    assert sidecar.config()["running"]["revision"] == told["revision"]


def test_only_who_has_the_token_gives_orders_and_no_page_of_another_site(sidecar: Sidecar) -> None:
    known, sent = f"Authorization: Bearer {token(sidecar)}", "Content-Type: application/json"
    for status, *lines in (
        (401, sent),
        (401, sent, "Authorization: Bearer guessed"),
        (401, sent, f"Authorization: Basic {token(sidecar)}"),
        (403, sent, known, "Origin: https://evil.example"),
        (403, sent, known, "Sec-Fetch-Site: cross-site"),
        (415, "Content-Type: text/plain", known),
        (400, sent, known),
    ):
        assert post(sidecar, "back", *map(str, lines), nme="titles.read").status == status, lines
    assert post(sidecar, "back", sent, name="x").one("WWW-Authenticate") == b"Bearer"
    large = post(sidecar, "back", name="x" * 20_000)
    assert large.status == 413
    assert sidecar.admin("/api/back").status == 405
    assert sidecar.admin("/api/back").one("Allow") == b"POST"
    assert stands(sidecar)["titles.read"] == ("canary", 0.25)
    assert token(sidecar) not in sidecar.output.decode()
    assert (sidecar.folder / "state/admin.token").stat().st_mode & 0o777 == 0o600


def test_forward_waits_for_the_guard_and_the_order_of_the_stages_unless_it_is_forced(sidecar: Sidecar) -> None:
    wanted = {"name": "titles.read", "stage": "canary", "share": "50%", "reason": "on we go"}
    said = refused(sidecar, "move", 422, **wanted)
    assert said.startswith("titles.read: its guard has not enough to go by: platform errors")
    assert "of 40 wanted" in said
    with Client(sidecar.port) as client:
        for key in range(400):
            side(client, str(key))
    eventually(lambda: sidecar.document("/api/routes")["routes"][0]["verdict"] == "pass", "the guard passes it")
    assert done(sidecar, "move", **wanted)["forced"] == []
    assert " against legacy 0 % over " in entries(sidecar)[0]["evidence"]
    done(sidecar, "back", name="titles.read")
    skips = {"name": "titles.read", "stage": "canary", "share": "10%"}
    assert "skips shadow" in refused(sidecar, "move", 422, **skips, reason="at once")
    assert "names nobody" in refused(sidecar, "move", 400, **skips, reason="at once", force=True, by="")
    assert "skips shadow" in done(sidecar, "move", **skips, **FORCED)["forced"][0]
    assert entries(sidecar)[-1]["forced"] is True


def test_a_freeze_stops_what_goes_forward_and_never_the_way_back(
    written: Folder, serve: Callable[..., Sidecar]
) -> None:
    today = datetime.datetime.now(datetime.UTC)
    start, end = (f"{today + datetime.timedelta(days=days):%Y-%m-%d %H:%M}Z" for days in (-1, 1))
    written.facade(freeze=f"[{{from: {start}, to: {end}, why: Christmas}}]")
    sidecar = serve(written)
    said = refused(sidecar, "move", 422, name="conveyancing", stage="complete", reason="done")
    assert "(Christmas) is in force until" in said
    assert "Christmas" in run("move", "conveyancing", "complete", "--reason", "x", "--config", written.path).stdout
    told = done(sidecar, "back", name="conveyancing", share="10%")
    assert told["running"]
    assert "Christmas" in done(sidecar, "move", name="conveyancing", stage="platform", **FORCED)["forced"][0]


def test_of_two_orders_at_once_one_wins_and_the_other_is_told(sidecar: Sidecar) -> None:
    def order(share: int) -> int:
        return post(sidecar, "move", name="titles.read", stage="canary", share=f"{share}%", **FORCED).status

    with ThreadPoolExecutor(8) as together:
        statuses = list(together.map(order, range(30, 38)))
    assert set(statuses) == {200, 409}
    assert statuses.count(200) == len(entries(sidecar))
    seen = sidecar.config()["running"]["revision"]
    done(sidecar, "back", name="titles.read", share="1%", revision=seen)
    assert "no longer" in refused(sidecar, "back", 409, name="titles.read", revision=seen)
    assert stands(sidecar)["titles.read"] == ("canary", 0.01)


def test_hold_lets_no_new_key_in_and_evict_takes_every_key_out(sidecar: Sidecar) -> None:
    below = list(keys_below(0.25, 20))
    met, new = below[:10], below[10:]
    above = next(key for key in map(str, range(1000)) if place(key, "titles.read") >= 0.25)
    with Client(sidecar.port) as client:
        assert {side(client, key) for key in met} == {"platform"}
        told = done(sidecar, "hold", name="titles.read", by="Ada", reason="odd answers")
        assert told["moves"][0]["said"] == "titles.read: canary 25% -> canary 25%, keys on hold"
        assert "keys: hold" in (sidecar.folder / FILE).read_text()
        assert {side(client, key) for key in met} == {"platform"}
        assert {side(client, key) for key in (*new, above)} == {"legacy"}
        explained = sidecar.document(f"/api/explain?url=/titles/7&header=X-Key:{new[0]}")
        assert (explained["side"], explained["reason"]) == ("legacy", "new key: held")
        done(sidecar, "evict", name="titles.read")
        assert {side(client, key) for key in below} == {"legacy"}
        assert stands(sidecar)["titles.read"] == ("canary", 0.0)
        done(sidecar, "move", name="titles.read", stage="canary", **FORCED)
        assert {side(client, key) for key in below} == {"platform"}
    assert [entry["after"] for entry in entries(sidecar)] == [
        "canary 25%, keys on hold",
        "canary 25%, keys evicted",
        "canary 25%",
    ]


def test_everything_goes_back_by_one_order_even_while_a_file_is_mistaken(sidecar: Sidecar) -> None:
    sidecar.folder.write("routes/broken.yaml", "routes: [")
    eventually(lambda: sidecar.config()["rejected"] is not None, "the broken file is seen")
    told = done(sidecar, "back", all=True, by="Ada", reason="Friday night")
    assert told["running"]
    assert {stage for stage, _ in stands(sidecar).values()} == {"legacy"}
    text = (sidecar.folder / FILE).read_text()
    assert text.count("stage: legacy") == 2


def test_where_the_file_cannot_be_written_the_order_holds_on_this_sidecar_alone(
    written: Folder, serve: Callable[..., Sidecar]
) -> None:
    with read_only(written / FILE):
        sidecar = serve(written, before=POWERLESS)
        told = done(sidecar, "back", name="titles.read", by="Ada", reason="odd")
        assert (told["scope"], told["running"], told["lines"]) == ("sidecar", True, [])
        assert "cannot be written" in told["problems"][0]
        assert stands(sidecar)["titles.read"] == ("legacy", 0.0)
        row = sidecar.document("/api/routes")["routes"][0]
        assert row["differs"] == "odd, by Ada"
        with Client(sidecar.port) as client:
            assert side(client, next(keys_below(0.25, 1))) == "legacy"
        assert sidecar.metrics()['facade_route_differs_from_file{route="titles.read"}'] == 1
        told = done(sidecar, "move", name="titles.read", stage="canary", share="25%", **FORCED)
        assert (told["scope"], told["problems"]) == ("sidecar", [])
        assert sidecar.document("/api/routes")["routes"][0]["differs"] is None


def test_the_command_gives_its_order_to_the_sidecar_and_says_what_it_answered(sidecar: Sidecar) -> None:
    folder = sidecar.folder.path
    said = run("hold", "titles.read", "--reason", "odd", "--by", "Ada", "--config", folder)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.splitlines()[:2] == [
        "titles.read: canary 25% -> canary 25%, keys on hold",
        "  reason: odd, by Ada",
    ]
    assert entries(sidecar)[0]["cause"] == "command"
    refusal = run("move", "titles.read", "platform", "--reason", "x", "--config", folder)
    assert refusal.returncode == 1
    assert "its guard has not enough to go by" in refusal.stdout
    forced = run("move", "titles.read", "platform", "--reason", "x", "--force", "--config", folder, "--json")
    assert json.loads(forced.stdout)["forced"]
    assert run("back", "--all", "--config", folder, "--wait", "0s", "--by", "Ada", "--reason", "now").returncode == 0
    assert {(entry["cause"], entry["by"], entry["why"]) for entry in entries(sidecar)[-2:]} == {
        ("command", "Ada", "now")
    }
    assert {stage for stage, _ in stands(sidecar).values()} == {"legacy"}


@contextmanager
def locked(folder: Folder) -> Iterator[None]:
    """Another command that changes the configuration and does not come to its end."""
    descriptor = os.open(folder.path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


def test_nobody_who_changes_files_can_hold_the_way_back_up(sidecar: Sidecar) -> None:
    def forward() -> str:
        return refused(sidecar, "move", 409, name="titles.read", stage="canary", share="50%", **FORCED)

    with ThreadPoolExecutor(1) as together, locked(sidecar.folder):
        waiting = together.submit(forward)
        told = done(sidecar, "back", all=True, by="Ada", reason="now")
        assert not waiting.done()
        assert (told["running"], told["scope"]) == (True, "sidecar")
        assert {stage for stage, _ in stands(sidecar).values()} == {"legacy"}
        assert "another command is changing it" in waiting.result()
    assert {stage for stage, _ in stands(sidecar).values()} == {"legacy"}
    assert [entry["after"] for entry in entries(sidecar)].count("canary 50%") == 0
