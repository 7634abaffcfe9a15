"""Who holds most of what waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from facade.wire.keeping import Keeping


class Somebody:
    """A holder, with what waits of it."""

    def __init__(self) -> None:
        self.held = 0

    def give_way(self) -> None:
        """Nothing is asked of it here."""


def held(*sizes: int) -> tuple[Keeping, list[Somebody]]:
    keeping, holders = Keeping(), [Somebody() for _ in sizes]
    for holder, size in zip(holders, sizes, strict=True):
        keeping.change(holder, 0, size)
    return keeping, holders


def test_whoever_holds_most_is_named_and_not_the_latest() -> None:
    keeping, [_, large, small] = held(3_000, 16_000_000, 50_000)
    assert keeping.most(small) is large
    assert keeping.total == 16_053_000


def test_of_several_who_hold_about_as_much_it_is_the_latest_if_it_is_one_else_the_first() -> None:
    keeping, [first, second, small] = held(9_000, 10_000, 100)
    assert keeping.most(second) is second
    assert keeping.most(small) is first


def test_whoever_holds_nothing_any_more_is_named_no_more() -> None:
    keeping, [large, small] = held(9_000, 100)
    keeping.change(large, 9_000, 0)
    assert keeping.most(small) is small
    assert repr(keeping) == "<Keeping total=100 holders=1>"


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 10**6)), max_size=40))
def test_nobody_holds_more_than_twice_as_much_as_whoever_is_named(changes: list[tuple[int, int]]) -> None:
    keeping, holders = Keeping(), [Somebody() for _ in range(5)]
    for at, size in changes:
        keeping.change(holders[at], holders[at].held, size)
        holders[at].held = size
        assert keeping.total == sum(holder.held for holder in holders)
        if keeping.total:
            most = keeping.most(holders[at])
            assert isinstance(most, Somebody)
            assert max(holder.held for holder in holders) < 2 * most.held
