"""The shapes that are kept are those that are called most, whatever floods in."""

from __future__ import annotations

import datetime
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from facade.ending.heavy import Kept, Shaped, add

TODAY = datetime.date(2026, 11, 23)
TOMORROW = TODAY + datetime.timedelta(1)


def of(shape: str) -> Shaped:
    return Shaped("GET", shape)


@given(st.lists(st.lists(st.integers(0, 30), max_size=60), max_size=12), st.integers(1, 8))
def test_the_bounds_of_space_saving_hold(turns: list[list[int]], most: int) -> None:
    kept: dict[Shaped, Kept] = {}
    every: Counter[Shaped] = Counter()
    for turn in turns:
        new = Counter(of(f"/{each}") for each in turn)
        every += new
        add(kept, {shaped: {"2xx": calls} for shaped, calls in new.items()}, TODAY, most)
    assert len(kept) <= most
    assert sum(each.weight for each in kept.values()) == every.total()
    for shaped, calls in every.items():
        if calls > every.total() / most:
            assert shaped in kept, "one with more than its part of all is kept"
    for shaped, each in kept.items():
        assert each.calls <= every[shaped] <= each.weight


def test_a_flood_in_one_turn_pushes_nothing_out_that_is_called_more() -> None:
    kept: dict[Shaped, Kept] = {}
    add(kept, {of(f"/real/{each}"): {"2xx": 500} for each in range(9)}, TODAY, 10)
    add(kept, {of(f"/flood/{each}"): {"4xx": 1} for each in range(400)}, TODAY, 10)
    assert sum(shaped.shape.startswith("/real") for shaped in kept) == 9


def test_days_and_classes_are_kept() -> None:
    kept: dict[Shaped, Kept] = {}
    add(kept, {of("/a"): {"2xx": 2, "4xx": 1}}, TOMORROW)
    add(kept, {of("/a"): {"2xx": 1, "aborted": 1}}, TODAY)
    assert kept == {of("/a"): Kept(TODAY, TOMORROW, {"2xx": 3, "4xx": 1, "aborted": 1})}
