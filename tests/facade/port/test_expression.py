"""Expressions are compiled once, with every mistake told; they compare exactly; and they stay within their bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from facade.port.expression import MAX_CHARACTERS, Evaluation, EvaluationError, Expression

FIELDS = {
    "title_no": "T1",
    "price": Decimal("0.10"),
    "on": "2027-03-31",
    "charge": [{"id": 1, "lender": "A", "sum": Decimal("10.00")}, {"id": 2, "lender": "B", "sum": 9}],
    "none": [],
}

EVALUATED = {
    "title_no": "T1",
    "no_such": None,
    "charge[].{id: id, lender: lender}": [{"id": 1, "lender": "A"}, {"id": 2, "lender": "B"}],
    "charge[?sum > `9`].id": [1],
    "charge[?sum == `10`].id": [1],
    "charge[?sum != `10`].id": [2],
    "charge[0].sum": Decimal("10.00"),
    "charge[-1:].id": [2],
    "none[].id": [],
    "price < 'a'": None,
    "price == 'a'": False,
    "on >= '2027-01-01'": True,
    "!none && 'empty' || 'full'": "empty",
    "!price": False,
    "[@.price, `true` == `1`]": [Decimal("0.10"), False],
}

MISTAKES = {
    "charge[": "no JMESPath at character",
    "charge[?": "no JMESPath",
    "'": "no JMESPath at character 1",
    "": "no JMESPath",
    "avg(charge[].sum)": r"no function avg\(\); write one of abs",
    "sum()": r"sum\(\) takes 1 arguments",
    "merge()": "takes at least 1 arguments",
    "&title_no": "an & stands where",
    "[&title_no]": "an & stands where",
    "max_by(charge, sum)": r"takes an expression as argument 2; write &name",
    "charge[::0]": "step is 0",
    "price > `0.5`": r"not exact; write it as a text, to_number\('0.10'\)",
    'price > `[{"a": NaN}]`': "not exact",
    "a" + ".a" * MAX_CHARACTERS: "longer than",
    "(" * 900 + "a" + ")" * 900: "no JMESPath",
    "!" * 40 + "a": "nested more than",
}


@pytest.mark.parametrize(("text", "answer"), EVALUATED.items())
def test_an_expression_is_evaluated_over_the_fields(text: str, answer: Any) -> None:
    found = Evaluation().of(Expression(text), FIELDS)
    assert (found, str(found)) == (answer, str(answer))


@pytest.mark.parametrize(("text", "words"), MISTAKES.items())
def test_a_mistake_is_told_when_it_is_compiled(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as told:
        Expression(text)
    assert "; " in str(told.value)


def test_a_mistake_deep_inside_is_told_too() -> None:
    with pytest.raises(ValueError, match="no function lower"):
        Expression("charge[?contains(lower(lender), 'a')].{id: id}")


@pytest.mark.parametrize(
    "text",
    [
        "[@,@][]" + "|[@,@][]" * 25,
        "join('', [a, a])" + "|join('', [@, @])" * 25,
        "big[].big2[].a | [@,@,@,@,@,@,@,@][] | [@,@,@,@,@,@,@,@][]",
    ],
)
def test_an_expression_that_grows_what_it_gets_is_stopped(text: str) -> None:
    fields = {"a": "x" * 64, "big": [{"big2": [{"a": 1}] * 100}] * 200}
    with pytest.raises(EvaluationError, match="more than 1000000 steps"):
        Evaluation().of(Expression(text), fields)
