"""One text for all values that are equal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from facade.compare.budget import Budget
from facade.compare.forms import Former, number_of, scalar
from facade.compare.rules import CompareRules


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, Decimal("1.0")),
        (100, Decimal("1e2")),
        (0, Decimal("-0.0")),
        (10**4000, Decimal(10) ** 4000),
        (Decimal("0.1") + Decimal("0.2"), Decimal("0.30")),
    ],
)
def test_one_number_has_one_form(one: int, other: Decimal) -> None:
    assert scalar(one) == scalar(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, "1"), (None, "null"), (10**40, 10**40 + 1), (Decimal("1e-399"), 0), ("a", "b")],
)
def test_different_values_have_different_forms(one: object, other: object) -> None:
    assert scalar(one) != scalar(other)


def test_a_form_knows_neither_the_order_of_names_nor_that_of_unordered_elements() -> None:
    former = Former(CompareRules(unordered=frozenset({"a"})), Budget(lambda: False), legacy=False)
    assert former.form({"a": [1, 2], "b": [1, 2]}, "") == former.form({"b": [1, 2], "a": [2, 1]}, "")
    assert former.form({"a": [1, 2], "b": [1, 2]}, "") != former.form({"b": [2, 1], "a": [2, 1]}, "")


def test_tolerated_numbers_are_taken_out_in_the_order_of_the_elements_forms() -> None:
    rules = CompareRules(unordered=frozenset({"a"}), tolerance={"a[].p": Decimal(1)})
    former = Former(rules, Budget(lambda: False), legacy=False)
    text, numbers = former.form({"a": [{"n": 2, "p": 7}, {"n": 1, "p": 8}]}, "")
    assert numbers == (8, 7)
    assert text == '{"a":[{"n":1,"p":~int},{"n":2,"p":~int}]}'


@pytest.mark.parametrize(
    ("value", "number"), [("1.50", "1.5"), (3, "3"), ("+2", "2"), ("1e5", None), (True, None), ([], None)]
)
def test_money_that_is_sent_as_text_is_a_number_to_a_tolerance(value: object, number: str | None) -> None:
    assert number_of(value) == (None if number is None else Decimal(number))
