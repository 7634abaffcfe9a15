"""Whether a parity can be shown."""

from __future__ import annotations

from fractions import Fraction

from facade.compare.reach import obstacles


def test_a_sample_that_cannot_show_its_parity_is_told_with_the_sum() -> None:
    (obstacle,) = obstacles(Fraction("0.995"), 100, samples=True)
    assert (obstacle.key, obstacle.never) == ("compared", False)
    assert obstacle.text == (
        "is reached before the guard can pass, for parity 99.5% needs 539 comparisons without a single difference; "
        "write 539"
    )


def test_full_parity_can_never_be_shown() -> None:
    (obstacle,) = obstacles(Fraction(1), 10_000, samples=True)
    assert (obstacle.key, obstacle.never) == ("parity", True)


def test_parity_without_a_shadow_is_never_measured() -> None:
    (obstacle,) = obstacles(Fraction("0.995"), 1000, samples=False)
    assert (obstacle.key, obstacle.never) == ("parity", True)


def test_a_parity_with_its_sample_has_nothing_in_its_way() -> None:
    assert list(obstacles(Fraction("0.995"), 539, samples=True)) == []
    assert list(obstacles(Fraction("0.995"), 0, samples=True)) == []
