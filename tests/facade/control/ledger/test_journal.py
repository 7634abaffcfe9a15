"""The journal: what it takes for a change, over restarts too, and what it says where it cannot write."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from facade.control.because import THE_FILE, Because
from facade.control.ledger.book import Book
from facade.control.ledger.journal import Journal

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
ADA = Because("api", "numbers are good", "Ada", {"a": "platform errors 0 %"}, forced=True)


def journal(state: Path) -> Journal:
    return Journal(Book(state), lambda: NOON)


def told(state: Path) -> list[tuple[str, str | None, str | None, str]]:
    return [(each.what, each.before, each.after, each.cause) for each, _ in Book(state).entries()]


@pytest.fixture
async def begun(tmp_path: Path) -> Journal:
    made = journal(tmp_path)
    assert await made.started({"a": "legacy", "b": "canary 10%"}, "r1") is None
    return made


async def test_the_first_start_says_where_every_route_stands(begun: Journal, tmp_path: Path):
    assert told(tmp_path) == [
        ("*", None, None, "start"),
        ("a", None, "legacy", "start"),
        ("b", None, "canary 10%", "start"),
    ]


async def test_a_start_on_what_was_recorded_last_says_nothing_more(begun: Journal, tmp_path: Path):
    await journal(tmp_path).started({"a": "legacy", "b": "canary 10%"}, "r1")
    assert told(tmp_path)[3:] == [("*", None, None, "start")]


async def test_what_changed_while_nobody_was_there_is_recorded_at_the_next_start(begun: Journal, tmp_path: Path):
    await journal(tmp_path).started({"a": "platform", "c": "legacy"}, "r2")
    assert told(tmp_path)[4:] == [
        ("a", "legacy", "platform", "file"),
        ("c", None, "legacy", "start"),
        ("b", "canary 10%", None, "file"),
    ]


async def test_a_change_carries_why_by_whom_and_its_own_routes_evidence(begun: Journal, tmp_path: Path):
    await begun.stands({"a": "canary 10%", "b": "canary 50%"}, ADA, "r2")
    first, second = [each for each, _ in Book(tmp_path).entries()][3:]
    assert (first.why, first.by, first.evidence, first.forced) == (
        "numbers are good",
        "Ada",
        "platform errors 0 %",
        True,
    )
    assert (second.what, second.evidence) == ("b", "")


async def test_what_is_expected_is_recorded_once_and_taken_back_where_it_did_not_happen(begun: Journal, tmp_path: Path):
    await begun.expects({"a": "shadow"}, ADA, "r2")
    await begun.stands({"a": "shadow", "b": "canary 10%"}, ADA, "r2")
    assert told(tmp_path)[3:] == [("a", "legacy", "shadow", "api")]
    await begun.expects({"a": "canary 10%"}, ADA, "r3")
    await begun.stands({"a": "shadow", "b": "canary 10%"}, Because("api", "not carried out"), "r2")
    assert told(tmp_path)[4:] == [("a", "shadow", "canary 10%", "api"), ("a", "canary 10%", "shadow", "api")]


async def test_what_could_not_be_written_is_told_and_recorded_with_the_next_change(
    begun: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        broken.setattr(Book, "add", full)
        problem = await begun.stands({"a": "shadow", "b": "canary 10%"}, THE_FILE, "r2")
    assert problem == f"{tmp_path / 'ledger.jsonl'}: [Errno 28] No space left on device; mend `state`"
    assert await begun.stands({"a": "shadow", "b": "legacy"}, THE_FILE, "r3") is None
    assert told(tmp_path)[3:] == [("a", "legacy", "shadow", "file"), ("b", "canary 10%", "legacy", "file")]


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")
