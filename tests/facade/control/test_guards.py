"""The guards of a running sidecar: whom they watch, what they say, and whom they send back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, cast

import pytest
from calls import route_of

from facade.comparisons import Comparisons
from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.guards import Guards, calls_of
from facade.control.judge.call import Kind
from facade.outcomes import Outcome, Outcomes
from facade.routing.guard import Guard
from facade.routing.route import Canary, Key, KeyKind, Route
from facade.routing.stage import Side, Stage
from facade.wire import refusals

CANARY = Canary(Fraction(1, 10), (Key(KeyKind.COOKIE, "session"),))
GUARD = Guard(calls=200, errors=Fraction(1, 100))
TITLES = route_of(stage=Stage.CANARY, canary=CANARY, guard=GUARD)


@dataclass
class Watch:
    """Guards of `routes`, which stand at legacy once they are sent there."""

    routes: tuple[Route, ...] = (TITLES,)
    outcomes: Outcomes = field(default_factory=Outcomes)
    sent: list[tuple[Mapping[str, Standing], Because]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.run(*self.routes)
        comparisons = Comparisons(lambda: 0.0, bytes(32))
        self.guards = Guards(self.outcomes, comparisons, lambda: self.configuration, self.send_back)

    def run(self, *routes: Route) -> None:
        self.configuration = Configuration("abc", cast(Any, None), {}, routes, ())

    async def send_back(self, to: Mapping[str, Standing], because: Because) -> None:
        self.sent.append((to, because))
        self.run(*(replace(each, stage=Stage.LEGACY) for each in self.configuration.routes))

    def calls(self, number: int, *, failing: bool, stage: Stage = Stage.CANARY, route: str = "titles.read") -> None:
        """So many calls, a tenth of them the platform's, which answers all of them badly or well."""
        chance = random.Random(1)
        for _ in range(number):
            side = Side.PLATFORM if chance.random() < 0.1 else Side.LEGACY
            status = 500 if failing and side is Side.PLATFORM else 200
            self.outcomes.add(Outcome(route, stage, side, status, 0.1, "key", complete=True, side_seconds=0.1))


async def test_a_platform_that_fails_is_sent_back_once_with_a_sentence_and_its_evidence():
    watch = Watch()
    watch.calls(2_000, failing=True)
    await watch.guards.look()
    ((to, because),) = watch.sent
    assert to == {"titles.read": Standing(Stage.LEGACY)}
    assert because.cause == "guard"
    assert because.why.startswith("titles.read went back to legacy: platform ")
    assert because.evidence["titles.read"] in because.why
    watch.calls(2_000, failing=True)
    await watch.guards.look()
    assert len(watch.sent) == 1


@pytest.mark.parametrize("reason", sorted(problem.reason for problem in refusals.OURS))
async def test_what_the_facade_lacks_itself_speaks_against_no_side(reason: str):
    watch = Watch()
    lacking = Outcome("titles.read", Stage.CANARY, Side.PLATFORM, 503, 0.1, "key", complete=True, error=reason)
    for _ in range(2_000):
        watch.outcomes.add(lacking)
    await watch.guards.look()
    assert watch.sent == []
    assert list(calls_of(lacking)) == []
    assert [call.kind for call in calls_of(lacking._replace(error="target_full"))] == [Kind.ERROR]


async def test_a_journey_is_sent_back_as_one_by_its_name():
    routes = [replace(TITLES, name=name, group="conveyancing") for name in ("searches.read", "charges.read")]
    watch = Watch(tuple(routes))
    for route in routes:
        watch.calls(2_000, failing=True, route=route.name)
    await watch.guards.look()
    assert [to for to, _ in watch.sent] == [{"conveyancing": Standing(Stage.LEGACY)}]


async def test_until_there_is_enough_to_go_by_a_route_stays_and_may_not_move_forward():
    watch = Watch()
    watch.calls(20, failing=False)
    await watch.guards.look()
    assert (watch.guards.bars("titles.read") or "").startswith("its guard has not enough to go by: ")
    watch.calls(20_000, failing=False)
    await watch.guards.look()
    assert watch.guards.bars("titles.read") is None
    assert watch.sent == []


async def test_a_change_of_the_route_begins_its_evidence_anew():
    watch = Watch()
    watch.calls(20_000, failing=False)
    await watch.guards.look()
    watch.run(replace(TITLES, canary=replace(CANARY, share=Fraction(1, 5))))
    await watch.guards.look()
    assert (watch.guards.bars("titles.read") or "").startswith("its guard has not enough to go by: ")


async def test_calls_of_before_a_move_count_for_nothing():
    watch = Watch()
    watch.calls(2_000, failing=True, stage=Stage.PLATFORM)
    await watch.guards.look()
    assert watch.sent == []


@pytest.mark.parametrize(
    "route",
    [
        replace(TITLES, guard=None),
        replace(TITLES, stage=Stage.LEGACY),
        replace(TITLES, stage=Stage.SHADOW),
        replace(TITLES, stage=Stage.COMPLETE),
    ],
)
async def test_where_nothing_is_to_be_judged_nothing_is_said_and_nothing_kept_back(route: Route):
    watch = Watch((route,))
    await watch.guards.look()
    assert (watch.guards.verdict("titles.read"), watch.guards.bars("titles.read")) == (None, None)
    assert list(watch.guards.information()) == []


async def test_a_shadow_whose_guard_asks_for_parity_waits_for_comparisons():
    parity = Guard(compared=100, parity=Fraction(95, 100))
    watch = Watch((replace(TITLES, stage=Stage.SHADOW, guard=parity),))
    await watch.guards.look()
    assert (watch.guards.bars("titles.read") or "").startswith("its guard has not enough to go by: ")


async def test_at_platform_calls_alone_keep_nobody_from_completing():
    watch = Watch((replace(TITLES, stage=Stage.PLATFORM),))
    await watch.guards.look()
    assert watch.guards.bars("titles.read") is None
