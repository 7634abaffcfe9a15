from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.config.standing import Standing
from facade.control.move import Plan, plan_back, plan_back_all, plan_keys, plan_move
from facade.control.subject import Refused, Subject, subjects
from facade.routing.route import Keys
from facade.routing.stage import Direction, Stage, judge_move

TENTH = Fraction(1, 10)


def route(stage: Stage, *, share: Fraction = TENTH, whole: bool = False, written: Fraction | None = TENTH) -> Subject:
    now = Standing(stage, share if stage is Stage.CANARY else None)
    return Subject("titles.read", ("titles.read",), now, whole, written)


stages = some.sampled_from(Stage)


@given(stages, stages, some.booleans())
def test_a_move_is_planned_exactly_where_the_stage_machine_has_one(now: Stage, to: Stage, whole: bool):
    closed = judge_move(now, to, whole=whole) is Direction.CLOSED
    if closed:
        with pytest.raises(Refused):
            plan_move(route(now, whole=whole), to, None)
    else:
        assert plan_move(route(now, whole=whole), to, None).to.stage is to


def test_a_move_to_canary_takes_the_share_that_is_given_or_the_one_that_is_written():
    assert plan_move(route(Stage.LEGACY), Stage.CANARY, Fraction(1, 2)).to == Standing(Stage.CANARY, Fraction(1, 2))
    kept = plan_move(route(Stage.LEGACY), Stage.CANARY, None)
    assert (kept.to, kept.share) == (Standing(Stage.CANARY, TENTH), None)


def test_a_move_to_canary_opens_its_keys_again():
    held = replace(route(Stage.CANARY), now=Standing(Stage.CANARY, TENTH, Keys.HOLD))
    plan = plan_move(held, Stage.CANARY, None)
    assert (plan.to, plan.keys, plan.is_safe) == (Standing(Stage.CANARY, TENTH), Keys.OPEN, False)
    assert not plan_move(held, Stage.CANARY, TENTH / 2).is_safe


@pytest.mark.parametrize("keys", [Keys.HOLD, Keys.EVICT])
def test_keys_are_held_or_evicted_in_a_canary_and_its_share_stays(keys: Keys):
    plan = plan_keys(route(Stage.CANARY), keys)
    assert (plan.to, plan.share, plan.keys, plan.is_safe) == (Standing(Stage.CANARY, TENTH, keys), None, keys, True)
    with pytest.raises(Refused, match=f"stands in platform, and only a canary has keys to {keys}; use facade back"):
        plan_keys(route(Stage.PLATFORM), keys)


def test_to_hold_what_was_evicted_gives_the_platform_more_and_is_no_way_back():
    evicted = replace(route(Stage.CANARY), now=Standing(Stage.CANARY, TENTH, Keys.EVICT))
    assert not plan_keys(evicted, Keys.HOLD).is_safe
    assert plan_keys(evicted, Keys.EVICT).stays


def test_back_to_a_share_leaves_the_keys_as_they_are():
    held = replace(route(Stage.CANARY), now=Standing(Stage.CANARY, TENTH, Keys.HOLD))
    plan = plan_back(held, TENTH / 2)
    assert (plan.to, plan.is_safe) == (Standing(Stage.CANARY, TENTH / 2, Keys.HOLD), True)


def test_a_share_belongs_to_a_canary_only():
    with pytest.raises(Refused, match="only a canary has a share"):
        plan_move(route(Stage.LEGACY), Stage.PLATFORM, TENTH)


def test_a_canary_that_is_not_written_is_asked_for():
    with pytest.raises(Refused, match=r"write canary: {share: 10%, by: cookie session} below its stage"):
        plan_move(route(Stage.LEGACY, written=None), Stage.CANARY, TENTH)


def test_the_stages_that_a_plan_leaves_out_are_named_for_the_gate():
    assert plan_move(route(Stage.LEGACY), Stage.PLATFORM, None).skips == (Stage.SHADOW, Stage.CANARY)
    assert plan_move(route(Stage.CANARY), Stage.PLATFORM, None).skips == ()
    assert plan_move(route(Stage.LEGACY, whole=True), Stage.COMPLETE, None).skips == (Stage.SHADOW, Stage.PLATFORM)


def test_a_move_to_where_it_stands_is_no_move():
    assert plan_move(route(Stage.CANARY), Stage.CANARY, TENTH).stays
    assert not plan_move(route(Stage.CANARY), Stage.CANARY, Fraction(1, 5)).stays


@pytest.mark.parametrize("now", [Stage.COMPLETE, Stage.GONE])
def test_from_complete_on_the_way_back_is_refused_with_its_reason(now: Stage):
    with pytest.raises(Refused, match=f"titles.read: stage {now} has no way back, its legacy side is unplugged; if"):
        plan_back(route(now), None)


def test_what_would_be_split_is_told_to_move_whole():
    with pytest.raises(Refused, match=r"move it whole, to platform, or write records: shared"):
        plan_move(route(Stage.LEGACY, whole=True), Stage.CANARY, TENTH)


@pytest.mark.parametrize("now", [Stage.LEGACY, Stage.SHADOW, Stage.CANARY, Stage.PLATFORM])
@pytest.mark.parametrize("whole", [True, False])
def test_back_is_legacy_from_every_stage_before_complete(now: Stage, whole: bool):
    assert plan_back(route(now, whole=whole), None).to == Standing(Stage.LEGACY)


@given(some.fractions(0, 1), some.fractions(0, 1), some.sampled_from([Stage.CANARY, Stage.PLATFORM]))
def test_back_to_a_share_only_ever_lowers_it(share: Fraction, to: Fraction, now: Stage):
    part = share if now is Stage.CANARY else 1
    if to < part:
        assert plan_back(route(now, share=share), to).to == Standing(Stage.CANARY, to)
    else:
        with pytest.raises(Refused, match="no smaller share"):
            plan_back(route(now, share=share), to)


@given(stages, stages, some.fractions(0, 1), some.fractions(0, 1), some.booleans())
def test_a_plan_is_safe_exactly_where_the_platform_gets_no_more(now: Stage, to: Stage, share, other, whole: bool):
    subject = route(now, share=share, whole=whole)
    plan = Plan(subject, Standing(to, other if to is Stage.CANARY else None))
    order = list(Stage)
    if now is to:
        assert plan.is_safe is (now is not Stage.CANARY or other <= share)
    else:
        closed = now in {Stage.COMPLETE, Stage.GONE} or (whole and to is Stage.CANARY)
        assert plan.is_safe is (order.index(to) < order.index(now) and not closed)


def test_all_that_may_go_back_goes_back_and_what_is_complete_stays_and_says_why(files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: complete\n    canary")
    files.change("routes/property.yaml", "stage: legacy\n", "stage: platform\n")
    plans = {plan.subject.name: plan for plan in plan_back_all(subjects(files.configuration()), None)}
    assert set(plans) == {"titles.read", "claims.write", "conveyancing"}
    assert plans["conveyancing"].to == plans["claims.write"].to == Standing(Stage.LEGACY)
    assert plans["titles.read"].stays
    assert plans["titles.read"].notes == ("legacy is unplugged, there is no way back",)


def test_all_back_to_a_share_leaves_smaller_ones_alone_and_takes_the_undividable_whole(files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    files.change("routes/property.yaml", "stage: legacy\n", "stage: platform\n")
    plans = {plan.subject.name: plan.to for plan in plan_back_all(subjects(files.configuration()), Fraction(1, 2))}
    assert plans == {"titles.read": Standing(Stage.CANARY, Fraction(1, 2)), "claims.write": Standing(Stage.LEGACY)}


def test_a_standing_reads_as_it_is_written():
    assert str(Plan(route(Stage.LEGACY), Standing(Stage.CANARY, Fraction(1, 200))).to) == "canary 0.5%"
    assert str(Standing(Stage.PLATFORM)) == "platform"


@given(stages, stages, some.booleans())
def test_a_move_to_an_external_is_planned_exactly_where_the_stage_machine_has_one(now: Stage, to: Stage, whole: bool):
    subject = replace(route(now, whole=whole), external=True)
    if judge_move(now, to, whole=whole, external=True) is Direction.CLOSED:
        with pytest.raises(Refused):
            plan_move(subject, to, None)
    else:
        assert Stage.SHADOW not in plan_move(subject, to, None).skips


@pytest.mark.parametrize(("whole", "after"), [(False, "canary"), (True, "platform")])
def test_an_external_is_not_shadowed_and_the_way_on_is_told(whole: bool, after: str):
    subject = replace(route(Stage.LEGACY, whole=whole), external=True)
    with pytest.raises(Refused, match=f"an external, which is never asked what legacy answers; move it to {after}"):
        plan_move(subject, Stage.SHADOW, None)
    assert plan_move(subject, Stage(after), None).skips == ()
