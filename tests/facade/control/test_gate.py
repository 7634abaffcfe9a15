"""The gate: what is in the way of giving the platform more, and that nothing is in the way back."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.config.settings import Freeze
from facade.config.standing import Standing
from facade.control.freezes import InForce
from facade.control.gate import in_the_way, pass_through
from facade.control.move import Plan, plan_keys, plan_move
from facade.control.subject import Refused, Subject
from facade.routing.route import Keys
from facade.routing.stage import Stage

TENTH = Fraction(1, 10)
FROZEN = InForce(
    Freeze("Fri 15:00", "Mon 09:00", "the weekend"), datetime.datetime(2026, 11, 30, 9, tzinfo=datetime.UTC)
)


def subject(stage: Stage, *guarded: str, share: Fraction = TENTH, keys: Keys = Keys.OPEN) -> Subject:
    now = Standing(stage, share, keys) if stage is Stage.CANARY else Standing(stage)
    return Subject("titles", ("titles.read", "titles.find"), now, False, TENTH, True, guarded)


def says_no(route: str) -> str:
    return f"its guard has not enough to go by: {route} has 3 of 200 calls"


def says_nothing(_: str) -> None:
    """A guard that keeps nobody."""


def test_one_step_forward_with_nothing_in_the_way_goes_through():
    plan = plan_move(subject(Stage.LEGACY, "titles.read"), Stage.SHADOW, None)
    assert pass_through(plan, says_nothing, None, force=False) == ()


def test_everything_that_is_in_the_way_is_told_each_in_a_line_with_what_to_do():
    plan = plan_move(subject(Stage.SHADOW, "titles.read", "titles.find"), Stage.PLATFORM, None)
    with pytest.raises(Refused) as refused:
        pass_through(plan, says_no, FROZEN, force=False)
    assert str(refused.value).splitlines() == [
        "titles: shadow -> platform skips canary; move it one stage at a time, or force it with a reason",
        "titles: the freeze Fri 15:00 to Mon 09:00 (the weekend) is in force until Mon 2026-11-30 09:00 UTC; "
        "wait, or force it with a reason",
        "titles.read: its guard has not enough to go by: titles.read has 3 of 200 calls; "
        "wait, or force it with a reason",
        "titles.find: its guard has not enough to go by: titles.find has 3 of 200 calls; "
        "wait, or force it with a reason",
    ]


def test_force_goes_past_all_of_it_and_says_past_what():
    plan = plan_move(subject(Stage.SHADOW, "titles.read"), Stage.PLATFORM, None)
    forced = pass_through(plan, says_no, FROZEN, force=True)
    assert [each.partition(": ")[0] for each in forced] == ["titles", "titles", "titles.read"]


def test_force_where_nothing_is_in_the_way_is_no_force():
    assert pass_through(plan_move(subject(Stage.LEGACY), Stage.SHADOW, None), says_no, None, force=True) == ()


@pytest.mark.parametrize(
    ("share", "keys", "is_gated"),
    [
        (Fraction(1, 5), Keys.OPEN, True),
        (TENTH, Keys.OPEN, False),
        (Fraction(1, 20), Keys.OPEN, False),
    ],
)
def test_a_larger_share_is_gated_as_a_stage_is(share: Fraction, keys: Keys, is_gated: bool):
    plan = plan_move(subject(Stage.CANARY, "titles.read"), Stage.CANARY, share)
    assert bool(list(in_the_way(plan, says_no, FROZEN))) is is_gated


def test_keys_are_gated_where_they_are_given_back_and_never_where_they_are_taken():
    for now, to, is_gated in [
        (Keys.OPEN, Keys.HOLD, False),
        (Keys.OPEN, Keys.EVICT, False),
        (Keys.HOLD, Keys.EVICT, False),
        (Keys.EVICT, Keys.HOLD, True),
    ]:
        plan = plan_keys(subject(Stage.CANARY, "titles.read", keys=now), to)
        assert bool(list(in_the_way(plan, says_no, None))) is is_gated


@given(some.sampled_from(Stage), some.sampled_from(Stage), some.booleans())
def test_the_way_back_is_never_gated(now: Stage, to: Stage, force: bool):
    plan = Plan(subject(now, "titles.read"), Standing(to, TENTH if to is Stage.CANARY else None))
    if plan.is_safe:
        assert pass_through(plan, says_no, FROZEN, force=force) == ()
    else:
        assert list(in_the_way(plan, says_no, FROZEN)) != []
