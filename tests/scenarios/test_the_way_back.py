"""Legacy answers everybody again by one command, at any time: whatever else lies mistaken in the folder."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any, Final

import pytest

from harness.client import Client, get
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar, run

FILE: Final = "routes/all.yaml"
ROUTES: Final = """\
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: platform               # moved last week
  - {{name: orders.write, match: POST /orders, legacy: portal, platform: "{platform}", stage: platform}}
  - {{name: done, match: GET /done, legacy: portal, platform: "{platform}", stage: complete}}
"""

Serve = Callable[..., Sidecar]


@pytest.fixture
def moved(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    """A folder whose routes are answered by the platform."""
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url))
    return folder


def back(folder: Folder, *words: str) -> Any:
    done = run("back", *words, "--json", "--config", folder.path)
    assert "Traceback" not in done.stdout + done.stderr
    return {"status": done.returncode, **json.loads(done.stdout)}


def answers(sidecar: Sidecar) -> list[bytes]:
    with Client(sidecar.port) as client:
        return [client.get("/titles/1").body, client.get("/done").body]


MISTAKES: Final[dict[str, Callable[[Folder], object]]] = {
    "a silo that is half written": lambda folder: folder.write("silos/half.yaml", "silo: half\nadap"),
    "a file that is not YAML": lambda folder: folder.write("routes/half.yaml", "routes:\n  - name: [\n"),
    "a file that is no text": lambda folder: folder.write("routes/binary.yaml", bytes(range(256))),
    "a backup that would be read": lambda folder: folder.write("routes/copy.yaml", (folder / FILE).read_bytes()),
    "another route of the same file": lambda folder: folder.edit(FILE, "match: POST /orders", "match: POST orders"),
    "the route's own match": lambda folder: folder.edit(FILE, "match: GET /titles/{number}", "match: GET titles"),
    "facade.yaml, unknown to it": lambda folder: folder.edit("facade.yaml", "version: 1", "version: 1\ncolour: red"),
}


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_back_returns_when_legacy_answers_though_something_else_is_mistaken(
    moved: Folder, serve: Serve, mistake: Callable[[Folder], object]
) -> None:
    sidecar = serve(moved)
    assert answers(sidecar) == [b"platform", b"platform"]
    mistake(moved)
    eventually(lambda: sidecar.config()["rejected"], "the mistake is shown as rejected")
    told = back(moved, "titles.read")
    assert answers(sidecar) == [b"legacy", b"platform"], "it returned before legacy answered"
    assert (told["status"], told["running"]) == (0, True), told
    assert "nothing else of them runs until they are mended" in told["said"]
    assert sidecar.config()["rejected"], "the files are as mistaken as before"
    assert [line for line in sidecar.lines("route moved") if line["route"] == "titles.read"]
    assert sidecar.metric('facade_moves_total{cause="command",route="titles.read"}') == 1
    again = back(moved, "titles.read")
    assert (again["status"], again["lines"]) == (0, [])


def test_all_goes_back_beside_a_mistake_and_stays_there_after_a_restart(moved: Folder, serve: Serve) -> None:
    sidecar = serve(moved)
    moved.write("silos/half.yaml", "silo: half\n")
    told = back(moved, "--all")
    assert told["status"] == 0, told
    stages = {row["name"]: row["stage"] for row in sidecar.document("/api/routes")["routes"]}
    assert stages == {"titles.read": "legacy", "orders.write": "legacy", "done": "complete"}
    sidecar.tell(signal.SIGKILL)
    sidecar.left()
    again = serve(moved)
    assert again.config()["from_state"]
    assert answers(again) == [b"legacy", b"platform"]
    (moved / "silos/half.yaml").unlink()
    eventually(lambda: again.config()["rejected"] is None, "the mended files are taken")
    assert answers(again) == [b"legacy", b"platform"]


def test_a_sidecar_that_was_away_goes_back_when_it_starts_on_mistaken_files(moved: Folder, serve: Serve) -> None:
    sidecar = serve(moved)
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    moved.write("silos/half.yaml", "silo: half\n")
    told = back(moved, "titles.read")
    assert (told["status"], told["running"]) == (1, False)
    assert "no sidecar was reached" in told["said"]
    assert answers(serve(moved)) == [b"legacy", b"platform"]


def test_what_moves_forward_in_mistaken_files_waits_until_they_are_mended(moved: Folder, serve: Serve) -> None:
    sidecar = serve(moved)
    moved.write("silos/half.yaml", "silo: half\n")
    moved.edit(FILE, "stage: platform               #", "stage: complete               #")
    eventually(lambda: sidecar.config()["rejected"], "the mistake is shown as rejected")
    assert run("move", "titles.read", "gone", "--reason", "x", "--config", moved.path).returncode == 1
    assert get(sidecar.port, "/titles/1").body == b"platform"
    stages = {row["name"]: row["stage"] for row in sidecar.document("/api/routes")["routes"]}
    assert stages["titles.read"] == "platform"


def test_no_connection_and_no_call_is_lost_by_going_back_beside_a_mistake(moved: Folder, serve: Serve) -> None:
    sidecar = serve(moved)
    with Client(sidecar.port) as client:
        assert client.get("/titles/1").body == b"platform"
        moved.write("silos/half.yaml", "silo: half\n")
        assert back(moved, "titles.read")["status"] == 0
        assert client.get("/titles/1").body == b"legacy"


def test_files_that_cannot_be_changed_do_not_bar_the_way_back_and_the_hand_is_followed(
    moved: Folder, serve: Serve
) -> None:
    """The route's own file is not YAML: nobody can say where its stage stands; it goes back on this sidecar."""
    sidecar = serve(moved)
    good = (moved / FILE).read_text()
    moved.write(FILE, good.replace("match: POST", "match: {POST"))
    told = run("back", "titles.read", "--config", moved.path)
    assert told.returncode == 0
    assert get(sidecar.port, "/titles/1").body == b"legacy"
    assert "this one sidecar was changed and no file" in told.stdout
    assert f"  {FILE}:7: is not YAML: " in told.stdout
    moved.write("silos/half.yaml", "silo: half\n")
    moved.write(FILE, good.replace("stage: platform               #", "stage: legacy #"))
    eventually(lambda: get(sidecar.port, "/titles/1").body == b"legacy", "what was written by hand is followed")
