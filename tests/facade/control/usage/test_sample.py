"""A line of a day's file: what it keeps of a call, and that damage is found."""

from __future__ import annotations

import dataclasses
import hashlib

import msgspec
import pytest
from counted import NOON, QUARTER, a_route, a_sample, calls
from hypothesis import given
from hypothesis import strategies as st

from facade.control.usage.sample import BANDS, Basis, band_of, opened, rule_digest, sealed
from facade.routing.share import PLACES, place
from facade.routing.stage import Side
from facade.routing.template import parse_condition
from facade.usage import KEPT, Kept

STAFF = parse_condition("header X-User=ada@example.org")
RULED = a_route(canary=dataclasses.replace(QUARTER, platform_for=(STAFF,)))
SAMPLE = a_sample(*calls(a_route(), 30, keys=7), Kept(RULED, Side.PLATFORM, None, (0,)), calls=400)
LINE = sealed(SAMPLE)


def test_a_sample_is_read_as_it_was_written() -> None:
    assert opened(LINE.removesuffix(b"\n")) == SAMPLE
    assert SAMPLE.at == NOON
    assert SAMPLE.bases == (
        Basis("titles.read", "titles.read", "cookie session", Side.LEGACY, ()),
        Basis("titles.read", "titles.read", "cookie session", Side.PLATFORM, (rule_digest(STAFF),)),
    )


def test_neither_a_key_nor_a_place_nor_a_rules_value_is_in_the_line() -> None:
    route = a_route()
    line = sealed(a_sample(Kept(route, Side.LEGACY, place(b"session-of-ada", "titles.read"), ()), *[]))
    assert b"ada" not in line
    assert b"ada@example.org" not in LINE
    assert str(place(b"session-of-ada", "titles.read")).encode() not in line


def test_a_key_is_known_again_within_its_day_and_its_journey_only() -> None:
    def keys(name: str, secret: bytes) -> set[int]:
        return {mark.key for mark in a_sample(*calls(a_route(name), 30, keys=3), secret=secret).marks}

    first = keys("a", b"x" * 32)
    assert len(first) == 3
    assert keys("a", b"x" * 32) == first
    assert keys("a", b"y" * 32).isdisjoint(first)
    assert keys("b", b"x" * 32).isdisjoint(first)


@given(st.integers(0, PLACES - 1))
def test_a_band_holds_the_leading_bits_of_a_place(at: int) -> None:
    band = band_of(at)
    assert band is not None
    assert band / BANDS <= at / PLACES
    assert 0 <= band < BANDS
    assert at < (band + 1) * PLACES // BANDS


@given(st.integers(0, len(LINE) - 2), st.integers(0, 255))
def test_a_damaged_line_is_refused(at: int, byte: int) -> None:
    if LINE[at] == byte:
        return
    with pytest.raises(ValueError, match="damaged"):
        opened(LINE[:at] + bytes([byte]) + LINE[at + 1 : -1])


@pytest.mark.parametrize(
    "content", [{}, [], {"at": "2026-11-23T12:00:00Z", "calls": 1, "bases": [], "marks": [[0, None, 0]]}]
)
def test_what_another_version_sealed_is_refused(content: object) -> None:
    text = msgspec.json.encode(content)
    digest = hashlib.sha256(text).hexdigest().encode()
    with pytest.raises(ValueError, match="another version"):
        opened(digest + b" " + text)


def test_a_full_stretch_of_routes_that_all_differ_is_a_line_that_can_be_read_back() -> None:
    every = [call for number in range(KEPT) for call in calls(a_route(f"route-{number}" * 8), 1)]
    assert len(sealed(a_sample(*every))) < 256 * 1024
