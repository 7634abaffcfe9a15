"""What holds of every comparison."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from compared import answer, compared, differences, ignoring, never, unordered
from hypothesis import given
from hypothesis import strategies as st

from facade.compare.answer import ComparedAnswer
from facade.compare.comparing import compare, compare_again
from facade.compare.forms import EXACT
from facade.compare.paths import LONGEST_PATH, is_path
from facade.compare.rules import CompareRules

names = st.text("abcdefgh_", min_size=1, max_size=3) | st.text(max_size=12)
numbers = st.integers(-(10**30), 10**30) | st.decimals(-1000, 1000, allow_nan=False, places=3)
leaves = st.none() | st.booleans() | numbers | st.text(max_size=8)


def grow(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children, max_size=4) | st.dictionaries(names, children, max_size=4)


values = st.recursive(leaves, grow, max_leaves=15)
records = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), values, max_size=6)
objects = st.recursive(
    leaves, lambda children: st.dictionaries(st.text("abcd", min_size=1, max_size=2), children, max_size=4)
)
fields = st.tuples(st.binary(max_size=12), st.binary(max_size=12))
anything = st.builds(
    ComparedAnswer,
    st.integers(100, 999),
    st.lists(
        fields
        | st.tuples(st.just(b"content-type"), st.sampled_from([b"application/json", b"text/plain"]))
        | st.tuples(st.just(b"content-encoding"), st.sampled_from([b"gzip", b"br", b"identity", b""])),
        max_size=4,
    ).map(tuple),
    st.none() | st.binary(max_size=40) | values.map(lambda value: answer(value).body),
)


@given(values)
def test_a_value_differs_from_itself_in_nothing(value: Any) -> None:
    assert differences({"b": 0, "a": value}, {"a": value, "b": 0}) == []  # other bytes, so the values are looked at
    assert differences({"a": value}, {"b": 0, "a": value}) == ["b extra"]


@given(values, values)
def test_both_ways_round_the_same_fields_differ(one: Any, other: Any) -> None:
    turned = {"missing": "extra", "extra": "missing"}
    there, back = differences(one, other), differences(other, one)
    assert sorted(
        f"{path} {turned.get(kind, kind)}" for path, kind in (each.rsplit(" ", 1) for each in there)
    ) == sorted(back)


@given(values, values)
def test_different_values_differ_somewhere(one: Any, other: Any) -> None:
    def plain(value: Any) -> Any:
        """Equal exactly when two values are one JSON value; True is not 1 here."""
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        return (isinstance(value, bool), value)

    assert (differences(one, other) == []) == (plain(one) == plain(other))


@given(objects, objects, st.data())
def test_ignoring_a_path_takes_away_its_differences_and_no_other(one: Any, other: Any, data: st.DataObject) -> None:
    found = differences({"top": one}, {"top": other})
    if found:
        path = data.draw(st.sampled_from(found)).rsplit(" ", 1)[0]
        left = [each for each in found if not (f"{each} ".startswith((f"{path} ", f"{path}.")))]
        assert differences({"top": one}, {"top": other}, ignoring(path)) == left


@given(st.lists(values, max_size=6), st.data())
def test_an_unordered_array_equals_every_order_of_it(elements: list[Any], data: st.DataObject) -> None:
    other = data.draw(st.permutations(elements))
    assert differences({"a": elements}, {"a": other}, unordered("a")) == []
    assert differences({"a": elements}, {"a": other}) in ([], ["a order"])


@given(st.lists(numbers, min_size=1, max_size=6), st.data())
def test_numbers_within_the_tolerance_are_equal_in_any_order_and_beyond_it_are_not(
    prices: list[Any], data: st.DataObject
) -> None:
    rules = CompareRules(unordered=frozenset({"a"}), tolerance={"a[]": Decimal("0.01")})
    near = [EXACT.add(price, data.draw(st.sampled_from(["-0.01", "0", "0.01"]).map(Decimal))) for price in prices]
    assert differences({"a": prices}, {"a": data.draw(st.permutations(near))}, rules) == []
    far = [*near[:-1], Decimal(10) ** 31]
    assert differences({"a": prices}, {"a": far}, rules) == ["a[] value"]


@given(st.integers(-(10**40), 10**40), st.integers(-(10**40), 10**40))
def test_sums_are_exact(one: int, other: int) -> None:
    total = b"%de-25" % (one + other)
    assert differences(b"%de-25" % one, total) == ([] if other == 0 else [":body value"])
    assert differences({"a": Decimal(f"{one}e-25")}, b'{"a": %de-25}' % one) == []


@given(records, records)
def test_every_path_that_is_told_can_be_written_in_a_rule(one: dict[str, Any], other: dict[str, Any]) -> None:
    for each in compared(answer(one), answer(other)).differences:
        assert is_path(each.path), each.path
        assert len(each.path) <= LONGEST_PATH


@given(anything, anything, st.sampled_from([b"k", b"k" * 64]))
def test_no_answer_makes_a_comparison_fail(one: ComparedAnswer, other: ComparedAnswer, key: bytes) -> None:
    rules = CompareRules(
        ignore=frozenset({"a"}), unordered=frozenset({"[]", "b"}), tolerance={"c": Decimal(1)}, rename={"d": "e"}
    )
    for comparing in (compare, compare_again):
        found = comparing(one, other, rules, key, never)
        assert found.made or found.capped in {"size", "coding"}
    assert compared(one, one).differences == ()
