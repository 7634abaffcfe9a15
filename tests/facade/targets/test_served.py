"""Which side of a route a decision finds, and which is unplugged."""

from __future__ import annotations

import pytest
from calls import route_of

from facade.routing.stage import Side, Stage
from facade.targets.own import GoneAnswer
from facade.targets.served import ASKS_LEGACY, ASKS_PLATFORM, Served
from facade.telemetry.metrics import Metrics


def test_a_side_is_the_target_that_was_given_for_it() -> None:
    gauge = Metrics("1", []).in_flight("x")
    legacy, platform, own = (GoneAnswer(route_of(), gauge) for _ in range(3))
    served = Served(route_of(), legacy, platform, own)
    assert [served.side(side) for side in (Side.LEGACY, Side.PLATFORM, Side.OWN)] == [legacy, platform, own]


@pytest.mark.parametrize(
    ("stage", "legacy", "platform"),
    [
        (Stage.LEGACY, True, False),
        (Stage.SHADOW, True, True),
        (Stage.CANARY, True, True),
        (Stage.PLATFORM, True, True),
        (Stage.COMPLETE, False, True),
        (Stage.GONE, False, False),
    ],
)
def test_a_stage_says_which_sides_may_be_asked(stage: Stage, legacy: bool, platform: bool) -> None:
    assert (stage in ASKS_LEGACY, stage in ASKS_PLATFORM) == (legacy, platform)
