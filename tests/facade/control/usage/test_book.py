"""The files of the days: bounded, private, and good for whatever can still be read."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
from counted import NOON, TODAY, a_route, calls

from facade.control.usage.book import DAYS, UsageBook
from facade.usage import DAY, KEPT, Stretch

DAY_LONG = datetime.timedelta(days=1)


def chance(count: int) -> bytes:
    return b"s" * count


def a_stretch(number: int = 3) -> Stretch:
    return Stretch(10 * number, calls(a_route(), number))


def names(book: UsageBook) -> list[str]:
    return sorted(path.name for path in book.folder.iterdir())


def test_stretches_are_added_across_restarts_and_read_by_nobody_else(tmp_path: Path) -> None:
    UsageBook(tmp_path, chance).add(a_stretch(), NOON, TODAY)
    book = UsageBook(tmp_path, b"another secret".ljust)
    book.add(a_stretch(2), NOON, TODAY)
    assert [len(sample.marks) for sample in book.samples(TODAY)] == [3, 2]
    first, second = book.samples(TODAY)
    assert second.marks == first.marks[:2], "the same secret, so the same keys"
    assert {stat.S_IMODE(path.stat().st_mode) for path in book.folder.iterdir()} == {0o600}


def test_the_secret_of_a_day_goes_with_it_and_old_days_go_too(tmp_path: Path) -> None:
    book = UsageBook(tmp_path, chance)
    for number in range(DAYS + 2):
        book.add(a_stretch(), NOON, TODAY + number * DAY_LONG)
    assert names(book) == ["2026-11-25.jsonl", "2026-11-26.jsonl", "2026-11-27.jsonl", "2026-11-27.key"]
    assert book.days() == [datetime.date(2026, 11, day) for day in (25, 26, 27)]


@pytest.mark.parametrize("damage", [b"", b"half a line", b"\x00\xff\n" * 3])
def test_what_is_damaged_is_passed_over_and_the_rest_counts(tmp_path: Path, damage: bytes) -> None:
    UsageBook(tmp_path, chance).add(a_stretch(), NOON, TODAY)
    path = tmp_path / "usage" / "2026-11-23.jsonl"
    path.write_bytes(path.read_bytes() + damage)
    book = UsageBook(tmp_path, chance)
    book.add(a_stretch(), NOON, TODAY)
    assert len(list(book.samples(TODAY))) == 2


def test_a_damaged_secret_is_replaced(tmp_path: Path) -> None:
    UsageBook(tmp_path, chance).add(a_stretch(), NOON, TODAY)
    (tmp_path / "usage" / "2026-11-23.key").write_bytes(b"short")
    UsageBook(tmp_path, lambda count: b"n" * count).add(a_stretch(), NOON, TODAY)
    assert (tmp_path / "usage" / "2026-11-23.key").read_bytes() == b"n" * 32


def test_a_day_that_is_full_takes_no_more(tmp_path: Path) -> None:
    full = UsageBook(tmp_path, chance)
    for _ in range(DAY // KEPT):
        full.add(a_stretch(KEPT), NOON, TODAY)
    size = (full.folder / "2026-11-23.jsonl").stat().st_size
    for book in (full, UsageBook(tmp_path, chance)):
        book.add(a_stretch(KEPT), NOON, TODAY)
    assert (full.folder / "2026-11-23.jsonl").stat().st_size == size
    assert sum(len(sample.marks) for sample in full.samples(TODAY)) <= DAY


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    book = UsageBook(tmp_path, chance)
    assert book.days() == []
    book.folder.mkdir()
    for name in ("2026-13-99.jsonl", "notes.txt"):
        (book.folder / name).write_text("kept")
    book.add(a_stretch(), NOON, TODAY)
    assert book.days() == [TODAY]
    assert {"2026-13-99.jsonl", "notes.txt"} < set(names(book))


def test_a_state_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "usage").write_text("a file")
    with pytest.raises(OSError, match=r".+"):
        UsageBook(tmp_path, chance).add(a_stretch(), NOON, TODAY)
