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


def test_notes_of_one_canary_do_not_show_in_another() -> None:
    known = KnownKeys()
    known.note("titles.read", 1)
    known.note("charges.read", 1 << 40)
    assert not known.knows("searches.read", 1)
    assert not known.knows("charges.read", 1)


def filled(keys: int) -> KnownKeys:
    known = KnownKeys()
    for number in range(keys):
        known.note("titles.read", place(b"citizen-%d" % number, "titles.read"))
    return known


def taken_for_known(known: KnownKeys) -> float:
    new = (place(b"new-%d" % number, "titles.read") for number in range(5_000))
    return sum(known.knows("titles.read", each) for each in new) / 5_000


@pytest.mark.parametrize(("noted", "one_in"), [(10_000, 300), (25_000, 50), (200_000, 40)])
def test_of_many_keys_few_new_ones_are_taken_for_known_and_how_many_is_said(noted: int, one_in: int) -> None:
    known = filled(noted)
    assert all(known.knows("titles.read", place(b"citizen-%d" % number, "titles.read")) for number in range(noted))
    assert taken_for_known(known) <= 1 / one_in
    fullness = known.fullness("titles.read")
    assert fullness.keys == pytest.approx(noted, rel=0.03)
    assert fullness.mistaken == pytest.approx(taken_for_known(known), abs=0.006)
    assert fullness.warning is None


def test_keys_of_a_small_share_are_told_apart_as_well() -> None:
    known, share = KnownKeys(), PLACES // 1_000
    for number in range(20_000):
        known.note("titles.read", place(b"citizen-%d" % number, "titles.read") % share)
    new = [known.knows("titles.read", place(b"new-%d" % number, "titles.read") % share) for number in range(5_000)]
    assert sum(new) <= 5_000 / 60


def test_where_no_larger_filter_may_be_had_it_says_how_many_are_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GROWTH", 0)
    known = filled(100_000)
    fullness = known.fullness("titles.read")
    assert fullness.mistaken == pytest.approx(taken_for_known(known), abs=0.03)
    assert fullness.warning is not None
    assert "of new ones are taken for known" in fullness.warning
    assert known.fullness("nobody") == (0, 0)


def test_what_a_forgotten_canary_had_grown_by_may_be_had_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GROWTH", 2**22 // 8)
    known = filled(60_000)
    for number in range(60_000):
        known.note("crowded.out", place(b"citizen-%d" % number, "crowded.out"))
    assert known.fullness("crowded.out").mistaken > 0.05
    known.keep(())
    for number in range(60_000):
        known.note("charges.read", place(b"citizen-%d" % number, "charges.read"))
    assert known.fullness("charges.read").keys == pytest.approx(60_000, rel=0.03)
    assert known.fullness("charges.read").mistaken < 0.02


def test_a_filter_that_is_all_set_has_a_figure_all_the_same() -> None:
    small = module._Filter(8)
    for number in range(10_000):
        small.add(place(b"%d" % number, "a"))
    assert (small.bits_set, small.mistaken) == (256, 1.0)
    assert small.keys > 256


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
    assert 32 * 1024 <= sum(sys.getsizeof(each.bits) for each in known._filters["titles.read"]) <= 33 * 1024


def test_who_only_asks_notes_nothing() -> None:
    known = KnownKeys()
    asking = Unnoted(known)
    asking.note("titles.read", 7)
    assert not known.knows("titles.read", 7)
    known.note("titles.read", 7)
    assert asking.knows("titles.read", 7)
    UNNOTED.note("titles.read", 7)
    assert not UNNOTED.knows("titles.read", 7)
