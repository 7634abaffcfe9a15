"""The ledger's file: every entry is there, whatever a kill left of the last one."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
import structlog

from facade.control.ledger.book import Book
from facade.control.ledger.chain import Edited, Last
from facade.control.ledger.entry import Entry
from facade.control.ledger.head import FILE, Head

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


@pytest.mark.parametrize("left", [1, 20, -2])
def test_half_a_line_is_taken_off_and_said_because_it_never_happened(tmp_path: Path, left: int) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    whole, head = book.path.read_bytes(), (tmp_path / FILE).read_bytes()
    book.add(entry("b"))
    book.path.write_bytes(book.path.read_bytes()[: len(whole) + left] if left > 0 else book.path.read_bytes()[:left])
    (tmp_path / FILE).write_bytes(head)  # a kill in the middle of the line comes before it
    assert names(Book(tmp_path)) == ["a"]
    with structlog.testing.capture_logs() as said:
        assert Book(tmp_path).add(entry("c")).number == 2
    assert names(Book(tmp_path)) == ["a", "c"]
    ((event, level),) = [(line["event"], line["log_level"]) for line in said]
    assert (event, level) == ("ledger cut", "error")


def test_an_entry_that_only_lost_the_end_of_its_line_stays(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add(entry("a"), entry("b"))
    book.path.write_bytes(book.path.read_bytes()[:-1])
    assert names(Book(tmp_path)) == ["a", "b"]
    with structlog.testing.capture_logs() as said:
        assert Book(tmp_path).add(entry("c")).number == 3
    assert names(Book(tmp_path)) == ["a", "b", "c"]
    assert [line["event"] for line in said] == ["ledger mended"]


@pytest.mark.parametrize("left", [0, 1, 2])
@pytest.mark.parametrize("end", [b"", b"half a li"])
def test_nothing_is_added_to_a_ledger_whose_end_was_cut(tmp_path: Path, left: int, end: bytes) -> None:
    book = Book(tmp_path)
    book.add(entry("a"), entry("b"))
    book.add(entry("c"))
    cut = b"".join(book.path.read_bytes().splitlines(keepends=True)[:left]) + end
    book.path.write_bytes(cut)
    with pytest.raises(Edited, match="entry 3 was written, and is no longer there"):
        Book(tmp_path).add(entry("d"))
    assert book.path.read_bytes() == cut


def test_a_head_that_lags_behind_is_no_alarm_because_a_kill_may_leave_it_so(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    head = (tmp_path / FILE).read_bytes()
    book.add(entry("b"), entry("c"))
    (tmp_path / FILE).write_bytes(head)
    assert Book(tmp_path).add(entry("d")).number == 4
    assert Head(tmp_path).read() == [last for _, last in book.entries()][-1]


def test_the_head_is_written_after_the_entries_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there: list[int] = []
    save = Head.save

    def look(head: Head, last: Last) -> None:
        there.append(len(names(Book(tmp_path))) - last.number)
        save(head, last)

    monkeypatch.setattr(Head, "save", look)
    book = Book(tmp_path)
    book.add(entry("a"))
    book.add(entry("b"), entry("c"))
    assert there == [0, 0]


def test_a_ledger_from_before_there_were_heads_gets_one(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    (tmp_path / FILE).unlink()
    last = Book(tmp_path).add(entry("b"))
    assert Head(tmp_path).read() == last


def test_a_damaged_head_is_put_aside_and_told_of_and_the_ledger_goes_on(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add(entry("a"))
    (tmp_path / FILE).write_bytes(b"sha256 x\n[1]")
    with structlog.testing.capture_logs() as said:
        last = Book(tmp_path).add(entry("b"))
    assert [line["event"] for line in said] == ["ledger's head is damaged"]
    assert (Head(tmp_path).read(), (tmp_path / "ledger.head.damaged").exists()) == (last, True)


def test_a_head_that_cannot_be_kept_is_told_of_and_takes_no_entry_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(tmp_path)

    def fail(head: Head, last: Last) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Head, "save", fail)
    with structlog.testing.capture_logs() as said:
        assert book.add(entry("a")).number == 1
    assert [line["event"] for line in said] == ["ledger's head not kept"]


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


def test_two_who_write_one_ledger_write_one_chain(tmp_path: Path) -> None:
    first, second = Book(tmp_path), Book(tmp_path)
    for number in range(3):
        first.add(entry(f"a{number}"))
        second.add(entry(f"b{number}"))
    assert [last.number for _, last in Book(tmp_path).entries()] == [1, 2, 3, 4, 5, 6]
