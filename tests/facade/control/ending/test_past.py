from __future__ import annotations

import datetime
from types import MappingProxyType

import pytest
from counting import MadeUpCounts
from ended import DAY, TODAY, before, called

from facade.control.ending.past import FRESH, PastCalls
from facade.ending.counts import Counts, DayCalls

WATCHED = [before(number) for number in range(1, 11)]
KNOWN = Counts(observed=MappingProxyType(dict.fromkeys(WATCHED, 86_400.0)), whole=frozenset(WATCHED))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def counts() -> MadeUpCounts:
    every = tuple(DayCalls(day, "portal", 5) for day in (*WATCHED, TODAY))
    return MadeUpCounts(every, tuple(called("a")), KNOWN)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def past(counts: MadeUpCounts, clock: Clock) -> PastCalls:
    return PastCalls(counts, lambda: frozenset({"portal"}), clock)


def days_asked(counts: MadeUpCounts) -> list[datetime.date]:
    return [since for what, since in counts.asked if what == "days"]


async def test_what_is_known_is_put_together(past: PastCalls):
    found = await past.read()
    assert found.today == TODAY
    assert [day.day for day in found.burn_downs["portal"].days] == [*reversed(WATCHED), TODAY]
    assert [each.caller for each in found.callers] == ["a"]
    assert found.problem is None


async def test_who_asks_again_at_once_gets_the_same_and_later_something_new(
    past: PastCalls, counts: MadeUpCounts, clock: Clock
):
    first = await past.read()
    clock.now = FRESH - 0.01
    assert await past.read() is first
    clock.now = FRESH
    counts.every += (DayCalls(TODAY, "portal", 100),)
    again = await past.read()
    assert again.burn_downs["portal"].days[-1].calls == 105


async def test_days_that_are_over_are_read_once_a_day(past: PastCalls, counts: MadeUpCounts, clock: Clock):
    for turn in range(3):
        clock.now = turn * 10.0
        assert len((await past.read()).burn_downs["portal"].days) == 11
    assert days_asked(counts) == [before(400), before(2), before(2), before(2)]
    counts.day = TODAY + DAY
    assert (await past.read()).today == TODAY + DAY
    assert days_asked(counts)[4:] == [before(399), before(1)]


async def test_yesterdays_last_calls_are_not_missed(past: PastCalls, counts: MadeUpCounts, clock: Clock):
    await past.read()
    clock.now = 10.0
    counts.every += (DayCalls(before(1), "portal", 7),)
    assert (await past.read()).burn_downs["portal"].days[-2].calls == 12


async def test_a_silo_that_comes_is_there_at_once(counts: MadeUpCounts, clock: Clock):
    names = {"portal"}
    past = PastCalls(counts, lambda: frozenset(names), clock)
    await past.read()
    names.add("registry")
    assert set((await past.read()).burn_downs) == {"portal", "registry"}


async def test_of_calls_that_cannot_be_read_nothing_is_known_and_why_is_said(past: PastCalls, counts: MadeUpCounts):
    counts.broken = True
    found = await past.read()
    assert found.problem is not None
    assert "disk I/O error; mend" in found.problem
    assert (found.burn_downs["portal"].days, found.callers) == ((), ())
    assert await past.callers(7) == ()


async def test_who_watched_cannot_be_read_either(past: PastCalls, counts: MadeUpCounts):
    counts.known = Counts(problem="calls.sqlite: is damaged; mend it")
    assert (await past.read()).problem == "calls.sqlite: is damaged; mend it"
    assert days_asked(counts) == []


async def test_other_days_are_asked_for_as_they_are_named(past: PastCalls, counts: MadeUpCounts):
    await past.callers(30)
    await past.callers(7)
    assert [since for what, since in counts.asked if what == "callers"] == [before(30), before(7)]
