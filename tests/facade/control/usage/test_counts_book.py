"""Turns become rows: added up, bounded, kept for as many days as are promised, and never lost to a disk."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import pytest
from counted import NOON, TODAY

from facade.calls import Turn
from facade.control.usage import counts_book, counts_rows
from facade.control.usage.counts_book import CountsBook
from facade.control.usage.counts_read import reading
from facade.control.usage.counts_rows import DAYS
from facade.ending.counts import OTHERS, Counted, Counts
from facade.ending.heavy import MOST, Shaped

DAY = datetime.timedelta(1)
LENGTH = 86_400.0
KEY = ("portal", "titles.read", "registry")


def add(book: CountsBook, calls: dict[tuple[str, str, str], int], day: datetime.date = TODAY, **orphans: int) -> None:
    shaped = {Shaped("GET", f"/{shape}"): {"4xx": number} for shape, number in orphans.items()}
    book.add(day, Turn(calls, shaped), NOON, 4.0, LENGTH)


def counts(book: CountsBook, since: datetime.date = TODAY, today: datetime.date = TODAY) -> Counts:
    with reading(book.file.path, since, today) as found:
        return found.counts()


@pytest.fixture
def book(tmp_path: Path) -> CountsBook:
    return CountsBook(tmp_path)


def test_turns_of_a_day_are_one_row(book: CountsBook) -> None:
    add(book, {KEY: 3})
    add(book, {KEY: 4, ("unknown", "", ""): 1})
    found = counts(book)
    assert found.rows == (
        Counted(TODAY, "unknown", "", "", 1, NOON),
        Counted(TODAY, *KEY, 7, NOON),
    )
    assert found.observed == {TODAY: 8.0}


def test_two_sidecars_count_in_one_file(book: CountsBook, tmp_path: Path) -> None:
    other = CountsBook(tmp_path)
    for _ in range(3):
        add(book, {KEY: 1}, permits=2)
        add(other, {KEY: 10}, permits=20, forms=1)
    found = counts(book)
    assert found.rows[0].calls == 33
    assert {orphan.shape: orphan.calls for orphan in found.orphans} == {"/permits": 66, "/forms": 3}


def test_a_call_that_was_moved_in_the_next_turn_leaves_no_row_of_the_first_target(book: CountsBook) -> None:
    before = ("portal", "titles.read", "")
    add(book, {before: 1})
    add(book, {before: -1, KEY: 1})
    assert [row.target for row in counts(book).rows] == ["registry"]


def test_what_cannot_be_written_waits_and_is_counted_once_it_can(book: CountsBook, tmp_path: Path) -> None:
    (tmp_path / "calls.sqlite").mkdir()
    for _ in range(5):
        with pytest.raises((OSError, sqlite3.Error)):
            add(book, {KEY: 2}, permits=1)
    with pytest.raises((OSError, sqlite3.Error)):
        add(book, {KEY: 1}, TODAY + DAY)
    (tmp_path / "calls.sqlite").rmdir()
    add(book, {KEY: 1}, TODAY + DAY)
    found = counts(book, today=TODAY + DAY)
    assert [(row.day, row.calls) for row in found.rows] == [(TODAY, 10), (TODAY + DAY, 2)]
    assert (found.observed[TODAY], found.orphans[0].calls) == (20.0, 5)
    add(book, {KEY: 1}, TODAY + DAY)
    assert counts(book, today=TODAY + DAY).rows[1].calls == 3, "what waited is written once"


def test_a_day_has_so_many_rows_and_then_a_caller_has_one_for_each_target(
    book: CountsBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (counts_book, counts_rows):
        monkeypatch.setattr(module, "ROWS", 10)
    for turn in range(3):
        add(book, {("portal", f"route-{turn}-{each}", "registry"): 1 for each in range(8)})
    rows = counts(book).rows
    assert len(rows) == 11
    assert sum(row.calls for row in rows) == 24
    assert {row.calls for row in rows if row.route == OTHERS} == {14}
    add(book, {("portal", "route-0-1", "registry"): 5})
    assert {row.calls for row in counts(book).rows if row.route == "route-0-1"} == {6}, "a row that is there grows"


def test_what_waits_is_bounded_as_a_day_is(book: CountsBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_book, "ROWS", 10)
    (tmp_path / "calls.sqlite").mkdir()
    with pytest.raises((OSError, sqlite3.Error)):
        add(book, {("portal", f"route-{each}", "registry"): 1 for each in range(50)})
    waiting = book._waiting[TODAY].calls
    assert (len(waiting), waiting["portal", OTHERS, "registry"]) == (11, 40)


def test_the_last_400_watched_days_are_kept(book: CountsBook) -> None:
    for number in range(DAYS + 30):
        add(book, {KEY: 1}, TODAY + number * DAY, **({"permits": 1} if number == 0 else {}))
    last = TODAY + (DAYS + 29) * DAY
    found = counts(book, TODAY, last)
    assert [row.day for row in found.rows] == [TODAY + number * DAY for number in range(30, DAYS + 30)]
    assert set(found.observed) == {row.day for row in found.rows}
    assert found.orphans == ()


def test_a_clock_that_was_wrong_for_an_hour_throws_no_evidence_away(book: CountsBook) -> None:
    for number in range(DAYS - 1):
        add(book, {KEY: 1}, TODAY + number * DAY)
    add(book, {KEY: 1}, datetime.date(2099, 1, 1))
    assert len(counts(book, TODAY, TODAY + DAYS * DAY).rows) == DAYS - 1


def test_orphans_are_bounded(book: CountsBook) -> None:
    add(book, {}, **{f"real{each}": 50 for each in range(10)})
    for turn in range(3):
        add(book, {}, **{f"flood{turn}x{each}": 1 for each in range(2 * MOST)})
    shapes = [orphan.shape for orphan in counts(book).orphans]
    assert len(shapes) == MOST
    assert sum(shape.startswith("/real") for shape in shapes) == 10
