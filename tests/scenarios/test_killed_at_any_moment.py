"""A sidecar that is killed at any moment of a hundred moves and rollbacks loses nothing that it has recorded.

The platform fails every call. So each move to a canary by the file is followed by a rollback by the guard, while
callers call; in every second of these rounds the sidecar is killed at a moment of chance, and started again.
"""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from facade.control.ledger.book import Book
from facade.control.overrides.store import OverrideStore
from harness.client import Client
from harness.folder import Folder
from harness.load import Ends, Load
from harness.patience import eventually
from harness.peer import Peer, answer, answering
from harness.sidecar import Sidecar

ROUNDS: Final = 50
"""Each is a move and a rollback."""

KILLED: Final = 2
"""One round in so many is cut off by a SIGKILL."""

ROUND: Final = 1.0
"""Seconds: a move and its rollback take about half of it, so that some kills come before, some within, some after."""

CALLERS: Final = 8
PACE: Final = 0.01

LEGACY: Final = ("legacy", 0.0)

ROUTES: Final = """\
routes:
  - name: titles.read
    match: "GET /titles/{{number}}"
    legacy: portal
    platform: "{platform}"
    stage: canary
    canary: {{share: {share}%, by: header X-Number}}
    guard: {{errors: +1 point}}
"""


class Moved:
    """What the files say in each round, and what `state` says that became of it."""

    def __init__(self, folder: Folder, platform: Peer) -> None:
        self.folder = folder
        self.share = 0
        self._platform = platform

    def move(self, number: int) -> None:
        """No two rounds have the same share, so that whatever is recorded belongs to one of them."""
        self.share = 10 + number
        self.folder.routes(ROUTES.format(platform=self._platform.url, share=self.share))

    def rollbacks(self) -> Counter[str | None]:
        """Where the route stood before each rollback that is recorded; `Edited` where the ledger cannot be read."""
        entries = [entry for entry, _ in Book(self.folder / "state").entries()]
        return Counter(entry.before for entry in entries if entry.cause == "guard")

    def is_recorded(self) -> bool:
        return f"canary {self.share}%" in self.rollbacks()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_runs_after_a_kill_is_what_was_recorded_last_or_safer(
    folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    platform.script = answering(lambda _: answer(b"down", status="500 Internal Server Error"))
    folder.silo("portal", legacy.url)
    moved = Moved(folder, platform)
    moved.move(0)
    sidecar = serve(folder)
    chance, numbers = random.Random(1), itertools.count()
    kept = 0

    def turn(client: Client, _: int) -> None:
        client.get("/titles/7", f"X-Number: {next(numbers)}")

    with Load(sidecar.port, CALLERS, turn, pace=PACE, ends=Ends.BEHIND_CLOSED_DOORS):
        for number in range(1, ROUNDS + 1):
            eventually(partial(is_back, sidecar), "the guard takes it back")
            moved.move(number)
            if number % KILLED:
                eventually(moved.is_recorded, "the guard takes it back, and says so in the ledger")
                continue
            time.sleep(chance.uniform(0, ROUND))
            sidecar.process.kill()
            sidecar.left()
            was_recorded = moved.is_recorded()
            kept += was_recorded
            OverrideStore(folder / "state").read()
            sidecar = serve(folder)
            assert stands(sidecar) in [LEGACY] + [("canary", moved.share / 100)] * (not was_recorded)
            assert not sidecar.lines("overrides lost")
    assert 0 < kept < ROUNDS / KILLED, "kills came before and after what was recorded"
    assert set(moved.rollbacks().values()) == {1}, "none that was recorded was forgotten, and found again"


def is_back(sidecar: Sidecar) -> bool:
    return stands(sidecar) == LEGACY


def stands(sidecar: Sidecar) -> tuple[str, float]:
    (row,) = sidecar.document("/api/routes")["routes"]
    return row["stage"], row["share"]
