"""The functions of an answer's expressions keep every digit, and say what they cannot take without showing it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.port.expression import Evaluation, EvaluationError, Expression
from facade.port.functions import FUNCTIONS

NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40), st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30))
)

ANSWERS = {
    "abs(n)": (Decimal("1.10"), {"n": Decimal("-1.10")}),
    "abs(@)": (3, -3),
    "ceil(@)": (2, Decimal("1.10")),
    "floor(@)": (1, Decimal("1.90")),
    "contains(@, 'b')": (True, "abc"),
    "contains(@, `1`)": (False, [True]),
    "contains(@, `2`)": (True, [1, Decimal(2)]),
    "ends_with(@, 'c')": (True, "abc"),
    "starts_with(@, 'a')": (True, "abc"),
    "join(', ', @)": ("a, b", ["a", "b"]),
    "keys(@)": (["a"], {"a": 1}),
    "values(@)": ([1], {"a": 1}),
    "length(@)": (2, ["a", "b"]),
    "map(&to_number(@), @)": ([1, Decimal("0.10"), None], ["1", "0.10", "x"]),
    "max(@)": (Decimal("2.0"), [1, Decimal("2.0")]),
    "max_by(@, &p).n": ("b", [{"n": "a", "p": Decimal("0.10")}, {"n": "b", "p": Decimal("0.11")}]),
    "merge(@, {b: `2`})": ({"a": 1, "b": 2}, {"a": 1, "b": 1}),
    "min(@)": (1, [1, Decimal("2.0")]),
    "min_by(@, &p).n": ("a", [{"n": "a", "p": Decimal("0.10")}, {"n": "b", "p": Decimal("0.11")}]),
    "not_null(a, b)": (0, {"b": 0}),
    "reverse(@)": ([2, 1], [1, 2]),
    "sort(@)": ([Decimal("0.5"), 1], [1, Decimal("0.5")]),
    "sort_by(@, &p)[].n": (["b", "a"], [{"n": "a", "p": "z"}, {"n": "b", "p": "y"}]),
    "sum(@)": (Decimal("0.30"), [Decimal("0.10"), Decimal("0.20")]),
    "to_array(@)": (["a"], "a"),
    "to_number(@)": (Decimal("0.10"), "0.10"),
    "to_string(@)": ("1.10", Decimal("1.10")),
    "type(@)": ("number", Decimal("1.10")),
}


def evaluate(text: str, fields: Any) -> Any:
    return Evaluation().of(Expression(text), fields)


@pytest.mark.parametrize(("text", "case"), ANSWERS.items())
def test_a_function_answers_exactly(text: str, case: tuple[Any, Any]) -> None:
    answer, fields = case
    found = evaluate(text, fields)
    assert (found, type(found), str(found)) == (answer, type(answer), str(answer))


def test_every_function_is_shown_to_answer() -> None:
    assert {text.partition("(")[0] for text in ANSWERS} == set(FUNCTIONS)


def test_plain_jmespath_is_not_exact_and_this_is() -> None:
    assert jmespath.search("to_number(@)", "0.10") != Decimal("0.10")
    with pytest.raises(jmespath.exceptions.JMESPathTypeError):
        jmespath.search("sum(@)", [Decimal("0.10")])
    assert evaluate("to_number(@)", "0.10") == Decimal("0.10")


@pytest.mark.parametrize(
    ("written", "number"), [("007", 7), ("-0.10", Decimal("-0.10")), ("+5", 5), ("1e5", None), ("", None), ("٣", None)]
)
def test_a_text_of_digits_is_the_number_that_it_shows(written: str, number: object) -> None:
    assert evaluate("to_number(@)", written) == number


@given(st.lists(NUMBERS))
def test_a_sum_loses_no_digit(numbers: list[int | Decimal]) -> None:
    assert Fraction(evaluate("sum(@)", numbers)) == sum(Fraction(each) for each in numbers)


def test_a_sum_that_would_lose_a_digit_is_refused() -> None:
    with pytest.raises(EvaluationError, match=r"sum\(\) has no exact answer"):
        evaluate("sum(@)", [Decimal("1E+9999"), Decimal("1E-9999")])


def test_a_number_that_python_does_not_write_has_no_text() -> None:
    with pytest.raises(EvaluationError, match=r"to_string\(\) was given what holds a number of too many digits"):
        evaluate("to_string(@)", 10**4301)


@pytest.mark.parametrize("text", ["sum(@)", "join('', @)", "sort(@)", "max(@)", "abs(@)", "sort_by(@, &@)"])
def test_what_a_function_cannot_take_is_said_and_not_shown(text: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        evaluate(text, ["QQ123456C", 1])
    assert "QQ123456C" not in str(refused.value)


def test_nothing_has_no_largest() -> None:
    assert evaluate("[max(@), min(@), max_by(@, &a), sort_by(@, &a)]", []) == [None, None, None, []]
