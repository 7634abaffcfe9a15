"""The stage machine: forward one stage at a time, back at any time before `complete`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.stage import MOVES, WHOLE_MOVES, Direction, Stage, judge_move

ORDER = tuple(Stage)
stages = st.sampled_from(ORDER)
before_complete = st.sampled_from(ORDER[: ORDER.index(Stage.COMPLETE)])
whole = st.booleans()


def test_the_stages_stand_in_the_order_of_a_migration() -> None:
    assert [str(stage) for stage in Stage] == ["legacy", "shadow", "canary", "platform", "complete", "gone"]


@given(stages, whole)
def test_staying_is_no_move(stage: Stage, whole: bool) -> None:
    assert judge_move(stage, stage, whole=whole) is Direction.STAY


@pytest.mark.parametrize(("now", "to"), tuple(pairwise(ORDER)))
def test_the_next_stage_is_forward(now: Stage, to: Stage) -> None:
    assert judge_move(now, to) is Direction.FORWARD


@given(stages, stages)
def test_a_forward_move_over_a_stage_is_a_skip(now: Stage, to: Stage) -> None:
    steps = ORDER.index(to) - ORDER.index(now)
    assert (judge_move(now, to) is Direction.SKIP) == (steps > 1)


@given(before_complete, stages)
def test_back_is_open_from_every_stage_before_complete(now: Stage, to: Stage) -> None:
    assert (judge_move(now, to) is Direction.BACK) == (ORDER.index(to) < ORDER.index(now))


@given(st.sampled_from([Stage.COMPLETE, Stage.GONE]), before_complete, whole)
def test_from_complete_on_there_is_no_way_back(now: Stage, to: Stage, whole: bool) -> None:
    assert judge_move(now, to, whole=whole) is Direction.CLOSED


def test_what_is_gone_does_not_come_back_as_complete() -> None:
    assert judge_move(Stage.GONE, Stage.COMPLETE) is Direction.CLOSED


@given(stages.filter(lambda stage: stage is not Stage.CANARY))
def test_a_route_that_moves_whole_never_enters_a_canary(now: Stage) -> None:
    assert judge_move(now, Stage.CANARY, whole=True) is Direction.CLOSED


@pytest.mark.parametrize("now", [Stage.LEGACY, Stage.SHADOW])
def test_a_route_that_moves_whole_goes_to_the_platform_in_one_step(now: Stage) -> None:
    assert judge_move(now, Stage.PLATFORM, whole=True) is Direction.FORWARD


@given(before_complete, stages.filter(lambda stage: stage is not Stage.CANARY))
def test_a_route_that_moves_whole_may_go_back_as_any_other(now: Stage, to: Stage) -> None:
    earlier = ORDER.index(to) < ORDER.index(now)
    assert (judge_move(now, to, whole=True) is Direction.BACK) == earlier


def test_the_tables_name_every_stage_and_no_move_that_stays() -> None:
    for table in (MOVES, WHOLE_MOVES):
        assert set(table) == set(Stage)
        assert all(now not in moves for now, moves in table.items())


@given(stages.filter(lambda stage: stage is not Stage.SHADOW), whole)
def test_a_route_to_an_external_never_enters_a_shadow(now: Stage, whole: bool) -> None:
    assert judge_move(now, Stage.SHADOW, whole=whole, external=True) is Direction.CLOSED


@pytest.mark.parametrize(("whole", "to"), [(False, Stage.CANARY), (True, Stage.PLATFORM)])
def test_a_route_to_an_external_goes_from_legacy_to_what_follows_the_shadow(whole: bool, to: Stage) -> None:
    assert judge_move(Stage.LEGACY, to, whole=whole, external=True) is Direction.FORWARD


@given(stages, stages.filter(lambda stage: stage is not Stage.SHADOW), whole)
def test_a_route_to_an_external_moves_as_any_other_otherwise(now: Stage, to: Stage, whole: bool) -> None:
    if now is not Stage.LEGACY:
        assert judge_move(now, to, whole=whole, external=True) is judge_move(now, to, whole=whole)
    elif to not in {Stage.CANARY, Stage.PLATFORM}:
        assert judge_move(now, to, external=True) is judge_move(now, to)
    else:
        assert judge_move(now, to, external=True) is judge_move(Stage.SHADOW, to)
