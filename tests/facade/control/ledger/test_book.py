"""The ledger's file: every entry is there, whatever a kill left of the last one."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest

from facade.control.ledger.book import Book
from facade.control.ledger.chain import Edited
from facade.control.ledger.entry import Entry

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


def entry(what: str) -> Entry:
    return Entry(at=NOON, what=what, before="legacy", after="shadow", cause="file", revision="abc")


def names(book: Book) -> list[str]:
    return [each.what for each, _ in book.entries()]


def test_entries_are_added_across_restarts(tmp_path: Path) -> None:
    first = Book(tmp_path / "state")
    assert names(first) == []
    assert [first.add(entry(what)).number for what in ("a", "b")] == [1, 2]
    assert Book(tmp_path / "state").add(entry("c")).number == 3
    assert names(Book(tmp_path / "state")) == ["a", "b", "c"]
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("left", [1, 20, -1])
def test_half_a_line_is_taken_off_because_it_never_happened(tmp_path: Path, left: int) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    whole = book.path.read_bytes()
    book.add(entry("b"))
    book.path.write_bytes(book.path.read_bytes()[: len(whole) + left] if left > 0 else book.path.read_bytes()[:left])
    assert names(Book(tmp_path)) == ["a"]
    assert Book(tmp_path).add(entry("c")).number == 2
    assert names(Book(tmp_path)) == ["a", "c"]


def test_nothing_is_added_to_a_ledger_that_somebody_edited(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    book.path.write_bytes(book.path.read_bytes().replace(b"shadow", b"canary"))
    edited = book.path.read_bytes()
    with pytest.raises(Edited):
        Book(tmp_path).add(entry("b"))
    assert book.path.read_bytes() == edited


def test_a_disk_that_is_full_leaves_a_book_that_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", _full)
        with pytest.raises(OSError, match="No space"):
            book.add(entry("b"))
    assert book.add(entry("c")).number == len(names(book))


def _full(descriptor: int) -> None:
    raise OSError(28, "No space left on device")
