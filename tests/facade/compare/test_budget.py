"""What a comparison may cost."""

from __future__ import annotations

import pytest

from facade.compare.budget import Budget, Exhausted


def test_steps_are_spent_one_by_one_until_none_is_left() -> None:
    budget = Budget(lambda: False, steps=2)
    budget.spend()
    budget.spend()
    with pytest.raises(Exhausted, match="steps"):
        budget.spend()


def test_the_time_is_looked_at_now_and_then_and_not_at_every_step() -> None:
    looks: list[int] = []
    budget = Budget(lambda: bool(looks.append(1)), steps=10_000)
    for _ in range(10_000):
        budget.spend()
    assert 30 <= len(looks) <= 50


def test_a_budget_whose_time_is_over_is_spent() -> None:
    budget = Budget(lambda: True, steps=1000)
    with pytest.raises(Exhausted, match="time"):
        for _ in range(1000):
            budget.spend()
    assert repr(budget) == "<Budget 768 steps left>"
