import itertools

from facade.demo.chapters import CHAPTERS, Happening
from facade.demo.citizens import PAYMENTS, ROUTE
from facade.routing.stage import Direction, Stage, judge_move

TITLES = [chapter for chapter in CHAPTERS if chapter.route == ROUTE]


def test_the_story_is_told_in_order():
    assert [chapter.name for chapter in CHAPTERS] == [
        "legacy",
        "shadow",
        "canary 10%",
        "canary 25%",
        "by itself",
        "canary 50%",
        "platform",
        "complete",
        "switched off",
        "provider",
    ]


def test_every_change_of_stage_or_share_has_a_command_but_for_the_one_that_comes_by_itself():
    for before, after in itertools.pairwise(TITLES):
        changes = (before.stage, before.share) != (after.stage, after.share)
        assert bool(after.commands) == (changes and not after.by_itself)
    assert [chapter.name for chapter in CHAPTERS if chapter.by_itself] == ["by itself"]


def test_every_move_goes_one_stage_at_a_time_and_the_last_leads_where_its_chapter_says():
    stages, taken = {ROUTE: Stage.LEGACY, PAYMENTS: Stage.LEGACY}, set()
    for chapter in CHAPTERS:
        for verb, route, *more in chapter.commands:
            assert route == chapter.route
            to = Stage.LEGACY if verb == "back" else Stage(more[0])
            of_payments = route == PAYMENTS
            taken.add((verb, route, judge_move(stages[route], to, whole=of_payments, external=of_payments)))
            stages[route] = to
        if chapter.by_itself:
            stages[chapter.route] = chapter.stage
        assert stages[chapter.route] is chapter.stage
    assert taken == {
        ("move", ROUTE, Direction.FORWARD),
        ("move", ROUTE, Direction.STAY),  # a canary's larger share
        ("back", ROUTE, Direction.STAY),  # the guard was there before
        ("move", PAYMENTS, Direction.FORWARD),
    }


def test_shares_only_rise_where_the_platform_answers_anybody():
    shares = [chapter.share for chapter in TITLES if chapter.share]
    assert shares == sorted(shares)


def test_the_bad_release_is_published_in_a_canary_and_mended_before_the_next_move():
    told = [(chapter.first, before.stage) for before, chapter in itertools.pairwise(TITLES) if chapter.first]
    assert told == [
        (Happening.BAD_RELEASE, Stage.CANARY),
        (Happening.MENDED, Stage.LEGACY),
        (Happening.SWITCHED_OFF, Stage.COMPLETE),
    ]


def test_payments_move_whole_once_all_citizens_have_paid_the_cashier_for_a_while():
    assert [chapter.route for chapter in CHAPTERS] == [ROUTE] * len(TITLES) + [PAYMENTS]
    assert (CHAPTERS[-1].stage, CHAPTERS[-1].share, CHAPTERS[-1].first) == (Stage.PLATFORM, 1, Happening.HIRED)
