from __future__ import annotations

import datetime

from ended import DAY, TODAY, burnt, called

from facade.ending.burndown import BurnDown
from facade.ending.schedule import SiloSchedule, schedule
from facade.ending.silo import EndingSilo
from facade.routing.stage import Stage

ROUTES = (
    ("titles.read", Stage.CANARY),
    ("titles.search", Stage.LEGACY),
    ("titles.write", Stage.LEGACY),
    ("orders.read", Stage.COMPLETE),
    ("old", Stage.GONE),
)


def silo(name: str = "portal", switch_off: datetime.date | None = None, **rest) -> EndingSilo:
    return EndingSilo(name, "passthrough", switch_off=switch_off, **rest)


def row(ending: EndingSilo, burn_down: BurnDown | None = None, callers=()) -> SiloSchedule:
    (found,) = schedule([ending], {ending.name: burn_down or BurnDown(ending.name)}, callers, TODAY)
    return found


def test_the_nearest_date_comes_first_and_silos_without_one_last():
    silos = [silo("a"), silo("b", TODAY + DAY), silo("c", TODAY - DAY), silo("d", TODAY + DAY)]
    found = schedule(silos, {each.name: BurnDown(each.name) for each in silos}, (), TODAY)
    assert [each.silo for each in found] == ["c", "b", "d", "a"]
    assert [(each.days_left, each.overdue) for each in found] == [(-1, True), (1, False), (1, False), (None, False)]


def test_a_silo_is_wanted_on_its_last_day():
    found = row(silo(switch_off=TODAY))
    assert (found.overdue, found.days_left) == (False, 0)
    assert found.sentence.startswith("portal is to go today, 23 November 2026; ")


def test_routes_are_left_until_they_are_complete():
    found = row(silo(routes=ROUTES))
    assert found.routes_left == (("legacy", 2), ("canary", 1))
    assert "; 3 routes left; " in found.sentence


def test_callers_are_those_of_this_silo_who_calls_most_first():
    callers = (*called("b", "c"), *called("a", calls=9), *called("z", silo="registry"))
    assert row(silo(), callers=callers).callers == ("a", "b", "c")


def test_the_sentence_says_it_all():
    found = row(silo(switch_off=TODAY - 3 * DAY, routes=ROUTES[:1]), burnt([0.5] * 30), called("bailiffs"))
    assert found.sentence == (
        "portal is overdue by 3 days, since 20 November 2026; answers 50% of all calls, and that does not surely fall; "
        "1 route left; called by bailiffs"
    )


def test_of_an_empty_silo_without_routes_nothing_more_is_said():
    found = row(silo(switch_off=TODAY + DAY), burnt([0.0] * 7))
    assert found.sentence == (
        "portal is to go in 1 day, 24 November 2026; is empty: no call on the last 7 whole days, since 16 November 2026"
    )
    assert (found.share, found.forecast.kind) == (0.0, "empty")
