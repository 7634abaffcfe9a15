"""The table of every problem that the wire and the targets answer themselves."""

from __future__ import annotations

import re

import pytest

from facade.problem import Problem
from facade.wire import refusals


@pytest.mark.parametrize("problem", refusals.ALL, ids=lambda problem: problem.reason)
def test_a_problem_is_an_error_with_a_reason_that_can_be_a_label_and_one_sentence(problem: Problem) -> None:
    assert 400 <= problem.status <= 599
    assert re.fullmatch(r"[a-z_]+", problem.reason)
    assert re.fullmatch(r"[A-Z].+\.", problem.detail)
    assert problem.error is None or re.fullmatch(r"[a-z_]+", problem.error)


def test_every_problem_has_a_reason_of_its_own() -> None:
    assert len(refusals.REASONS) == len(refusals.ALL) > 20


def test_only_what_passes_by_itself_asks_to_come_again() -> None:
    assert {problem.status for problem in refusals.ALL if problem.retry_after is not None} == {503}
