"""The check of comparisons."""

from __future__ import annotations

from fractions import Fraction

import pytest
from judged import check

from facade.compare.parity import Agreement
from facade.control.judge.evidence import Evidence
from facade.control.judge.verdict import Ruling
from facade.routing.guard import Guard

GUARD = Guard(compared=1000, parity=Fraction("0.995"))


def evidence(*differ: int, of: int) -> Evidence:
    """So many comparisons, of which these differ."""
    made = Evidence(GUARD)
    for number in range(of):
        made.compared(differs=number in differ)
    return made


@pytest.mark.parametrize(
    ("agreement", "ruling", "sentence"),
    [
        (Agreement(2000, 1998), "pass", "parity 99.9 %, surely 99.7 %, over 2,000 comparisons (limit 99.5 %)"),
        (Agreement(539, 539), "not_enough", "parity 100 %, surely 99.5 %, over 539 comparisons, of 1,000 wanted"),
        (Agreement(1000, 996), "not_enough", "parity 99.6 %, surely 99.11 %, over 1,000 comparisons (limit 99.5 %)"),
        (Agreement(), "not_enough", "parity 0 %, surely 0 %, over 0 comparisons, of 1,000 wanted (limit 99.5 %)"),
        (Agreement(10, 10, 40), "error", "40 answers could not be compared, against 10 comparisons that were made"),
        (
            Agreement(0, 0, 29),
            "not_enough",
            "parity 0 %, surely 0 %, over 0 comparisons, of 1,000 wanted (limit 99.5 %)",
        ),
        (Agreement(2000, 2000, 40), "pass", "parity 100 %, surely 99.86 %, over 2,000 comparisons (limit 99.5 %)"),
    ],
)
def test_parity_passes_by_its_lower_bound(agreement: Agreement, ruling: str, sentence: str) -> None:
    found = check(evidence(of=0), "parity", agreement)
    assert found.verdict == ruling
    assert found.sentence.startswith(sentence)
    assert (found.measured, found.limit, found.sample) == (agreement.at_least, 0.995, agreement.compared)


def test_a_platform_that_answers_something_else_fails_after_a_few_comparisons() -> None:
    found = check(evidence(*range(20), of=20), "parity", Agreement(20, 0))
    assert found.verdict is Ruling.FAIL
    assert found.sentence == "parity 0 %, surely 0 %, over 20 comparisons (limit 99.5 %)"


def test_one_difference_does_not_fail_a_route() -> None:
    assert check(evidence(0, of=20), "parity", Agreement(20, 19)).verdict is Ruling.NOT_ENOUGH


def test_a_platform_that_answers_something_else_of_late_is_told_by_its_last_answers() -> None:
    found = check(evidence(*range(5000, 5050), of=5050), "parity", Agreement(5050, 5000))
    assert found.verdict is Ruling.FAIL
    assert found.sentence.startswith("100 % of the last ")
    assert found.sentence.endswith(" comparisons differ (limit 99.5 %)")


def test_a_failure_comes_before_an_error() -> None:
    assert check(evidence(*range(20), of=20), "parity", Agreement(20, 0, 100)).verdict is Ruling.FAIL
