"""A segment becomes known by many senders, and by nothing that one of them can do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from facade.ending import familiar as module
from facade.ending.familiar import SENDERS, SIBLINGS, Familiar


def asked(familiar: Familiar, segment: str, sender: str, before: str = "/portal") -> bool:
    return familiar.vouches(before, segment, lambda: sender)


def known(familiar: Familiar, segment: str, before: str = "/portal") -> bool:
    """After as many senders as it takes."""
    return [asked(familiar, segment, f"192.0.2.{each}", before) for each in range(SENDERS)][-1]


def test_what_enough_senders_used_is_kept_from_the_last_of_them_on() -> None:
    familiar = Familiar()
    told = [asked(familiar, "fahrzeuge", f"192.0.2.{each}") for each in range(SENDERS)]
    assert told == [False] * (SENDERS - 1) + [True]
    assert asked(familiar, "fahrzeuge", "192.0.2.1")
    assert not asked(familiar, "fahrzeuge", "192.0.2.1", before="/other")


@given(st.integers(1, 400), st.integers(1, SENDERS - 1))
def test_fewer_senders_never_suffice_however_often_they_call(calls: int, senders: int) -> None:
    familiar = Familiar()
    assert not any(asked(familiar, "schmidt", f"192.0.2.{call % senders}") for call in range(calls))


def test_a_household_of_ipv6_is_one_sender() -> None:
    familiar = Familiar()
    addresses = [f"2001:db8:0:7::{each:x}" for each in range(100)] + [
        f"2001:db8:1:2:3:4:5:{each:x}" for each in range(100)
    ]
    assert not any(asked(familiar, "schmidt", address) for address in addresses)
    assert [asked(familiar, "schmidt", f"2001:db8:2:{each:x}::1") for each in range(100)][-1]


def test_nothing_is_kept_where_names_stand() -> None:
    familiar = Familiar()
    names = ["schmidt" + chr(97 + each % 26) * (1 + each // 26) for each in range(SIBLINGS)]
    for name in names:
        asked(familiar, name, "192.0.2.1")
    assert not known(familiar, "kanzlerin")
    familiar.forget()
    assert not known(familiar, "kanzlerin"), "a new day does not make it a place of words"


def test_what_was_kept_at_such_a_place_is_kept_no_more() -> None:
    familiar = Familiar()
    assert known(familiar, "kanzlerin")
    for each in range(SIBLINGS):
        asked(familiar, "schmidt" + chr(97 + each % 26) * (1 + each // 26), "192.0.2.1")
    assert not asked(familiar, "kanzlerin", "192.0.2.1")


def test_senders_count_within_a_day() -> None:
    familiar = Familiar()
    for each in range(SENDERS - 1):
        asked(familiar, "fahrzeuge", f"192.0.2.{each}")
    familiar.forget()
    assert not asked(familiar, "fahrzeuge", "192.0.2.200")


def test_what_is_not_of_letters_is_never_kept() -> None:
    for segment in ("4711", "a1", "a@b", "%41", "x" * 49, ""):
        assert not known(Familiar(), segment)


def test_a_flood_of_segments_and_places_is_bounded_and_only_delays() -> None:
    familiar = Familiar()
    for number in range(3_000):
        text = "".join(chr(97 + int(digit)) for digit in str(number))
        for place in range(3):
            asked(familiar, text, "192.0.2.1", before=f"/{number}/{place}")
    assert len(familiar._tried) <= module._TRIED
    assert len(familiar._siblings) <= module._PLACES
    familiar.forget()
    assert known(familiar, "fahrzeuge")
