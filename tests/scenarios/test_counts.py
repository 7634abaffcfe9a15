"""Who called what, day by day: nothing of it is lost to a kill, and nothing in it tells a person."""

from __future__ import annotations

import datetime
import hashlib
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from test_clock_jumps import LIBRARY

from facade.control.usage.counts_read import reading
from facade.ending.counts import Counts
from harness.client import Client, get, request
from harness.folder import Folder
from harness.load import Ends, Load
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer, answering
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

LOST: Final = 5.0
"""Seconds of counts that a kill may take."""

STRANGERS: Final = 10_000

LATE: Final = 20.0
"""Seconds before midnight at which a sidecar is started: it serves by then on a busy machine too."""

KEY: Final = "a-key-of-the-courts-alone"

CALLERS: Final = f"""\
callers:
  - {{name: intake, header: "X-Caller=intake"}}
  - {{name: courts, api_key: "sha256:{hashlib.sha256(KEY.encode()).hexdigest()}"}}
"""

ROUTES: Final = """\
routes:
  - {{name: titles.read, match: "GET /titles/{{number}}", legacy: portal, platform: "{platform}", stage: {stage},
     fallback: reads}}
"""


def counts(folder: Folder, days: int = 3) -> Counts:
    """What is kept of these days, read as anybody may who may read the folder."""
    path, today = folder / "state" / "calls.sqlite", datetime.datetime.now(datetime.UTC).date()
    if not path.exists():
        return Counts()
    with reading(path, today - datetime.timedelta(days), today + datetime.timedelta(days)) as found:
        return found.counts()


def calls(folder: Folder) -> Counter[tuple[str, str, str]]:
    every: Counter[tuple[str, str, str]] = Counter()
    for row in counts(folder).rows:
        every[row.caller, row.route, row.target] += row.calls
    return every


def kept(folder: Folder) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / "state").glob("calls.sqlite*"))


@pytest.fixture
def titles(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    folder.facade(forwarded="{trust: [127.0.0.0/8]}")
    folder.silo("portal", legacy.url)
    folder.write("callers.yaml", CALLERS)
    folder.routes(ROUTES.format(platform=platform.url, stage="legacy"))
    return folder


@pytest.mark.slow
def test_a_kill_takes_five_seconds_of_counts_at_the_most(titles: Folder, serve: Serve) -> None:
    sidecar = serve(titles)
    answered: list[float] = []
    over = threading.Event()

    def turn(client: Client, _: int) -> None:
        client.get("/titles/7", "X-Caller: intake")
        answered.append(time.monotonic())
        if over.is_set():
            time.sleep(PATIENCE)

    with Load(sidecar.port, 4, turn, ends=Ends.BEHIND_CLOSED_DOORS):
        time.sleep(LOST + 3.3)
        at = time.monotonic()
        sidecar.process.kill()
        sidecar.left()
    found = calls(titles)["intake", "titles.read", "portal"]
    assert len([each for each in answered if each < at - LOST]) <= found <= len(answered) + 4
    assert counts(titles).observed
    sidecar = serve(titles)
    get(sidecar.port, "/titles/7", "X-Caller: intake", "Connection: close")
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    assert calls(titles)["intake", "titles.read", "portal"] == found + 1, "what was there is counted on"


def test_a_stop_loses_nothing_and_every_caller_has_its_own_count(titles: Folder, serve: Serve) -> None:
    sidecar = serve(titles)
    with Client(sidecar.port) as client:
        for field, times in (("X-Caller: intake", 2), (f"X-Api-Key: {KEY}", 3), ("X-A: b", 4)):
            for number in range(times):
                client.get(f"/titles/{number}", field)
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    assert calls(titles) == {
        ("intake", "titles.read", "portal"): 2,
        ("courts", "titles.read", "portal"): 3,
        ("unknown", "titles.read", "portal"): 4,
    }


def test_a_forged_word_from_an_untrusted_peer_is_nobodys(titles: Folder, serve: Serve) -> None:
    titles.facade(forwarded="{trust: [192.0.2.0/24]}")
    sidecar = serve(titles)
    get(sidecar.port, "/titles/7", "X-Caller: intake", "Connection: close")
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    assert calls(titles) == {("unknown", "titles.read", "portal"): 1}


def test_ten_thousand_unknown_callers_are_one(titles: Folder, serve: Serve) -> None:
    sidecar = serve(titles)
    with Client(sidecar.port) as client:

        def strangers(first: int) -> None:
            for number in range(first, first + STRANGERS // 2):
                client.get(
                    "/titles/7",
                    f"X-Caller: s{number}",
                    f"X-Api-Key: key-{number:020}",
                    f"X-Forwarded-For: 10.0.{number >> 8}.{number & 255}",
                )

        strangers(0)
        sidecar.metrics()
        memory, series = sidecar.resident(), len(sidecar.metrics())
        strangers(STRANGERS // 2)
        assert len(sidecar.metrics()) <= series + 2, "but for a bucket that was not met before"
        assert sidecar.resident() - memory < 8 * 1024**2
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    assert calls(titles) == {("unknown", "titles.read", "portal"): STRANGERS}


def test_who_answers_is_counted_and_a_fallback_counts_once(
    titles: Folder, legacy: Peer, platform: Peer, serve: Serve
) -> None:
    works = [True]
    platform.script = answering(lambda _: answer(b"new") if works[0] else answer(b"", status="503 Service Unavailable"))
    titles.routes(ROUTES.format(platform=platform.url, stage="platform"))
    sidecar = serve(titles)
    with Client(sidecar.port) as client:
        assert client.get("/titles/1").body == b"new"
        works[0] = False
        assert client.get("/titles/1").body == b"legacy"
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    assert calls(titles) == {("unknown", "titles.read", ""): 1, ("unknown", "titles.read", "portal"): 1}


@pytest.mark.parametrize("is_taken", [False, True], ids=["404", "a silo takes them"])
def test_calls_that_no_route_covers_are_counted_by_shape_and_tell_nobody(
    titles: Folder, serve: Serve, is_taken: bool
) -> None:
    if is_taken:
        titles.facade(unmatched="portal")
    sidecar = serve(titles)
    people = ["anna-schmidt", "anna.schmidt@example.org", "Anna%20Schmidt", "QQ123456C", "schmidt;jsessionid=A1B2"]
    with Client(sidecar.port) as client:
        for person in people:
            for _ in range(60):
                client.get(f"/people/{person}/permits/4711?of=schmidt")
        client.ask(request("POST", "/permits", body=b"schmidt"))
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    found = {(each.candidate, each.calls, *each.status) for each in counts(titles).orphans}
    code = "2xx" if is_taken else "4xx"
    assert found == {("GET /people/{x}/permits/{x2}", 300, code), ("POST /permits", 1, code)}
    assert calls(titles) == {("unknown", "", "portal" if is_taken else ""): 301}
    for part in (b"chmidt", b"4711", b"QQ12", b"A1B2", b"jsession"):
        assert part not in kept(titles)


def test_a_call_that_ends_after_a_successor_took_over_is_counted_too(
    titles: Folder, legacy: Peer, serve: Serve
) -> None:
    released = threading.Event()

    def slow(conversation: Conversation) -> None:
        while True:
            if conversation.request().target == b"/titles/slow":
                assert released.wait(PATIENCE)
            conversation.send(answer(b"legacy"))

    legacy.script = slow
    first = serve(titles)
    with Client(first.port) as kept_on, Client(first.port) as idle:
        idle.get("/titles/1")
        kept_on.send(request("GET", "/titles/slow"))
        eventually(lambda: len(legacy.requests) > 1, "the slow call runs")
        second = serve(titles, "--take-over")
        second.said("taken over")
        for _ in range(3):
            get(second.port, "/titles/2", "Connection: close")
        released.set()
        assert kept_on.response().body == b"legacy"
    assert first.left() == 0
    second.tell(signal.SIGTERM)
    assert second.left() == 0
    assert calls(titles) == {("unknown", "titles.read", "portal"): 5}
    for sidecar in (first, second):
        assert not [line for line in sidecar.lines() if line["level"] == "error"]
    day = max(counts(titles).observed.values())
    assert day < 2 * PATIENCE, "nobody's time counts twice"


def test_a_damaged_file_is_put_aside_loudly_and_counting_goes_on(titles: Folder, serve: Serve) -> None:
    (titles / "state").mkdir()
    (titles / "state" / "calls.sqlite").write_bytes(b"no database at all" * 500)
    sidecar = serve(titles)
    get(sidecar.port, "/titles/7", "Connection: close")
    (line,) = sidecar.said("counts lost")
    assert line["level"] == "error"
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    assert calls(titles) == {("unknown", "titles.read", "portal"): 1}
    assert (titles / "state" / "calls.sqlite.damaged").exists()


@pytest.mark.slow
@pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed; on Debian: apt-get install faketime")
@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns"])
def test_a_day_ends_at_the_operators_midnight(titles: Folder, serve: Serve, zone: str) -> None:
    titles.facade(timezone=zone)
    midnight = datetime.datetime.combine(datetime.date(2026, 11, 24), datetime.time(), ZoneInfo(zone))
    began, ahead = time.monotonic(), midnight.timestamp() - LATE - time.time()
    sidecar = serve(
        titles,
        environment={
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME": f"{ahead:+.0f}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )
    with Client(sidecar.port) as client:
        for _ in range(2):
            client.get("/titles/1")
        assert time.monotonic() - began < LATE - 1, "the machine is too slow to show it"
        time.sleep(LATE + 2 - (time.monotonic() - began))
        for _ in range(3):
            client.get("/titles/1")
    sidecar.tell(signal.SIGTERM)
    sidecar.left()
    with reading(titles / "state" / "calls.sqlite", datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)) as found:
        rows = found.counts().rows
    assert [(row.day, row.calls) for row in rows] == [
        (datetime.date(2026, 11, 23), 2),
        (datetime.date(2026, 11, 24), 3),
    ]
    assert rows[0].last < midnight <= rows[1].last
