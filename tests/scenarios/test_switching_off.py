"""When a silo ends and whether it may: by past calls, the files, the comparisons and the ledger, asked by command."""

from __future__ import annotations

import datetime
import json
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from facade.calls import Turn
from facade.control.usage.counts_book import CountsBook
from facade.ending.heavy import Shaped
from harness.client import get
from harness.folder import Folder
from harness.patience import PATIENCE, eventually
from harness.peer import Peer
from harness.sidecar import Sidecar, run

Serve = Callable[..., Sidecar]

DAY: Final = datetime.timedelta(1)
LENGTH: Final = 86_400.0
EVERY: Final = 1000

ROUTES: Final = """\
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: {stage}
    deprecated: 2026-11-01
    sunset: 2099-01-01
  - {{name: cases.read, match: "GET /cases/{{id}}", legacy: cases, platform: "{platform}", stage: complete}}
"""


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def history(folder: Folder, days: int, calls: Callable[[int], Mapping[tuple[str, str, str], int]]) -> None:
    """What a sidecar would have counted that watched all of these days; `calls` of the day so many days ago."""
    book = CountsBook(folder / "state")
    for ago in range(days, 0, -1):
        day = today() - ago * DAY
        noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
        orphans = {Shaped("GET", "/old/{x}"): {"2xx": 5}} if ago == 2 else {}
        book.add(day, Turn(calls(ago), orphans), noon, LENGTH, LENGTH)
    book.close()


def sinking(ago: int) -> Mapping[tuple[str, str, str], int]:
    """The portal answered 90 % eight weeks ago and answers 40 % now; nobody asks the cases any more."""
    share = 0.4 + 0.5 * ago / 56 + random.Random(ago).gauss(0, 0.01)
    portal = round(EVERY * share)
    return {("courts", "titles.read", "portal"): portal, ("unknown", "titles.read", ""): EVERY - portal}


@pytest.fixture
def sunk(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    """Two silos: one that its routes leave, and one that is empty."""
    folder.facade(unmatched="portal")
    (folder / "state").mkdir()
    date = today() + 60 * DAY
    folder.silo("portal", legacy.url, "owner: Licensing, west", f"switch_off: {date}")
    folder.silo("cases", legacy.url, f"switch_off: {today() - 3 * DAY}", "after_switch_off: refuse")
    folder.routes(ROUTES.format(platform=platform.url, stage="legacy"))
    return folder


def told(folder: Folder, *words: str) -> tuple[int, Any]:
    done = run(*words[:1], *words[1:], "--config", str(folder.path), "--json")
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def said(folder: Folder, *words: str) -> str:
    done = run(*words, "--config", str(folder.path))
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done.stdout


def test_the_schedule_names_every_silo_by_date_with_a_forecast_from_its_calls(sunk: Folder, serve: Serve) -> None:
    history(sunk, 56, sinking)
    serve(sunk)
    _, found = told(sunk, "schedule")
    cases, portal = found["silos"]
    assert (cases["silo"], cases["overdue"], cases["days_left"], cases["forecast"]["kind"]) == (
        "cases",
        True,
        -3,
        "empty",
    )
    assert (portal["owner"], portal["callers"], portal["routes_left"]) == (
        "Licensing, west",
        ["courts"],
        [["legacy", 1]],
    )
    assert portal["share"] == pytest.approx(0.43, abs=0.02)
    expected = portal["forecast"]
    day = datetime.date.fromisoformat(expected["day"])
    assert 38 <= (day - today()).days <= 52
    assert expected["earliest"] < expected["day"] < expected["latest"]
    assert "before its date" in portal["sentence"]
    text = said(sunk, "schedule")
    assert "overdue" in text
    assert portal["sentence"] in text


def test_the_schedule_is_a_calendar_that_others_can_read(sunk: Folder, serve: Serve) -> None:
    serve(sunk)
    words = [sys.executable, "-m", "facade", "schedule", "--ical", "--config", str(sunk.path)]
    done = subprocess.run(words, capture_output=True, check=True, timeout=PATIENCE)
    lines = done.stdout.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in b"".join(lines)
    assert lines.count(b"BEGIN:VEVENT") == 4, "two dates to switch off, a deprecation, a sunset"
    assert b"DTSTART;VALUE=DATE:20990101" in lines
    assert any(rb"Owner: Licensing\, west" in line for line in done.stdout.replace(b"\r\n ", b"").split(b"\r\n"))


def test_a_silo_that_is_called_may_not_be_switched_off_and_every_reason_is_told(sunk: Folder, serve: Serve) -> None:
    history(sunk, 56, sinking)
    serve(sunk)
    status, found = told(sunk, "evidence", "portal")
    against = [reason["text"] for reason in found["reasons"] if not reason["holds"]]
    assert (status, found["may"], found["zero_days"], found["observed_days"]) == (1, False, 0, 30)
    assert against[0] == "1 of its 1 route not yet complete or gone: titles.read (legacy)"
    assert against[1].startswith("1 caller called it in the last 30 days: courts (")
    assert "GET /old/{x}" in against[3]
    assert found["reasons"][-1]["holds"], found["reasons"]
    assert "portal may not be switched off: 4 of 6 reasons speak against it" in said(sunk, "evidence", "portal")


def test_a_silo_that_nobody_called_for_thirty_watched_days_may_be_switched_off(sunk: Folder, serve: Serve) -> None:
    history(sunk, 30, sinking)
    serve(sunk)
    status, found = told(sunk, "evidence", "cases")
    assert (status, found["may"], found["zero_days"], found["observed_days"]) == (0, True, 30, 30), found["reasons"]
    status, found = told(sunk, "evidence", "cases", "--days", "31")
    assert (status, found["may"]) == (1, False)


def test_a_person_confirms_it_and_their_word_stands_in_the_evidence(sunk: Folder, serve: Serve) -> None:
    history(sunk, 30, sinking)
    serve(sunk)
    why = ("--by", "Kim", "--reason", "the contract ends")
    seen = said(sunk, "evidence", "cases").split()[-1]
    word = ("evidence", "cases", "--confirm", seen, *why)
    status, done = told(sunk, *word)
    assert (status, done["confirmed_by"]) == (0, "Kim")
    _, found = told(sunk, "evidence", "cases")
    (confirmation,) = found["confirmations"]
    assert (confirmation["by"], confirmation["why"], confirmation["evidence"]) == ("Kim", "the contract ends", seen)
    assert f"sha256 {seen}: the evidence says that it may be" in (sunk / "state" / "ledger.jsonl").read_text()
    assert "confirmed by Kim" in said(sunk, "evidence", "cases")
    status, refused = told(sunk, "evidence", "portal", *word[2:])
    assert status == 1
    assert "portal: its evidence is not what was seen" in refused["error"]
    status, done = told(sunk, "evidence", "cases", "--withdraw", "--by", "Kim", "--reason", "not yet")
    assert (status, done["confirmed_by"]) == (0, None)


def test_a_ledger_that_somebody_edited_speaks_against_it(sunk: Folder, serve: Serve) -> None:
    history(sunk, 30, sinking)
    serve(sunk)
    assert told(sunk, "evidence", "cases")[1]["may"]
    ledger = sunk / "state" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"cause":"start"', b'"cause":"api"', 1))
    _, found = told(sunk, "evidence", "cases")
    assert not found["may"]
    assert "the ledger is not as it was written" in said(sunk, "evidence", "cases")


def test_a_call_through_the_sidecar_is_in_the_evidence_seconds_later(sunk: Folder, serve: Serve) -> None:
    history(sunk, 30, sinking)
    sidecar = serve(sunk)
    get(sidecar.port, "/old/7", "Connection: close")

    def is_called() -> bool:
        callers = told(sunk, "evidence", "portal", "--days", "1")[1]["callers"]
        return any(each["caller"] == "unknown" for each in callers)

    eventually(is_called, "the call is in the evidence")


def test_orphans_are_offered_as_routes(sunk: Folder, serve: Serve) -> None:
    history(sunk, 5, sinking)
    serve(sunk)
    _, found = told(sunk, "orphans")
    assert found["unmatched"] == "portal"
    (orphan,) = found["orphans"]
    assert (orphan["match"], orphan["calls"], orphan["status"]) == ("GET /old/{x}", 5, [["2xx", 5]])
    assert "GET /old/{x}" in said(sunk, "orphans")


def test_without_any_past_nothing_is_guessed(sunk: Folder, serve: Serve) -> None:
    serve(sunk)
    _, found = told(sunk, "schedule")
    assert {each["forecast"]["kind"] for each in found["silos"]} == {"not enough data"}
    assert not told(sunk, "evidence", "cases")[1]["may"]
    assert told(sunk, "commonality")[1]["unread"] == ["cases", "portal"]


@pytest.mark.parametrize(
    ("words", "told_of"),
    [
        (("evidence", "protal"), "write portal"),
        (("schedule", "--admin", "127.0.0.1:9"), "facade serve"),
        (("orphans", "--admin", "127.0.0.1:9"), "facade serve"),
        (("commonality", "--admin", "127.0.0.1:9"), "facade serve"),
    ],
)
def test_a_mistake_is_told_with_its_mend(sunk: Folder, serve: Serve, words: tuple[str, ...], told_of: str) -> None:
    serve(sunk)
    status, found = told(sunk, *words)
    assert status == 1
    assert told_of in found["error"]


def test_what_is_asked_of_no_silo_or_no_number_of_days_is_refused(sunk: Folder, serve: Serve) -> None:
    sidecar = serve(sunk)
    assert sidecar.admin("/api/evidence?silo=nobody").status == 404
    assert sidecar.admin("/api/burndown").status == 404
    for days in ("0", "401", "x", "-1", "1e9", "%00"):
        assert sidecar.admin(f"/api/evidence?silo=portal&days={days}").status == 400
    assert json.loads(sidecar.admin("/api/burndown?silo=portal").body)["silo"] == "portal"


def test_damaged_counts_are_no_evidence_and_the_sidecar_serves_on(sunk: Folder, serve: Serve, tmp_path: Path) -> None:
    history(sunk, 30, sinking)
    sidecar = serve(sunk)
    assert told(sunk, "evidence", "cases")[1]["may"]
    for path in (sunk / "state").glob("calls.sqlite*"):
        path.write_bytes(b"this is no database" * 100)

    def is_doubted() -> bool:
        return not told(sunk, "evidence", "cases")[1]["may"]

    eventually(is_doubted, "what cannot be read is no evidence")
    assert get(sidecar.port, "/titles/7", "Connection: close").status == 200
