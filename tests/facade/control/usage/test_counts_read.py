"""What is read of the counts: rows, sums by day and by caller, and which days were watched."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import pytest
from counted import NOON, TODAY

from facade.calls import Turn
from facade.control.usage.counts_book import CountsBook
from facade.control.usage.counts_read import reading
from facade.ending.counts import CallerCalls, DayCalls

DAY = datetime.timedelta(1)
LENGTH = 86_400.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    book = CountsBook(tmp_path / "a folder # with ? signs")
    for number, seconds in enumerate((LENGTH - 600, LENGTH / 2, LENGTH + 5, LENGTH)):
        calls = {("portal", "a", "registry"): 1, ("portal", "b", "registry"): 2, ("intake", "a", "lands"): 4}
        book.add(TODAY + number * DAY, Turn(calls, {}), NOON + number * DAY, seconds, LENGTH)
    book.close()
    return book.file.path


def test_sums_by_day_and_target_and_by_caller(path: Path) -> None:
    with reading(path, TODAY + DAY, TODAY + 2 * DAY) as counts:
        assert counts.days() == tuple(
            DayCalls(TODAY + number * DAY, target, calls)
            for number in (1, 2)
            for target, calls in (("lands", 4), ("registry", 3))
        )
        assert counts.callers() == (
            CallerCalls("lands", "intake", 8, NOON + 2 * DAY),
            CallerCalls("registry", "portal", 6, NOON + 2 * DAY),
        )


def test_the_rows_of_one_target_can_be_read_alone(path: Path) -> None:
    with reading(path, TODAY, TODAY) as counts:
        assert [row.route for row in counts.counts("registry").rows] == ["a", "b"]


def test_whole_days_are_told_from_parts_and_today_is_none(path: Path) -> None:
    with reading(path, TODAY, TODAY + 3 * DAY) as counts:
        found = counts.counts()
    assert found.whole == {TODAY, TODAY + 2 * DAY}
    assert found.observed[TODAY + 2 * DAY] == LENGTH
    assert TODAY - DAY not in found.observed, "nobody watched"


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError), reading(tmp_path / "calls.sqlite", TODAY, TODAY):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_reader_keeps_no_writer_waiting(path: Path) -> None:
    book = CountsBook(path.parent)
    with reading(path, TODAY, TODAY) as counts:
        before = counts.days()
        book.add(TODAY, Turn({("portal", "a", "registry"): 5}, {}), NOON, 0.0, LENGTH)
        assert counts.days() == before
    with reading(path, TODAY, TODAY) as counts:
        assert counts.days() != before
    book.close()
