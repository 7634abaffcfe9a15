"""The trial of a latency quantile."""

from __future__ import annotations

from math import inf

from judged import answers, feed

from facade.control.judge.evidence import Evidence
from facade.routing.guard import Guard, LatencyMargin
from facade.routing.stage import Side


def evidence() -> Evidence:
    return Evidence(Guard(p50=LatencyMargin(0.05), p99=LatencyMargin(0.05)))


def limits(found: Evidence) -> list[float]:
    return [each.counter.limits[Side.LEGACY] for each in found.slowness]


def test_no_call_is_slow_before_legacy_has_answered_so_often_that_its_quantile_is_known() -> None:
    found = evidence()
    feed(found, 15, answers(Side.LEGACY), answers(Side.PLATFORM), share=0.5)
    assert limits(found) == [inf, inf]
    feed(found, 100, answers(Side.LEGACY), answers(Side.PLATFORM), share=0.5)
    assert limits(found)[0] < 0.2
    assert limits(found)[1] == inf


def test_the_quantile_follows_legacy_and_the_platform_has_its_margin() -> None:
    found = evidence()
    feed(found, 1_000, answers(Side.LEGACY, seconds=0.1), answers(Side.PLATFORM))
    before = limits(found)
    feed(found, 10_000, answers(Side.LEGACY, seconds=1.0), answers(Side.PLATFORM))
    assert all(now > 1.3 * then for now, then in zip(limits(found), before, strict=True))
    for each in found.slowness:
        assert each.counter.limits[Side.PLATFORM] == each.counter.limits[Side.LEGACY] + 0.05


def test_slow_errors_are_no_slow_answers() -> None:
    found = evidence()
    for seed in range(20):
        feed(found, 500, answers(Side.LEGACY), answers(Side.PLATFORM), seed=seed)
        feed(found, 100, answers(Side.LEGACY), answers(Side.PLATFORM, None, seconds=9.0), seed=seed)
    assert [each.trial.wealth.finding for each in found.slowness] == [None, None]
