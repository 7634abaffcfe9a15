"""Orders: what can be ordered at all, and what plans it comes to."""

from __future__ import annotations

from fractions import Fraction

import pytest

from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.order import Order, Verb
from facade.control.subject import Refused, subjects
from facade.routing.route import Keys
from facade.routing.stage import Stage

ADA = Because("api", "an outage", "Ada")
QUARTER = Fraction(1, 4)


@pytest.mark.parametrize(
    ("verb", "rest", "said"),
    [
        (Verb.MOVE, {"name": "a"}, r"^stage: .*; give it to move alone$"),
        (Verb.BACK, {"name": "a", "stage": Stage.LEGACY}, r"^stage: .*; give it to move alone$"),
        (Verb.MOVE, {"name": None, "stage": Stage.LEGACY}, "^move: goes for one route or group; name it$"),
        (Verb.HOLD, {"name": None}, "^hold: goes for one route or group; name it$"),
        (Verb.HOLD, {"name": "a", "share": QUARTER}, "^share: hold leaves the share as it is; leave it out"),
        (Verb.EVICT, {"name": "a", "share": QUARTER}, "^share: evict leaves the share as it is; leave it out"),
    ],
)
def test_what_no_order_can_mean_is_refused_with_what_to_do(verb: Verb, rest: dict[str, object], said: str):
    with pytest.raises(Refused, match=said):
        Order(verb, because=ADA, **rest)


@pytest.mark.parametrize("because", [Because("api"), Because("api", "why"), Because("api", by="Ada")])
def test_force_wants_a_name_and_a_reason(because: Because):
    with pytest.raises(Refused, match=r"^force: wants a name and a reason; give both$"):
        Order(Verb.MOVE, "a", because, Stage.SHADOW, force=True)
    assert Order(Verb.MOVE, "a", ADA, Stage.SHADOW, force=True).force


def test_each_verb_comes_to_its_plan(files):
    known = subjects(files.configuration())
    quarter = Standing(Stage.CANARY, QUARTER)
    for order, to in [
        (Order(Verb.MOVE, "charges.read", ADA, Stage.PLATFORM), Standing(Stage.PLATFORM)),
        (Order(Verb.MOVE, "charges.read", ADA, Stage.CANARY, Fraction(1, 2)), Standing(Stage.CANARY, Fraction(1, 2))),
        (Order(Verb.BACK, "charges.read", ADA), Standing(Stage.LEGACY)),
        (Order(Verb.BACK, "charges.read", ADA, share=Fraction(1, 20)), Standing(Stage.CANARY, Fraction(1, 20))),
        (Order(Verb.HOLD, "charges.read", ADA), Standing(Stage.CANARY, quarter.share, Keys.HOLD)),
        (Order(Verb.EVICT, "conveyancing", ADA), Standing(Stage.CANARY, quarter.share, Keys.EVICT)),
        (Order(Verb.BACK, None, ADA), Standing(Stage.LEGACY)),
    ]:
        (plan,) = order.plans(known)
        assert (plan.subject.name, plan.subject.now, plan.to) == ("conveyancing", quarter, to)


def test_a_name_that_nobody_has_is_refused(files):
    with pytest.raises(Refused, match=r"^title.read: no route or group has this name; write titles.read"):
        Order(Verb.HOLD, "title.read", ADA).plans(subjects(files.configuration()))


def test_an_order_reads_as_it_is_typed_and_a_name_is_told_only_as_far_as_names_go():
    assert str(Order(Verb.MOVE, "titles.read", ADA, Stage.CANARY)) == "move titles.read canary"
    assert str(Order(Verb.BACK, None, ADA)) == "back everything"
    told = str(Order(Verb.HOLD, "x\n\x1b[2J" + "y" * 10_000, ADA))
    assert told.isprintable()
    assert len(told) < 200
