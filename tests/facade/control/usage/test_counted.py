"""Who takes turns to the book: by the operator's days, telling how long somebody watched, and stopping nothing."""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from counted import NOON, TODAY, a_route

from facade.calls import TURN, Calls
from facade.config.settings import Configuration, Settings
from facade.control.usage.counted import CountsKeeper
from facade.control.usage.counts_book import CountsBook
from facade.telemetry.metrics import Metrics

DAY = datetime.timedelta(1)
KEY = ("portal", "titles.read", "registry")


def at(address: str) -> Callable[[], str]:
    return lambda: address


class House:
    """A keeper whose clocks and files are set by hand."""

    def __init__(self, state: Path, now: datetime.datetime = NOON, zone: str = "Europe/London") -> None:
        self.now, self.monotonic = now, 100.0
        self.configuration = Configuration("a", replace(Settings(), timezone=zone), {}, (a_route(),), ())
        self.calls, self.metrics = Calls(), Metrics("1", ())
        self.keeper = CountsKeeper(
            self.calls,
            CountsBook(state),
            lambda: self.configuration,
            self.metrics,
            lambda: self.now,
            lambda: self.monotonic,
        )

    def call(self, number: int = 1) -> None:
        for _ in range(number):
            self.calls.seen(*KEY)

    def passes(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)
        self.monotonic += seconds

    def unkept(self) -> float:
        return self.metrics._unkept["counts",].value


async def test_what_was_counted_is_read_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.call(3)
    house.passes(4)
    (row,) = (await house.keeper.read(TODAY)).rows
    assert (row.caller, row.calls, row.last) == ("portal", 3, NOON + datetime.timedelta(seconds=4))
    assert [each.calls for each in await house.keeper.days(TODAY)] == [3]
    assert [each.caller for each in await house.keeper.callers(TODAY)] == ["portal"]


async def test_nothing_is_known_where_nothing_was_ever_counted(tmp_path: Path) -> None:
    found = await House(tmp_path).keeper.read(TODAY)
    assert (found.rows, found.observed, found.problem) == ((), {}, None)
    assert list(tmp_path.iterdir()) == []


async def test_a_day_is_one_of_the_operators_and_a_turn_ends_with_it(tmp_path: Path) -> None:
    house = House(tmp_path, datetime.datetime(2026, 7, 1, 22, 59, 58, tzinfo=datetime.UTC))
    assert house.keeper._rest() == 2.0, "two seconds to midnight in London"
    house.call(3)
    house.passes(2)
    await house.keeper.turn()
    house.call(2)
    house.passes(4)
    found = await house.keeper.read(datetime.date(2026, 7, 1))
    assert [(row.day.day, row.calls) for row in found.rows] == [(1, 3), (2, 2)]
    assert found.rows[0].last == datetime.datetime(2026, 7, 1, 22, 59, 58, tzinfo=datetime.UTC)
    assert found.observed == {datetime.date(2026, 7, 1): 2.0, datetime.date(2026, 7, 2): 4.0}


async def test_a_day_of_25_hours_is_whole_after_25(tmp_path: Path) -> None:
    house = House(tmp_path, datetime.datetime(2026, 10, 24, 23, tzinfo=datetime.UTC))
    day = datetime.date(2026, 10, 25)
    while house.now < datetime.datetime(2026, 10, 25, 23, 30, tzinfo=datetime.UTC):
        house.passes(16)
        await house.keeper.turn()
    assert day not in (await house.keeper.read(day)).whole, "half an hour is to come"
    while house.now < datetime.datetime(2026, 10, 26, 0, 1, tzinfo=datetime.UTC):
        house.passes(16)
        await house.keeper.turn()
    assert day in (await house.keeper.read(day)).whole


async def test_a_sidecar_at_rest_writes_once_a_minute_that_it_watched(tmp_path: Path) -> None:
    house = House(tmp_path)
    for _ in range(14):
        house.passes(4)
        await house.keeper.turn()
    assert list(tmp_path.iterdir()) == []
    house.passes(4)
    await house.keeper.turn()
    assert (await house.keeper.read(TODAY)).observed == {TODAY: 60.0}


async def test_a_process_that_stood_still_did_not_watch(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.call()
    house.passes(3_600)
    assert (await house.keeper.read(TODAY)).observed == {TODAY: 4 * TURN}


async def test_a_clock_that_is_set_changes_nothing_of_how_long_was_watched(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.call()
    house.passes(4)
    house.now -= datetime.timedelta(hours=1)
    assert (await house.keeper.read(TODAY)).observed == {TODAY: 4.0}


async def test_once_a_successor_watches_calls_are_still_counted_and_time_is_not(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.keeper.is_watching = False
    house.passes(4)
    house.call(2)
    await house.keeper.end()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["calls.sqlite"]
    found = await house.keeper.read(TODAY)
    assert ([row.calls for row in found.rows], found.observed) == ([2], {TODAY: 0.0})


async def test_the_end_keeps_the_last_seconds_that_were_watched(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.passes(7)
    await house.keeper.end()
    assert (await house.keeper.read(TODAY)).observed == {TODAY: 7.0}


async def test_a_state_that_cannot_be_written_is_told_once_and_loses_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    (tmp_path / "calls.sqlite").mkdir()
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            house.call()
            house.passes(4)
            await house.keeper.turn()
        found = await house.keeper.read(TODAY)
    assert [line["event"] for line in lines] == ["counts not kept"]
    assert found.problem is not None
    assert (found.rows, found.whole, house.unkept()) == ((), frozenset(), 3)
    (tmp_path / "calls.sqlite").rmdir()
    await house.keeper.end()
    (row,) = (await house.keeper.read(TODAY)).rows
    assert row.calls == 3


async def test_it_turns_again_and_again_and_learns_the_words_of_the_files(tmp_path: Path) -> None:
    house = House(tmp_path)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await house.keeper.turn()  # whatever was begun is done
        if len(slept) > 2:
            raise asyncio.CancelledError
        assert ("fahrzeuge" in house.calls.words) is (len(slept) == 2)
        house.configuration = replace(house.configuration, routes=(a_route(match="/fahrzeuge/{x}"),))
        house.call()
        house.passes(seconds)

    task = asyncio.ensure_future(house.keeper.watch(sleep))
    await asyncio.wait([task])
    assert slept == [TURN] * 3
    assert (await house.keeper.read(TODAY)).rows[0].calls == 2


async def test_a_disk_that_is_slow_at_midnight_moves_no_call_into_another_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, datetime.datetime(2026, 11, 23, 23, 59, 56, tzinfo=datetime.UTC))
    released = threading.Event()
    written = house.keeper._book.file.write

    def slow(change: Callable[[sqlite3.Connection], None]) -> None:
        assert released.wait(20)
        written(change)

    monkeypatch.setattr(house.keeper._book.file, "write", slow)
    house.call()
    turns = 0

    async def sleep(seconds: float) -> None:
        nonlocal turns
        turns += 1
        house.passes(min(seconds, 2))
        if turns > 4:
            raise asyncio.CancelledError
        house.call()
        await asyncio.sleep(0)

    task = asyncio.ensure_future(house.keeper.watch(sleep))
    await asyncio.wait([task])
    released.set()
    found = await house.keeper.read(TODAY)
    assert [(row.day, row.calls) for row in found.rows] == [(TODAY, 3), (TODAY + DAY, 2)]


async def test_a_new_day_begins_to_learn_segments_anew(tmp_path: Path) -> None:
    house = House(tmp_path)
    for each in range(49):
        house.calls.orphan("GET", "/fahrzeuge", 404, at(f"192.0.2.{each}"))
    house.now += DAY
    await house.keeper.turn()
    house.calls.orphan("GET", "/fahrzeuge", 404, at("192.0.2.200"))
    await house.keeper.turn()
    assert [each.shape for each in (await house.keeper.read(TODAY)).orphans] == ["/{x}"]
