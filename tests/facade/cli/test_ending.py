"""`facade schedule`, `evidence`, `orphans` and `commonality`: what is said of the ends of silos, and what is usage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from ended import DAY, NOW, TODAY, burnt, called

from facade.cli import commonality, evidence, orphans, schedule
from facade.cli.commands import run
from facade.cli.sidecar import Sidecar
from facade.control.ending.views import Orphans, Schedule
from facade.ending.calendar import events
from facade.ending.candidates import Candidate
from facade.ending.commonality import Answered
from facade.ending.commonality import commonality as found_common
from facade.ending.evidence import Found, LedgerState, Unresolved
from facade.ending.evidence import evidence as judged
from facade.ending.refusing import Confirmation
from facade.ending.schedule import schedule as scheduled
from facade.ending.silo import EndingSilo
from facade.routing.stage import Stage

SHA256 = "d" * 64
SIDECAR = Sidecar("http://127.0.0.1:9901")
SILO = EndingSilo("portal", "sql", "Licensing, west", TODAY + DAY, "refuse", (("titles.read", Stage.LEGACY),))
SHAPE = Candidate("GET /a/{x}", "GET", "/a/{x}", 1204, TODAY - DAY, TODAY, (("2xx", 1200), ("4xx", 4)))
WORD = Confirmation("portal", TODAY + DAY, "Kim", "the contract ends", NOW, "digest", "well", forced=True)


def as_json(value: object) -> Any:
    """What a command gets of it."""
    return msgspec.json.decode(msgspec.json.encode(value))


def said(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def a_schedule(problem: str | None = None) -> Any:
    silos = scheduled([SILO], {"portal": burnt([0.5] * 30)}, called("courts"), TODAY)
    return as_json(Schedule(NOW, silos, events(silos, (), NOW.tzinfo or NOW.astimezone().tzinfo), problem))


def test_the_schedule_is_a_table_with_a_sentence_for_each_silo():
    text = said(schedule.lines(a_schedule(), SIDECAR)).split("\n")
    assert text[0].split() == "SILO SWITCH-OFF DAYS ROUTES LEFT OF ALL CALLERS FORECAST OWNER".split()
    assert text[1].split() == "portal 2026-11-24 1 1 legacy 50% 1 not falling Licensing, west".split()
    assert text[3].startswith("portal is to go in 1 day, 24 November 2026; answers 50% of all calls")
    assert text[-1] == "by what http://127.0.0.1:9901 runs and has counted"


def test_calls_that_are_not_known_are_said_beside_it():
    assert "calls of past days are not known: broken; mend" in said(schedule.lines(a_schedule("broken; mend"), SIDECAR))
    empty = as_json(Schedule(NOW, (), ()))
    assert said(schedule.lines(empty, SIDECAR)) == "http://127.0.0.1:9901: no silo is configured"


def test_the_lines_of_the_calendar_end_as_such_lines_do(capsys: pytest.CaptureFixture[str]):
    lines = list(schedule.ical(a_schedule(), SIDECAR))
    assert lines[0] == "BEGIN:VCALENDAR\r"
    assert lines[-1] == "END:VCALENDAR\r"
    assert all(line.endswith("\r") for line in lines)


def found_of(**changed: Any) -> Any:
    given = {
        "silo": SILO,
        "at": NOW,
        "today": TODAY,
        "burn_down": burnt([0.5] * 30),
        "callers": tuple(called("courts", calls=1204)),
        "differences": (),
        "unresolved": Unresolved(takes_unmatched=False),
        "ledger": LedgerState(12, "ab" * 32),
    }
    return as_json(judged(Found(**{**given, **changed})))


def test_the_evidence_is_each_reason_with_yes_or_no_then_who_and_where():
    text = said(evidence.lines(found_of(confirmations=(WORD,)), SIDECAR))
    assert text.startswith("portal may not be switched off: 3 of 6 reasons speak against it\n  no   1 of its 1 route ")
    assert "\n  yes  no route's two sides are known to differ\n" in text
    assert "courts  1,204  2026-11-22 09:00:00 UTC" in text
    assert "titles.read  legacy" in text
    assert "confirmed by Kim 2026-11-23 09:00:00 UTC for 2026-11-24, against the evidence: the contract ends" in text
    assert "seen 2026-11-23 09:00:00 UTC on http://127.0.0.1:9901; sha256 " in text


@pytest.mark.parametrize(
    "words",
    [
        ["schedule", "--ical", "--json"],
        ["evidence"],
        ["evidence", "portal", "--confirm"],
        ["evidence", "portal", "--confirm", "--reason", "so"],
        ["evidence", "portal", "--confirm", SHA256],
        ["evidence", "portal", "--confirm", SHA256, "--reason", "so", "--days", "7"],
        ["evidence", "portal", "--withdraw", "--confirm", SHA256, "--reason", "so"],
        ["evidence", "portal", "--force"],
        ["evidence", "portal", "--reason", "so"],
        ["evidence", "portal", "--days", "0"],
        ["evidence", "portal", "--days", "401"],
        ["evidence", "portal", "--days", "x"],
    ],
)
def test_words_that_do_not_go_together_are_usage(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        run(words)
    assert left.value.code == 2
    assert capsys.readouterr().err


def test_orphans_are_a_table_of_what_a_route_would_match():
    text = said(orphans.lines(as_json(Orphans("portal", (SHAPE,))), SIDECAR))
    assert text.startswith("calls that no route covers go to portal (unmatched), on http://127.0.0.1:9901\n")
    assert "GET /a/{x}  1,204  2026-11-22  2026-11-23  1,200 2xx, 4 4xx" in text


def test_without_orphans_that_is_said():
    assert "go nowhere: they are answered 404" in said(orphans.lines(as_json(Orphans(None, ())), SIDECAR))
    assert "none was counted" in said(orphans.lines(as_json(Orphans(None, ())), SIDECAR))
    assert "not known: broken; mend" in said(orphans.lines(as_json(Orphans(None, (), "broken; mend")), SIDECAR))


def test_common_fields_are_told_with_who_answers_them():
    answered = [Answered("a", "x", ("address",)), Answered("b", "y", ("Address",))]
    text = said(commonality.lines(as_json(found_common(["a", "b", "c"], answered)), SIDECAR))
    assert "address      2  a.x, b.y" in text
    assert "address is held by 2 silos: a, b" in text
    assert "no operation of theirs has an answer: c" in text
    assert "no field is answered by more than one silo" in said(
        commonality.lines(as_json(found_common([], [])), SIDECAR)
    )
