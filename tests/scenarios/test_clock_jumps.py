"""The clock of the machine jumps by an hour: no time-out fires, no connection is closed, every key keeps its side."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer, answering
from harness.places import place
from harness.sidecar import Sidecar

LIBRARY: Final = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

HOUR: Final = datetime.timedelta(hours=1)

pytestmark = pytest.mark.skipif(
    LIBRARY is None, reason="libfaketime is not installed; on Debian: apt-get install faketime"
)


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """The file that says how far the sidecar's time of day is off; its monotonic clock goes right, as a kernel's."""
    path = tmp_path / "clock"
    path.write_text("+0")
    return path


def test_a_clock_that_jumps_an_hour_either_way_disturbs_nobody(
    folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar], clock: Path
) -> None:
    released = threading.Event()

    def slow(conversation: Conversation) -> None:
        while True:
            if conversation.request().target == b"/slow":
                assert released.wait(PATIENCE)
            conversation.send(answer(b"legacy"))

    legacy.script = slow
    platform.script = answering(lambda _: answer(b"platform"))
    folder.silo("portal", legacy.url)
    folder.routes(
        "routes:\n"
        "  - {name: slow, match: /slow, legacy: portal, stage: legacy, timeout: 30s}\n"
        f'  - {{name: shared, match: GET /shared, legacy: portal, platform: "{platform.url}", stage: canary,\n'
        "     canary: {share: 50%, by: cookie session}}\n"
    )
    sidecar = serve(
        folder,
        environment={
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )
    with Client(sidecar.port) as running, Client(sidecar.port) as kept:
        running.send(request("GET", "/slow"))
        eventually(lambda: legacy.requests, "the slow call runs")
        for number, hours in enumerate((0, 1, -1, 0)):
            clock.write_text(f"{hours * 3600:+}")
            _reload(sidecar, folder, number)
            at = datetime.datetime.fromisoformat(sidecar.config()["running"]["at"])
            now = datetime.datetime.now(datetime.UTC) + hours * HOUR
            assert abs(at - now) < datetime.timedelta(minutes=1), "the clock did not jump, so nothing was shown"
            for key in map(str, range(40)):
                right = b"platform" if place(key, "shared") < 0.5 else b"legacy"
                assert kept.get("/shared", f"Cookie: session={key}").body == right
            assert sidecar.readyz() == 200
        released.set()
        assert running.response().body == b"legacy"
        assert running.get("/shared").body == b"legacy"


def _reload(sidecar: Sidecar, folder: Folder, number: int) -> None:
    """A reload, so that the sidecar tells its time."""
    text = (folder / "routes/all.yaml").read_text()
    sidecar.changed(folder.routes, f"{text}# {number}\n")
