"""The calls of both sides over the same time."""

from __future__ import annotations

from facade.control.judge.block import SIZE, Block, SlownessCounter
from facade.control.judge.call import JudgedCall, Kind
from facade.control.judge.wager import Counts
from facade.routing.stage import Side


def add(block: Block, side: Side, kind: Kind, seconds: float = 0.1, times: int = 1) -> None:
    for _ in range(times):
        block.add(JudgedCall(side, None, seconds), kind)


def test_a_block_lasts_until_the_platform_was_asked_a_few_times_and_legacy_once() -> None:
    block = Block([])
    add(block, Side.LEGACY, Kind.SUCCESS, times=100)
    add(block, Side.PLATFORM, Kind.SUCCESS, times=SIZE - 1)
    assert not block.full
    add(block, Side.PLATFORM, Kind.ERROR)
    assert block.full
    block.clear()
    add(block, Side.PLATFORM, Kind.SUCCESS, times=3 * SIZE)
    assert not block.full
    add(block, Side.LEGACY, Kind.LEFT)
    assert block.full
    assert "15" in repr(block)


def test_errors_are_of_all_calls_but_those_whose_caller_hung_up() -> None:
    block = Block([])
    for kind in Kind:
        add(block, Side.LEGACY, kind, times=2)
        add(block, Side.PLATFORM, kind)
    assert block.errors == Counts(8, 2, 4, 1)


def test_kinds_of_answers_are_of_those_that_are_no_errors() -> None:
    block = Block([])
    for kind in Kind:
        add(block, Side.LEGACY, kind, times=2)
        add(block, Side.PLATFORM, kind)
    assert block.answers(Kind.REFUSED) == Counts(6, 2, 3, 1)


def test_slow_calls_are_of_the_answers_and_of_those_that_were_waited_for_as_long() -> None:
    counter = SlownessCounter()
    counter.limits = {Side.LEGACY: 1.0, Side.PLATFORM: 2.0}
    block = Block([counter])
    for seconds in (0.5, 1.5, 2.5):
        for kind in (Kind.SUCCESS, Kind.ERROR, Kind.LEFT):
            add(block, Side.LEGACY, kind, seconds)
            add(block, Side.PLATFORM, kind, seconds)
    assert block.slowness(counter) == Counts(5, 4, 4, 2)
    assert "slow=" in repr(counter)
    block.clear()
    assert block.slowness(counter) == Counts(0, 0, 0, 0)


def test_nothing_is_slow_while_no_time_is_known() -> None:
    counter = SlownessCounter()
    block = Block([counter])
    add(block, Side.PLATFORM, Kind.SUCCESS, 1e9)
    assert block.slowness(counter).platform_hits == 0
