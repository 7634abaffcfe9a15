"""Two JSON values side by side."""

from __future__ import annotations

from decimal import Decimal

import pytest
from compared import answer, compared, differences, ignoring, tolerating, unordered

from facade.compare.rules import CompareRules

TITLE = {"number": "K1", "tenure": "freehold", "charges": [{"id": 1, "lender": "A"}, {"id": 2, "lender": "B"}]}


def test_equal_answers_differ_in_nothing_however_they_are_written() -> None:
    assert differences(b'{"a": 1, "b": [1.50, "\\u00e9"]}', '{"b":[15e-1,"é"],"a":1.0}'.encode()) == []


@pytest.mark.parametrize(
    ("legacy", "platform", "found"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, "b missing"),
        ({"a": 1}, {"a": 1, "b": None}, "b extra"),
        ({"a": 1, "b": None}, {"a": 1}, "b missing"),
        ({"a": "x"}, {"a": None}, "a type"),
        ({"a": 1}, {"a": "1"}, "a type"),
        ({"a": 1}, {"a": True}, "a type"),
        ({"a": [1]}, {"a": {"b": 1}}, "a type"),
        ({"a": "x"}, {"a": "y"}, "a value"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "a order"),
        ({"a": [1, 2]}, {"a": [1, 2, 2]}, "a length"),
        ([1], [2], "[] value"),
        (1, 2, ":body value"),
        ([1], {}, ":body type"),
    ],
)
def test_each_way_to_differ_has_its_kind(legacy: object, platform: object, found: str) -> None:
    assert differences(legacy, platform) == [found]


def test_a_field_of_an_arrays_elements_is_one_field_however_often_it_differs() -> None:
    other = {**TITLE, "charges": [{"id": 1, "lender": "X"}, {"id": 2, "lender": "Y"}]}
    assert differences(TITLE, other) == ["charges[].lender value"]


def test_what_stands_below_an_ignored_field_is_ignored_and_a_field_of_that_name_elsewhere_is_not() -> None:
    legacy = {"meta": {"at": 1}, "at": 1}
    platform = {"meta": {"at": 2, "by": 3}, "at": 2}
    assert differences(legacy, platform, ignoring("meta")) == ["at value"]
    assert differences(legacy, platform, ignoring("meta.at")) == ["meta.by extra", "at value"]


def test_ignored_elements_are_not_compared_but_counted() -> None:
    assert differences({"a": [1]}, {"a": [2]}, ignoring("a[]")) == []
    assert differences({"a": [1]}, {"a": [2, 3]}, ignoring("a[]")) == ["a length"]


def test_an_unordered_array_may_come_in_any_order() -> None:
    other = {**TITLE, "charges": TITLE["charges"][::-1]}
    assert differences(TITLE, other, unordered("charges")) == []


def test_an_element_too_many_is_a_length_and_the_others_are_still_paired() -> None:
    other = {"charges": [{"id": 9, "lender": "Z"}, *TITLE["charges"][::-1]]}
    assert differences({"charges": TITLE["charges"]}, other, unordered("charges")) == ["charges length"]


def test_an_element_that_changed_is_compared_with_the_one_that_is_left() -> None:
    other = {"charges": [{"id": 2, "lender": "B"}, {"id": 1, "lender": "Z"}]}
    assert differences({"charges": TITLE["charges"]}, other, unordered("charges")) == ["charges[].lender value"]


def test_arrays_within_unordered_arrays_can_be_unordered_too() -> None:
    legacy = {"a": [{"b": [1, 2]}, {"b": [3, 4]}]}
    platform = {"a": [{"b": [4, 3]}, {"b": [2, 1]}]}
    assert differences(legacy, platform, unordered("a", "a[].b")) == []
    assert differences(legacy, platform, unordered("a")) == ["a[].b order"]


@pytest.mark.parametrize(
    ("legacy", "platform", "found"),
    [
        (b"1.00", b"1.01", []),
        (b"1.00", b"1.0100000000000000000000000000000001", ["price value"]),
        (b'"1.00"', b'"1.01"', []),
        (b'"1.00"', b'"1.02"', ["price value"]),
        (b"1", b'"1"', ["price type"]),
        (b'"one"', b'"two"', ["price value"]),
        (b"true", b"false", ["price value"]),
    ],
)
def test_a_tolerance_is_the_largest_difference_that_is_none(legacy: bytes, platform: bytes, found: list[str]) -> None:
    rules = tolerating("price", "0.01")
    assert differences(b'{"price": %s}' % legacy, b'{"price": %s}' % platform, rules) == found


def test_tolerated_numbers_in_an_unordered_array_are_paired_so_that_all_are_tolerated() -> None:
    rules = CompareRules(unordered=frozenset({"a"}), tolerance={"a[]": Decimal("0.01")})
    assert differences(b'{"a": [1.01, 1.00]}', b'{"a": [1.01, 1.02]}', rules) == []


def test_a_renamed_field_is_told_by_the_platforms_name() -> None:
    rules = CompareRules(rename={"charges[].bank": "lender"})
    legacy = {"charges": [{"bank": "A"}, {"bank": "B"}]}
    assert differences(legacy, {"charges": [{"lender": "A"}, {"lender": "B"}]}, rules) == []
    assert differences(legacy, {"charges": [{"lender": "A"}, {"lender": "X"}]}, rules) == ["charges[].lender value"]


def test_renaming_a_field_over_another_hides_neither() -> None:
    rules = CompareRules(rename={"old": "new"})
    assert differences({"old": 1, "new": 2}, {"new": 2}, rules) == ["old missing"]


def test_keys_that_may_say_who_they_are_about_are_not_told() -> None:
    legacy = {"AB12CDE": 1, "owners": {"1970-01-01": {"name": "x"}}}
    platform = {"AB12CDE": 2, "owners": {"1970-01-01": {"name": "y"}}}
    assert differences(legacy, platform) == ["{key} value", "owners.{key}.name value"]


def test_the_names_of_a_table_are_not_told_even_if_they_are_words() -> None:
    words = [f"{first}{second}" for first in "abcdefghijklmnop" for second in "abcdefghijklmnop"]
    assert differences(dict.fromkeys(words, 1), dict.fromkeys(words, 2)) == ["{key} value"]


def test_a_number_that_a_float_would_round_is_compared_with_all_its_digits() -> None:
    assert differences(b"0.30000000000000004", b"0.3") == [":body value"]
    assert differences(b"9007199254740993", b"9007199254740992") == [":body value"]
    assert differences(b"1e400", b"10e399") == []


def test_the_fields_that_were_looked_at_are_counted() -> None:
    other = {**TITLE, "tenure": "leasehold"}
    assert compared(answer(TITLE), answer(other)).compared_fields == 2 + 3  # status and media type, then the body's
    changed = {**TITLE, "charges": [{"id": 1, "lender": "A"}, {"id": 2, "lender": "C"}]}
    assert compared(answer(TITLE), answer(changed)).compared_fields == 2 + 2 + 1 + 2  # one charge of two is the same
