"""What is passed over because it is the same changes nothing of what is found."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from compared import KEY, never
from hypothesis import given
from hypothesis import strategies as st

from facade.compare.budget import Budget, Exhausted
from facade.compare.rules import CompareRules
from facade.compare.sameness import Sameness
from facade.compare.walk import Walk
from facade.formats import Json, decode_json, encode_json

leaves = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", Decimal("1.0"), Decimal("0.5")])
names = st.sampled_from(["a", "b", "c"])
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner), max_leaves=12)
RULES = [
    CompareRules(),
    CompareRules(ignore=frozenset({"a", "[].b", "b[].c"}), unordered=frozenset({"b", "", "a[]"})),
    CompareRules(rename={"a": "b", "[].a": "c"}, unordered=frozenset({""})),
    CompareRules(tolerance={"a": Decimal(1), "[]": Decimal(1), "[].b": Decimal(1)}, unordered=frozenset({"", "b"})),
]


class Blind(Sameness):
    """Never sees that anything is the same."""

    def __init__(self, rules: CompareRules, budget: Budget) -> None:
        super().__init__(rules, budget, again=False)
        self._is_sure = self.pairs_exactly = False


def found(legacy: Json, platform: Json, rules: CompareRules, *, blind: bool) -> list[tuple[str, str]]:
    budget = Budget(never)
    walk = Walk(rules, budget, KEY, sameness=Blind(rules, budget) if blind else None)
    walk.compare(legacy, platform)
    return [(each.path, each.kind.value) for each in walk.found.differences()]


@given(values, values, st.sampled_from(RULES), st.data())
def test_the_same_differences_are_found_whether_or_not_it_is_looked_for(
    one: Any, other: Any, rules: CompareRules, data: st.DataObject
) -> None:
    one, other = (decode_json(encode_json(value)) for value in (one, other))
    pairs = [(one, other), ([one, other], [other, one]), ({"b": [one, 1, other]}, {"b": [other, one, 1]})]
    legacy, platform = data.draw(st.sampled_from(pairs))
    assert found(legacy, platform, rules, blind=False) == found(legacy, platform, rules, blind=True)


@pytest.mark.parametrize(("legacy", "platform"), [("[true]", "[1]"), ('{"a": 0}', '{"a": false}')])
def test_true_is_not_one_though_python_says_so(legacy: str, platform: str) -> None:
    assert found(json.loads(legacy), json.loads(platform), CompareRules(), blind=False) != []


def test_the_order_of_names_does_not_matter_and_that_of_elements_does() -> None:
    same = Sameness(CompareRules(), Budget(never), again=False)
    assert same({"a": [1, 2], "b": {"c": 1, "d": 2}}, {"b": {"d": 2, "c": 1}, "a": [1, 2]})
    assert not same([1, 2], [2, 1])


def test_numbers_written_otherwise_are_left_to_the_walk_and_not_tried_again() -> None:
    same = Sameness(CompareRules(), Budget(never), again=False)
    assert same([1], [1])
    assert not same([1], [Decimal("1.0")])
    assert not same([1], [1])


def test_every_element_costs_a_step() -> None:
    with pytest.raises(Exhausted):
        Sameness(CompareRules(), Budget(never, steps=99), again=False).in_place([1] * 100, [1] * 100)
    with pytest.raises(Exhausted):
        Sameness(CompareRules(), Budget(never, steps=99), again=False).others([1] * 50, [1] * 50)
