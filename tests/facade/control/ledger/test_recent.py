"""The latest of what the ledger says of one route: its end is read, however long it is."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from facade.control.ledger.book import FILE, Book
from facade.control.ledger.entry import Entry
from facade.control.ledger.recent import TAIL, recent

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)


def entry(what: str, number: int, why: str = "") -> Entry:
    return Entry(at=NOW, what=what, before=None, after=str(number), cause="file", revision="a", why=why)


def told(state: Path, *what: str, most: int = 3) -> list[str | None]:
    return [each.after for each in recent(state, frozenset(what), most).entries]


def test_the_newest_come_first_and_others_do_not_come(tmp_path: Path) -> None:
    Book(tmp_path).add(*(entry("ab"[number % 2], number) for number in range(10)))
    assert told(tmp_path, "a") == ["8", "6", "4"]
    assert told(tmp_path, "a", "b") == ["9", "8", "7"]
    assert told(tmp_path, "c") == []
    assert recent(tmp_path, frozenset("a"), 3).is_all


def test_of_a_long_ledger_the_end_is_read_and_that_is_said(tmp_path: Path) -> None:
    Book(tmp_path).add(entry("old", 0), *(entry("a", number, "x" * 400) for number in range(1200)))
    assert (tmp_path / FILE).stat().st_size > TAIL
    found = recent(tmp_path, frozenset({"a", "old"}), 10_000)
    assert not found.is_all
    assert found.entries[0].after == "1199"
    assert all(each.what == "a" for each in found.entries)


def test_no_ledger_has_no_entries_and_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    assert told(tmp_path, "a") == []
    Book(tmp_path).add(entry("a", 1))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b"no entry\n\xff\n" + b"[" * 5000)
    assert told(tmp_path, "a") == ["1"]


def test_a_ledger_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(OSError, match="directory"):
        recent(tmp_path, frozenset("a"), 1)
