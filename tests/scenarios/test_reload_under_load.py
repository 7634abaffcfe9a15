"""Two hundred reloads under constant load: nobody notices, and nothing is left over.

Each reload moves the share of one route and the stage of another. Every connection carries its own sticky key, so that
each table has exactly one right side for each of its calls: the answer to a call must be that of a table which ran, or
was written, between the moment it was sent and the moment it was answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.load import Load
from harness.patience import eventually
from harness.peer import Peer
from harness.places import place
from harness.sidecar import Sidecar

RELOADS: Final = 200
CONNECTIONS: Final = 32
WARM: Final = 50
"""Reloads after which everything that is made once has been made."""

GROWTH: Final = 4 * 1024**2
"""What 150 reloads may add at most: a table kept by mistake with each of them would be far more."""

STAGES: Final = ("legacy", "shadow", "platform", "complete", "platform", "legacy")
SHARES: Final = (0, 5, 10, 25, 50, 90, 100, 75, 33, 1)

ROUTES: Final = """\
routes:
  - name: shared
    match: GET /shared/{{number}}
    legacy: portal
    platform: {platform}
    stage: canary
    canary: {{share: {share}%, by: cookie session}}
  - name: staged
    match: /staged/{{number}}
    legacy: portal
    platform: {platform}
    stage: {stage}
"""
FILLING: Final = """\
  - {{name: filling.{number}, match: "/filling/{number}/{{x}}", legacy: portal, platform: "{platform}", stage: legacy}}
"""


class Tables:
    """The tables that were written, and which of them surely runs. A table is a share and a stage."""

    def __init__(self, platform: Peer) -> None:
        self._platform = platform
        self.written: list[tuple[int, str]] = []
        self.running = 0

    def text(self, number: int) -> str:
        """Write down table `number` before it is put in its place."""
        share, stage = SHARES[number % len(SHARES)], STAGES[number % len(STAGES)]
        self.written.append((share, stage))
        head = ROUTES.format(platform=self._platform.url, share=share, stage=stage)
        return head + "".join(FILLING.format(number=one, platform=self._platform.url) for one in range(100))

    def turn(self, client: Client, number: int) -> None:
        """Ask for both routes; each answer must come from the side that a table of that time names."""
        for path, right in (("/shared/1", self._shared_side), ("/staged/1", self._staged_side)):
            first = self.running
            answer = client.ask(request("GET", path, f"Cookie: session=key-{number}"))
            allowed = {right(number, *table) for table in self.written[first:]}
            assert answer.status == 200
            assert answer.body in allowed, f"{path}: {answer.body!r}, allowed by {self.written[first:]}: {allowed}"
            assert answer.one("Connection") is None

    @staticmethod
    def _shared_side(number: int, share: int, stage: str) -> bytes:
        return b"platform" if place(f"key-{number}", "shared") < share / 100 else b"legacy"

    @staticmethod
    def _staged_side(number: int, share: int, stage: str) -> bytes:
        return b"platform" if stage in ("platform", "complete") else b"legacy"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_two_hundred_reloads_under_load_disturb_nobody_and_leave_nothing_behind(
    folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    tables = Tables(platform)
    folder.silo("portal", legacy.url)
    folder.routes(tables.text(0))
    sidecar = serve(folder)
    with Load(sidecar.port, CONNECTIONS, tables.turn) as load:
        for number in range(1, RELOADS + 1):
            sidecar.changed(folder.routes, tables.text(number))
            tables.running = number
            if number == WARM:
                warm, descriptors = sidecar.resident(), sidecar.descriptors()
        answered = load.answered
        eventually(
            lambda: load.failures or load.answered > answered + CONNECTIONS, "the load goes on after the last reload"
        )
        grown, more = sidecar.resident() - warm, sidecar.descriptors() - descriptors
    assert load.failures == []
    assert min(load.counts) > RELOADS / 4, "a connection was hardly served"
    upstream = len(legacy.conversations) + len(platform.conversations)
    assert upstream <= 4 * CONNECTIONS, f"connections to the targets were not kept: {upstream} were opened"
    assert grown < GROWTH, f"{RELOADS - WARM} reloads added {grown / 1024**2:.1f} MiB"
    assert more <= 8, f"{RELOADS - WARM} reloads added {more} descriptors"
    assert sidecar.metric('facade_config_reloads_total{result="accepted"}') == RELOADS + 1
    assert sidecar.metric('facade_config_reloads_total{result="rejected"}') == 0


@pytest.mark.timeout(120)
def test_reloads_of_bad_files_in_between_disturb_nobody_either(
    folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    tables = Tables(platform)
    folder.silo("portal", legacy.url)
    folder.routes(tables.text(0))
    sidecar = serve(folder)
    with Load(sidecar.port, 8, tables.turn) as load:
        for number in range(1, 11):
            folder.write("routes/bad.yaml", f"routes: [{{name: bad{number}, match: nonsense-{number}}}]\n")
            wrong = f"nonsense-{number}'"
            eventually(lambda wrong=wrong: wrong in str(sidecar.config()["rejected"]), "the bad file is rejected")
            (folder / "routes/bad.yaml").unlink()
            sidecar.changed(folder.routes, tables.text(number))
            tables.running = number
    assert load.failures == []
    assert sidecar.config()["rejected"] is None
