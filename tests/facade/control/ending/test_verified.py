from __future__ import annotations

from pathlib import Path

import pytest
from ended import NOW

from facade.control.ending import verified
from facade.control.ending.verified import VerifiedLedger
from facade.control.ledger.book import Book
from facade.control.ledger.entry import Entry


def entry(what: str) -> Entry:
    return Entry(at=NOW, what=what, before=None, after="legacy", cause="file", revision="abc")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path)
    book.add(entry("a"), entry("b"))
    return book


def test_a_ledger_as_it_was_written_is_told_with_its_end(book: Book, tmp_path: Path):
    found = VerifiedLedger(tmp_path).look()
    last = book.add(entry("c"))
    assert (found.entries, found.findings, found.problem) == (2, (), None)
    again = VerifiedLedger(tmp_path).look()
    assert (again.entries, again.last) == (last.number, last.hash)


def test_it_is_looked_through_once_for_each_state_of_the_file(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    looked = []
    audit = verified.audit
    monkeypatch.setattr(verified, "audit", lambda *given: looked.append(1) or audit(*given))
    ledger = VerifiedLedger(tmp_path)
    assert ledger.look() is ledger.look()
    assert len(looked) == 1
    book.add(entry("c"))
    assert ledger.look().entries == 3
    assert len(looked) == 2


def test_an_edit_is_found_though_something_was_found_good_before(book: Book, tmp_path: Path):
    ledger = VerifiedLedger(tmp_path)
    assert ledger.look().findings == ()
    path = book.path
    path.write_bytes(path.read_bytes().replace(b'"what":"a"', b'"what":"z"'))
    assert ledger.look().findings[0].startswith("line 1: ")


def test_a_ledger_that_lost_its_end_is_found_by_its_head(book: Book, tmp_path: Path):
    first = book.path.read_bytes().splitlines(keepends=True)[0]
    book.path.write_bytes(first)
    assert VerifiedLedger(tmp_path).look().findings


def test_a_ledger_that_is_not_there_is_no_good_ledger(tmp_path: Path):
    problem = VerifiedLedger(tmp_path).look().problem
    assert problem is not None
    assert "ledger.jsonl" in problem


def test_a_damaged_head_is_a_problem_and_stays_where_it_is(book: Book, tmp_path: Path):
    (tmp_path / "ledger.head").write_bytes(b"nonsense")
    assert VerifiedLedger(tmp_path).look().problem is not None
    assert (tmp_path / "ledger.head").read_bytes() == b"nonsense"
