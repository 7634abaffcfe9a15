"""Charts: every number that is drawn stands where it says."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st
from shown import day

from facade.ending.burndown import BurnDown
from facade.page.charts import burn, latency
from facade.telemetry.families import BOUNDS

BUCKETS = len(BOUNDS) + 1


def test_both_sides_stand_side_by_side_each_as_parts_of_its_own_calls() -> None:
    chart = latency({"legacy": (0, 30, 10, 0, 0, 0, 0, 0), "platform": (1, 0, 0, 0, 0, 0, 0, 0), "own": (9,) * 8})
    assert [side.name for side in chart.sides] == ["legacy", "platform"]
    assert chart.sides[0].parts == (0, 0.75, 0.25, 0, 0, 0, 0, 0)
    legacy, platform = ([bar for bar in chart.bars if bar.side == side] for side in ("legacy", "platform"))
    assert len(legacy) == len(platform) == len(chart.ticks) == BUCKETS
    assert all(left.x + left.width <= right.x for left, right in zip(legacy, platform, strict=True))


def test_a_side_that_nobody_was_answered_by_is_left_out() -> None:
    assert [side.name for side in latency({"legacy": (1,) * BUCKETS, "platform": (0,) * BUCKETS}).sides] == ["legacy"]
    assert latency({}).sides == ()


@given(st.lists(st.lists(st.integers(0, 10**9), min_size=BUCKETS, max_size=BUCKETS), min_size=2, max_size=2))
def test_the_parts_of_a_side_come_to_all_of_it(counts: list[list[int]]) -> None:
    chart = latency(dict(zip(("legacy", "platform"), counts, strict=True)))
    assert all(abs(sum(side.parts) - 1) < 1e-9 for side in chart.sides)


def test_days_that_follow_each_other_are_one_line_and_a_gap_is_a_gap() -> None:
    days = (day(1, 0.4), day(2, 0.3), day(4, 0.2), day(5, None), day(6, 0.1), day(7, 0.0))
    chart = burn(BurnDown("a", days), None, 100)
    assert len(chart.runs) == 2
    assert len(chart.dots) == 1
    assert (chart.first, chart.last) == (days[0].day, days[-1].day)
    assert [tick.text for tick in chart.ticks] == ["0%", "25%", "50%"]
    assert chart.runs[0].split()[0] == "52.0,42.0"


def test_the_date_is_drawn_where_it_lies_in_the_frame_and_not_where_it_is_far_off() -> None:
    days = BurnDown("a", tuple(day(number, 0.5) for number in range(1, 11)))
    assert burn(days, datetime.date(2026, 11, 20), 30).ends == 720.0
    assert burn(days, datetime.date(2030, 1, 1), 30).ends is None
    assert burn(days, datetime.date(2020, 1, 1), 30).ends is None


def test_the_latest_days_are_drawn_where_there_are_many() -> None:
    days = BurnDown("a", tuple(day(number, 0.5) for number in range(1, 11)))
    assert [each.day.day for each in burn(days, None, 3).days] == [8, 9, 10]
    assert burn(BurnDown("a"), None, 3).days == ()
