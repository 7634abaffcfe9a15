from __future__ import annotations

from ended import TODAY, before, burnt

from facade.ending.burndown import burn_downs
from facade.ending.counts import DayCalls


def test_a_day_shows_the_silos_part_of_all_calls_whoever_answered_the_others():
    calls = [DayCalls(before(1), "portal", 20), DayCalls(before(1), "registry", 30), DayCalls(before(1), "", 50)]
    found = burn_downs(["portal", "registry"], calls, [before(1)], frozenset())
    (day,) = found["portal"].days
    assert (day.calls, day.every, day.share, day.is_whole) == (20, 100, 0.2, False)
    assert found["registry"].days[0].share == 0.3


def test_a_watched_day_without_calls_is_told_and_has_no_share():
    found = burn_downs(["portal"], [], [before(2)], frozenset({before(2)}))
    (day,) = found["portal"].days
    assert (day.day, day.calls, day.share, day.is_whole) == (before(2), 0, None, True)


def test_a_day_that_nobody_watched_is_not_told():
    assert [day.day for day in burnt([0.5, None, 0.4]).days] == [before(3), before(1)]


def test_what_a_silo_answers_now_is_its_part_of_the_last_seven_whole_days():
    burn_down = burnt([1.0] * 20 + [0.2] * 7)
    assert burn_down.recent == 0.2
    assert burnt([]).recent is None


def test_silence_is_counted_in_whole_days_since_the_last_call():
    assert [day.day for day in burnt([0.5, 0.0, 0.0, None, 0.0]).quiet] == [before(4), before(3), before(1)]
    assert burnt([0.0, 0.0, 0.1]).quiet == ()


def test_a_day_watched_in_part_counts_for_no_silence_and_a_call_on_it_ends_it():
    whole = frozenset({before(1), before(2)})
    quiet = burn_downs(["portal"], [], [*whole, TODAY], whole)["portal"]
    assert len(quiet.quiet) == 2
    called = burn_downs(["portal"], [DayCalls(TODAY, "portal", 1)], [*whole, TODAY], whole)["portal"]
    assert called.quiet == ()


def test_a_call_of_a_day_whose_watch_was_not_written_counts_all_the_same():
    found = burn_downs(["portal"], [DayCalls(before(1), "portal", 1)], [], frozenset())
    assert [(day.calls, day.is_whole) for day in found["portal"].days] == [(1, False)]
