"""Differences as they are found."""

from __future__ import annotations

from compared import KEY

from facade.compare.difference import MAX_DIFFERENCES, Comparison, DifferenceKind, Found

VALUE = DifferenceKind.VALUE


def full() -> Found:
    found = Found(KEY)
    for number in range(MAX_DIFFERENCES):
        found.note(f"field{number}", VALUE, "1", "2")
    return found


def test_a_field_is_told_once_for_all_its_differences() -> None:
    found = Found(KEY)
    found.note("a", VALUE, "1", "2")
    alone = found.differences()
    found.note("a", VALUE, "3", "4")
    (difference,) = found.differences()
    assert (difference.path, difference.kind) == ("a", VALUE)
    assert difference.token != alone[0].token


def test_values_are_told_apart_wherever_one_ends_and_the_next_begins() -> None:
    one, other = Found(KEY), Found(KEY)
    one.note("a", VALUE, "12", "3")
    other.note("a", VALUE, "1", "23")
    assert one.differences() != other.differences()


def test_what_does_not_fit_is_left_out_and_said() -> None:
    found = full()
    assert not found.capped
    found.note("field0", VALUE, "3", "4")
    assert not found.capped
    found.note("another", VALUE, "1", "2")
    assert found.capped
    assert len(found.differences()) == MAX_DIFFERENCES


def test_what_another_found_counts_within_the_same_bound() -> None:
    one = Found(KEY)
    one.note("another", VALUE, "1", "2")
    found = full()
    found.take(one)
    assert found.capped
    one.take(full())
    assert one.capped
    assert len(one.differences()) == MAX_DIFFERENCES


def test_a_comparison_that_was_kept_from_its_end_says_something_only_by_what_it_found() -> None:
    assert Comparison((), 3).made
    assert not Comparison((), 3, "time").made
    assert Comparison(full().differences(), 3, "time").made
