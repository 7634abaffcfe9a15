"""The sticky place: one key, one place, everywhere; and shares that are what they say."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh64

from facade.routing.share import PLACES, place, threshold

shares = st.fractions(0, 1)
keys = st.binary(min_size=1, max_size=40)
names = st.text(min_size=1, max_size=20).filter(lambda name: name.isprintable())

KEYS = 100_000


def test_the_place_of_a_key_is_the_same_on_every_replica_and_in_every_version() -> None:
    assert place(b"7f3a9c", "titles.read") == 12_409_236_415_833_031_202
    assert place(b"7f3a9c", "conveyancing") == 14_151_181_190_606_738_281


@given(keys, names)
def test_the_place_is_xxh64_of_the_key_with_the_hashed_name_as_seed(key: bytes, name: str) -> None:
    assert place(key, name) == xxh64(key, seed=xxh64(name.encode("utf-8")).intdigest()).intdigest()


@given(keys, names)
def test_every_key_has_one_place_among_all(key: bytes, name: str) -> None:
    assert 0 <= place(key, name) < PLACES
    assert place(key, name) == place(bytes(bytearray(key)), str(name))


def test_nought_per_cent_takes_nobody_and_a_hundred_everybody() -> None:
    assert threshold(Fraction(0)) == 0
    assert threshold(Fraction(1)) == PLACES


@given(shares, st.integers(0, PLACES - 1))
def test_a_place_is_below_a_share_exactly_when_its_fraction_is(share: Fraction, at: int) -> None:
    assert (at < threshold(share)) == (Fraction(at, PLACES) < share)


@given(shares)
def test_the_first_place_beyond_a_share_is_not_below_it(share: Fraction) -> None:
    assert Fraction(threshold(share), PLACES) >= share


@given(shares, shares, keys, names)
def test_raising_a_share_never_sends_anyone_back(one: Fraction, other: Fraction, key: bytes, name: str) -> None:
    lower, higher = sorted((one, other))
    if place(key, name) < threshold(lower):
        assert place(key, name) < threshold(higher)


@pytest.mark.parametrize("share", [Fraction(-1, 10**9), Fraction(10**9 + 1, 10**9)])
def test_a_share_outside_nought_to_a_hundred_per_cent_is_refused(share: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0% and 100%; write"):
        threshold(share)


@pytest.mark.parametrize("share", ["0.005", "0.01", "0.1", "0.25", "0.5", "0.995"])
@pytest.mark.parametrize("kind", ["random", "counted"])
def test_shares_hold_within_four_standard_deviations(share: str, kind: str) -> None:
    chance = random.Random(20_260_101)
    exact = Fraction(share)
    sent = (
        chance.randbytes(16).hex().encode() if kind == "random" else f"citizen-{number}".encode()
        for number in range(KEYS)
    )
    below = sum(place(key, "titles.read") < threshold(exact) for key in sent)
    assert abs(below - KEYS * exact) <= 4 * math.sqrt(KEYS * exact * (1 - exact))


def test_two_canaries_do_not_take_the_same_callers() -> None:
    quarter = threshold(Fraction(1, 4))
    sent = [f"citizen-{number}".encode() for number in range(KEYS)]
    both = sum(place(key, "titles.read") < quarter and place(key, "claims.read") < quarter for key in sent)
    expected = Fraction(1, 16)
    assert abs(both - KEYS * expected) <= 4 * math.sqrt(KEYS * expected * (1 - expected))
