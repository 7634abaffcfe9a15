from fractions import Fraction

import pytest

from facade.demo.chapters import Chapter
from facade.demo.citizens import PAYMENTS, ROUTE
from facade.demo.story import HEADING, judge, line, require_no_failure
from facade.demo.tally import Tally
from facade.demo.trouble import Trouble
from facade.routing.stage import Side, Stage

HALF = Chapter("canary 50%", (), Stage.CANARY, Fraction(1, 2))


def tally(platform: int, legacy: int) -> Tally:
    made = Tally()
    sides = [Side.PLATFORM] * platform + [Side.LEGACY] * legacy
    for number, side in enumerate(sides):
        made.begun()
        made.right(ROUTE, str(number), side)
    return made


def test_a_share_within_statistics_passes():
    judge(HALF, tally(510, 490), kept=frozenset({"0", "509"}))


def test_a_share_beyond_statistics_is_refused_with_both_numbers():
    with pytest.raises(Trouble, match="600 of 1000 callers were answered by the platform, where 50% is configured"):
        judge(HALF, tally(600, 400), kept=frozenset())


def test_a_caller_who_was_sent_back_is_refused():
    with pytest.raises(Trouble, match="sent 1 callers back"):
        judge(HALF, tally(500, 500), kept=frozenset({"0", "500"}))


def test_who_was_on_the_platform_may_be_on_legacy_after_a_rollback():
    judge(Chapter("by itself", (), Stage.LEGACY, Fraction(0)), tally(0, 1000), kept=frozenset({"0", "509"}))


def test_a_caller_between_two_sides_is_refused():
    wandering = tally(500, 500)
    wandering.begun()
    wandering.right(ROUTE, "0", Side.LEGACY)
    with pytest.raises(Trouble, match="1 by both sides"):
        judge(HALF, wandering, kept=frozenset())


def test_one_failed_citizen_ends_the_story_in_words():
    failed = tally(1, 1)
    failed.begun()
    failed.wrong("claims.read", "status 502 where 200 is right")
    with pytest.raises(Trouble, match=r"claims\.read: status 502 where 200 is right \(1 times\)"):
        require_no_failure("back", failed)
    require_no_failure("back", tally(1, 1))


def test_a_chapter_is_judged_and_told_by_its_own_route():
    paid = tally(1000, 0)
    paid.begun()
    paid.right(PAYMENTS, "0", Side.LEGACY)
    cashier = Chapter("cashier", (), Stage.LEGACY, Fraction(0), route=PAYMENTS)
    judge(cashier, paid, kept=frozenset())
    assert " ".join(line(cashier, paid).split()) == "cashier 1 0 0% 0% 0 of 1,001"
    provider = Chapter("provider", (), Stage.PLATFORM, Fraction(1), route=PAYMENTS)
    with pytest.raises(Trouble, match="0 of 1 callers were answered by the platform, where 100% is configured"):
        judge(provider, paid, kept=frozenset())


def test_who_was_sent_back_is_judged_by_the_chapters_own_route():
    paid = tally(1000, 0)
    paid.begun()
    paid.right(PAYMENTS, "1", Side.PLATFORM)
    with pytest.raises(Trouble, match="sent 1 callers back"):
        judge(Chapter("provider", (), Stage.PLATFORM, Fraction(1), route=PAYMENTS), paid, kept=frozenset({"0", "1"}))


def test_a_line_says_who_answered_what_was_configured_and_what_is_tolerated():
    assert " ".join(line(HALF, tally(510, 490)).split()) == "canary 50% 490 510 51% 50% ± 6.3 0 of 1,000"
    exact = line(Chapter("legacy", (), Stage.LEGACY, Fraction(0)), tally(0, 1000))
    assert " ".join(exact.split()) == "legacy 1,000 0 0% 0% 0 of 1,000"


def test_the_figures_stand_below_their_headings():
    heading = HEADING.splitlines()[1]
    figures = line(HALF, tally(510, 490))
    for column, figure in (("legacy", " 490"), ("platform", " 510"), ("measured", " 51%"), ("configured", "50% ± 6.3")):
        assert heading.index(column) + len(column) == figures.index(figure) + len(figure)
