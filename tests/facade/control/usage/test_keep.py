"""Who takes the sample to its file: on time, off the loop, and without stopping anything."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import structlog
from counted import NOON, TODAY, a_route

from facade.control.usage.book import UsageBook
from facade.control.usage.keep import UsageKeeper
from facade.routing.stage import Side
from facade.usage import STRETCH, Usage


class Nothing:
    def key(self, key: object) -> None:
        return None

    def values(self, key: object) -> tuple[bytes, ...]:
        return ()


class House:
    """A keeper whose clock and zone are set by hand."""

    def __init__(self, state: Path, now: datetime.datetime = NOON) -> None:
        self.now = now
        self.zone = "Europe/London"
        self.usage = Usage(lambda: 0.5)
        self.book = UsageBook(state, bytes)
        self.keeper = UsageKeeper(self.usage, self.book, lambda: self.now, lambda: self.zone)

    def call(self, number: int = 1) -> None:
        for _ in range(number):
            self.usage.seen(a_route(), Nothing(), Side.LEGACY)


async def test_a_stretch_belongs_to_the_day_it_began_in_by_the_clock_of_the_files_zone(tmp_path: Path) -> None:
    house = House(
        tmp_path, datetime.datetime(2026, 7, 1, 22, 58, tzinfo=datetime.UTC)
    )  # a minute to midnight in London
    house.call(3)
    house.now += datetime.timedelta(minutes=5)
    await house.keeper.turn()
    house.call(2)
    await house.keeper.turn()
    assert house.book.days() == [datetime.date(2026, 7, 1), datetime.date(2026, 7, 2)]


async def test_a_stretch_without_a_call_writes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    await house.keeper.turn()
    assert await house.keeper.last_day() is None
    assert list(tmp_path.iterdir()) == []


async def test_the_last_day_that_is_over_is_told_and_today_only_where_there_is_no_other(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.call(4)
    await house.keeper.turn()
    today = await house.keeper.last_day()
    assert today is not None
    assert (today.day, today.is_over, today.tally.calls) == (TODAY, False, 4)
    house.now += datetime.timedelta(days=1)
    await house.keeper.turn()
    house.call(9)
    await house.keeper.turn()
    yesterday = await house.keeper.last_day()
    assert yesterday is not None
    assert (yesterday.day, yesterday.is_over, yesterday.tally.calls) == (TODAY, True, 4)


async def test_a_state_that_cannot_be_written_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    (tmp_path / "usage").write_text("a file")
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            house.call()
            await house.keeper.turn()
    assert [line["event"] for line in lines] == ["usage not kept"]
    (tmp_path / "usage").unlink()
    house.call()
    await house.keeper.turn()
    assert house.book.days() == [TODAY]


async def test_it_turns_every_few_minutes(tmp_path: Path) -> None:
    house = House(tmp_path)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 2:
            raise asyncio.CancelledError
        house.call()

    task = asyncio.ensure_future(house.keeper.watch(sleep))
    await asyncio.wait([task])
    assert slept == [STRETCH] * 3
    assert len(list(house.book.samples(TODAY))) == 2
