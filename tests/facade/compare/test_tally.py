"""What a route's comparisons come to."""

from __future__ import annotations

from compared import answer, compared, comparison
from hypothesis import given
from hypothesis import strategies as st

from facade.compare.difference import Comparison, Difference, DifferenceKind
from facade.compare.fields import TOKENS
from facade.compare.parity import Agreement
from facade.compare.tally import COMBINATIONS, OTHER, PATHS, Result, Tally

EQUAL = comparison()
LATE = Comparison((), 0, "time")


def tally(*, asks_twice: bool = True, equal: int = 0, noises: int = 0) -> Tally:
    """One that has seen so many equal answers, and so many of legacy's own."""
    made = Tally(asks_twice=asks_twice)
    for _ in range(equal):
        made.add(EQUAL, 0.0)
    for _ in range(noises):
        made.add_noise(EQUAL)
    return made


def test_each_comparison_is_counted_as_what_it_is() -> None:
    made = tally()
    assert made.add(EQUAL, 0.0) is Result.MATCH
    assert made.add(comparison("price"), 0.0) is Result.DIFFER
    assert made.add(LATE, 0.0) is Result.ERROR
    made.fail()
    assert made.agreement() == Agreement(compared=2, equal=1, failed=2)


def test_a_field_that_differs_in_legacy_itself_is_noise_also_for_what_came_before() -> None:
    made = tally()
    assert made.add(comparison("at"), 0.0) is Result.DIFFER
    assert made.agreement().equal == 0
    made.add_noise(comparison("at"))
    assert made.agreement().equal == 1
    assert made.add(comparison("at"), 0.0) is Result.NOISE


def test_a_comparison_counts_by_the_one_of_its_fields_that_is_no_noise() -> None:
    made = tally()
    made.add_noise(comparison("at"))
    assert made.add(comparison("at", "price"), 0.0) is Result.DIFFER
    assert made.agreement() == Agreement(compared=1, equal=0)


def test_a_field_may_be_missing_for_real_though_its_value_is_noise() -> None:
    made = tally()
    made.add_noise(comparison("at"))
    missing = Comparison((Difference("at", DifferenceKind.MISSING, "token"),), 3)
    assert made.add(missing, 0.0) is Result.DIFFER


def test_nothing_is_sure_before_legacy_was_asked_twice_some_times() -> None:
    made, price = tally(), comparison("price")
    made.add(price, 0.0)
    assert not made.surely_differs(price)
    for _ in range(20):
        made.add_noise(EQUAL)
    assert made.surely_differs(price)
    made.add(EQUAL, 0.0)
    assert not made.surely_differs(EQUAL)


def test_where_legacy_is_never_asked_twice_every_difference_is_sure() -> None:
    made, price = tally(asks_twice=False), comparison("price")
    made.add(price, 0.0)
    assert made.surely_differs(price)


def test_a_rare_noise_is_not_sure_to_be_none() -> None:
    made, at = tally(equal=98, noises=100), comparison("at")
    made.add_noise(at)
    made.add(at, 0.0)
    assert not made.surely_differs(at)


def test_the_fields_are_told_by_how_often_they_differ_noise_last() -> None:
    made = tally(equal=6, noises=2)
    for moment, fields in enumerate([("price",), ("price", "lender"), ("at",), ("at",), ("at",)]):
        made.add(comparison(*fields), float(moment))
    for _ in range(5):
        made.add_noise(comparison("at", "unseen"))
    top = made.top(10)
    assert [(each.path, each.raw, each.counts) for each in top] == [
        ("price", 2, True),
        ("lender", 1, True),
        ("at", 3, False),
    ]
    assert (top[0].first, top[0].last, top[0].distinct) == (0.0, 1.0, 1)
    assert top[0].agreement == Agreement(compared=11, equal=9)
    assert (top[2].noise, top[2].noises) == (5, 7)
    assert [each.path for each in made.top(1)] == ["price"]


def test_a_difference_that_comes_again_is_known_and_another_is_told_apart() -> None:
    made = tally()
    for other in (2, 2, 3):
        made.add(compared(answer({"a": 1}), answer({"a": other})), 0.0)
    assert made.top(1)[0].distinct == 2


def test_memory_is_bounded_whatever_differs() -> None:
    made = tally()
    for number in range(2 * PATHS):
        made.add(comparison(f"field{number}"), 0.0)
        made.add(Comparison((Difference("price", DifferenceKind.VALUE, f"{number}"),), 1), 0.0)
    top = made.top(10_000)
    assert len(top) == PATHS + 1
    assert [each.distinct for each in top if each.path == "price"] == [TOKENS]
    assert [each.raw for each in top if each.path == OTHER] == [PATHS + 1]
    assert made.agreement() == Agreement(compared=4 * PATHS, equal=0)


def test_combinations_beyond_the_bound_are_decided_when_they_come() -> None:
    made = tally()
    for _ in range(10):
        made.add_noise(comparison(*(f"noisy{bit}" for bit in range(10))))
    for number in range(1, COMBINATIONS + 101):
        made.add(comparison(*(f"noisy{bit}" for bit in range(10) if number >> bit & 1)), 0.0)
    assert made.agreement() == Agreement(compared=COMBINATIONS + 100, equal=COMBINATIONS + 100)
    made.add(comparison("price", "noisy0", "noisy9"), 0.0)
    assert made.agreement().equal == COMBINATIONS + 100


@given(st.lists(st.sets(st.sampled_from("abcd"), max_size=3), max_size=30), st.booleans())
def test_without_noise_parity_is_the_share_of_comparisons_that_found_nothing(found: list[set[str]], asks: bool) -> None:
    made = Tally(asks_twice=asks)
    for fields in found:
        made.add(comparison(*sorted(fields)), 0.0)
    assert made.agreement() == Agreement(len(found), sum(not fields for fields in found))
