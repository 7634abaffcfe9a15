"""What may be done next with a route, as an order and as the command that gives it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.move import Plan
from facade.control.order import Order
from facade.control.steps import SHARES, next_step, steps
from facade.control.subject import Subject
from facade.routing.stage import Stage


def subject(stage: Stage, share: Fraction | None = None, *, whole: bool = False, written: bool = True) -> Subject:
    ready = Fraction(1, 4) if written and not whole else None
    return Subject("titles", ("titles",), Standing(stage, share), whole=whole, written_share=ready)


@pytest.mark.parametrize(
    ("now", "command"),
    [
        (subject(Stage.LEGACY), 'facade move titles shadow --reason "…"'),
        (subject(Stage.SHADOW), 'facade move titles canary --share 25% --reason "…"'),
        (subject(Stage.SHADOW, whole=True), 'facade move titles platform --reason "…"'),
        (subject(Stage.CANARY, Fraction(1, 100)), 'facade move titles canary --share 5% --reason "…"'),
        (subject(Stage.CANARY, Fraction(3, 10)), 'facade move titles canary --share 50% --reason "…"'),
        (subject(Stage.CANARY, Fraction(1)), 'facade move titles platform --reason "…"'),
        (subject(Stage.PLATFORM), 'facade move titles complete --reason "…"'),
        (subject(Stage.COMPLETE), 'facade move titles gone --reason "…"'),
    ],
)
def test_the_next_step_is_the_nearest_forward(now: Subject, command: str) -> None:
    step = next_step(now)
    assert step is not None
    assert step.command == command


def test_there_is_no_step_from_the_end() -> None:
    assert next_step(subject(Stage.GONE)) is None
    assert steps(subject(Stage.GONE)) == ()


def test_a_canary_may_be_held_evicted_or_taken_back() -> None:
    choices = [step.choice for step in steps(subject(Stage.CANARY, Fraction(1, 4)))]
    assert choices == ["move canary", "move platform", "hold", "evict", "move shadow", "back"]


STANDINGS = st.one_of(
    st.builds(subject, st.sampled_from([stage for stage in Stage if stage is not Stage.CANARY]), whole=st.booleans()),
    st.builds(subject, st.just(Stage.CANARY), st.sampled_from([Fraction(0), Fraction(1, 3), *SHARES])),
)


@given(STANDINGS)
def test_every_step_is_an_order_that_goes_where_it_says(now: Subject) -> None:
    known = {"titles": now}
    found = steps(now)
    assert len({step.choice for step in found}) == len(found)
    for step in found:
        (plan,) = Order(step.verb, "titles", Because("page"), step.stage, step.share).plans(known)
        assert isinstance(plan, Plan)
        assert plan.is_safe is not step.is_forward
        assert plan.skips == ()
