"""What a changed file would move is told beforehand, and then just that happens; and the ledger tells of it."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from harness.client import Client
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
    stage: canary
    canary: {{share: 25%, by: cookie session}}
  - {{name: orders.read, match: GET /orders, legacy: portal, stage: legacy}}
"""

CALLS: Final = 240
KEYS: Final = 80

Serve = Callable[..., Sidecar]


@pytest.fixture
def moving(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url))
    return folder


@pytest.fixture
def changed(moving: Folder, tmp_path: Path) -> Path:
    """The same files again, as somebody checked them out to change them."""
    return Path(shutil.copytree(moving.path, tmp_path / "changed"))


def answered(sidecar: Sidecar) -> list[bytes]:
    """Who answers each of the calls."""
    with Client(sidecar.port) as client:
        return [client.get(f"/titles/{call}", f"Cookie: session=s{call % KEYS}").body for call in range(CALLS)]


def preview(folder: Path, *words: str) -> Any:
    done = run("preview", folder, *words, "--json")
    assert "Traceback" not in done.stdout + done.stderr
    return {"status": done.returncode, **json.loads(done.stdout)}


def raised(text: str) -> str:
    return text.replace("share: 25%", "share: 75%")


def test_the_calls_that_a_preview_names_are_those_that_then_change_side(
    moving: Folder, changed: Path, serve: Serve
) -> None:
    sidecar = serve(moving)
    before = answered(sidecar)
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    sidecar = serve(moving)  # what was counted is there after a restart
    (changed / FILE).write_text(raised((changed / FILE).read_text()))
    told = preview(changed)
    assert (told["status"], told["running"]["calls"], told["running"]["sampled"]) == (0, CALLS, CALLS)
    sidecar.changed(lambda: moving.write(FILE, raised((moving / FILE).read_text())))
    after = answered(sidecar)
    (route,) = told["routes"]
    differ = [call for call in range(CALLS) if before[call] != after[call]]
    assert route["calls"] == {"all": CALLS, "to": {"platform": len(differ)}}
    assert route["keys"] == {"all": KEYS, "to": {"platform": len({call % KEYS for call in differ})}}


def test_what_is_kept_of_calls_names_neither_a_key_nor_a_path(moving: Folder, serve: Serve) -> None:
    sidecar = serve(moving)
    with Client(sidecar.port) as client:
        client.get("/titles/secret-of-ada", "Cookie: session=session-of-ada")
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    kept = [path.read_bytes() for path in (moving / "state" / "usage").iterdir()]
    assert len(kept) == 2, "a day and its secret"
    assert not any(b"ada" in content for content in kept)


def test_a_pipeline_may_refuse_a_skipped_stage_a_freeze_and_lost_routes(
    moving: Folder, changed: Path, serve: Serve
) -> None:
    moving.facade(freeze="[{from: 2020-01-01 00:00, to: 2099-01-01 00:00, why: a test}]")
    serve(moving)
    assert "a test" in preview(raise_it(changed))["refused"][0]
    (changed / FILE).write_text((changed / FILE).read_text().replace("stage: canary", "stage: complete"))
    assert "skips a stage" in preview(changed)["refused"][0]
    text = (changed / FILE).read_text().replace("stage: complete", "stage: legacy")
    (changed / FILE).write_text("".join(text.splitlines(keepends=True)[:-1]))
    lost = preview(changed)
    assert (lost["status"], lost["refused"][0].partition(";")[0]) == (
        1,
        "routes: 1 of 2 are missing, more than a fifth",
    )
    assert preview(changed, "--allow-loss")["status"] == 0


CALLERS: Final = """\
callers:
  - {{name: intake, header: "X-Caller={}"}}
"""


def test_what_a_rule_means_a_guard_and_a_silos_address_are_told_where_they_change(
    moving: Folder, tmp_path: Path, serve: Serve
) -> None:
    ruled = "by: cookie session, platform_for: [caller intake]}\n    guard: {calls: 1000, errors: +1 point}"
    moving.write(FILE, (moving / FILE).read_text().replace("by: cookie session}", ruled))
    moving.write("callers.yaml", CALLERS.format("intake"))
    serve(moving)
    changed = Path(shutil.copytree(moving.path, tmp_path / "changed", ignore=shutil.ignore_patterns("state")))
    assert preview(changed)["routes"] == []
    (changed / "callers.yaml").write_text(CALLERS.format("someone"))
    (changed / FILE).write_text(
        (changed / FILE).read_text().replace("    guard: {calls: 1000, errors: +1 point}\n", "")
    )
    silo = next((changed / "silos").iterdir())
    silo.write_text(silo.read_text().replace("127.0.0.1", "localhost"))
    titles, orders = (route["kinds"] for route in preview(changed)["routes"])
    assert titles == [
        "its rules change: caller intake is defined otherwise",
        "its silo portal changes: settings is defined otherwise",
        "its guard is removed",
    ]
    assert orders == ["its silo portal changes: settings is defined otherwise"]


def raise_it(folder: Path) -> Path:
    (folder / FILE).write_text(raised((folder / FILE).read_text()))
    return folder


def test_the_ledger_tells_of_every_move_and_of_whoever_edits_it(moving: Folder, serve: Serve) -> None:
    sidecar = serve(moving)
    sidecar.changed(lambda: moving.write(FILE, raised((moving / FILE).read_text())))
    here = ("--config", moving.path)
    told = eventually(lambda: len(found := listed(*here)) > 3 and found, "the move is in the ledger")
    assert [(each["cause"], each["what"], each["before"], each["after"]) for each in told] == [
        ("start", "*", None, None),
        ("start", "titles.read", None, "canary 25%"),
        ("start", "orders.read", None, "legacy"),
        ("file", "titles.read", "canary 25%", "canary 75%"),
    ]
    (line,) = sidecar.said("ledger", number=4)
    noted = f"{line['number']}:{line['hash']}"
    assert run("ledger", "verify", *here, "--noted", noted).returncode == 0
    path = moving / "state" / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"75%", b"25%"))
    assert "line 4" in run("ledger", "verify", *here).stdout
    path.write_bytes(whole.splitlines(keepends=True)[0])
    cut = run("ledger", "verify", *here, "--noted", noted)
    assert (cut.returncode, "it was cut" in cut.stdout) == (1, True)


def listed(*here: str | Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("ledger", *here, "--json").stdout)["entries"]
    return found
