"""Which keys are known: every one that was noted, hardly one that was not, and none of another canary's."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing import known as module
from facade.routing.known import UNNOTED, KnownKeys, Unnoted
from facade.routing.share import PLACES, place

places = st.integers(0, PLACES - 1)


@given(st.sets(places, max_size=200))
def test_a_key_that_was_noted_is_always_known(noted: set[int]) -> None:
    known = KnownKeys()
    for each in noted:
        known.note("titles.read", each)
    assert all(known.knows("titles.read", each) for each in noted)


@given(places, places)
def test_notes_of_one_canary_do_not_show_in_another(first: int, second: int) -> None:
    known = KnownKeys()
    known.note("titles.read", first)
    known.note("charges.read", second)
    assert not known.knows("searches.read", first)
    assert known.knows("charges.read", first) is (first == second or _bits(first) <= _bits(second))


def _bits(at: int) -> set[int]:
    return {at >> 18 * number & (1 << 18) - 1 for number in range(3)}


@pytest.mark.parametrize(("noted", "one_in"), [(10_000, 300), (50_000, 8)])
def test_of_many_keys_few_new_ones_are_taken_for_known(noted: int, one_in: int) -> None:
    known = KnownKeys()
    for number in range(noted):
        known.note("titles.read", place(b"citizen-%d" % number, "titles.read"))
    new = [known.knows("titles.read", place(b"new-%d" % number, "titles.read")) for number in range(5_000)]
    assert sum(new) <= 5_000 / one_in


def test_what_is_no_canary_any_more_is_forgotten_and_the_others_stay() -> None:
    known = KnownKeys()
    known.note("titles.read", 7)
    known.note("charges.read", 7)
    known.keep({"charges.read", "searches.read"})
    assert (known.knows("titles.read", 7), known.knows("charges.read", 7)) == (False, True)


def test_beyond_a_bound_of_canaries_every_key_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CANARIES", 2)
    known = KnownKeys()
    for name in ("a", "b", "c"):
        known.note(name, 7)
    assert [known.knows(name, 7) for name in ("a", "b", "c")] == [True, True, False]
    known.note("a", 8)
    assert known.knows("a", 8)


def test_a_canary_costs_32_kib_however_many_keys_it_meets() -> None:
    known = KnownKeys()
    for number in range(1_000):
        known.note("titles.read", place(b"%d" % number, "titles.read"))
    assert 32 * 1024 <= sys.getsizeof(known._bits["titles.read"]) <= 33 * 1024


def test_who_only_asks_notes_nothing() -> None:
    known = KnownKeys()
    asking = Unnoted(known)
    asking.note("titles.read", 7)
    assert not known.knows("titles.read", 7)
    known.note("titles.read", 7)
    assert asking.knows("titles.read", 7)
    UNNOTED.note("titles.read", 7)
    assert not UNNOTED.knows("titles.read", 7)
