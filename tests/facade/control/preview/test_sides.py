"""Who would answer a call of the sample: what a decision says of the call itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from counted import COOKIE, NOON, a_route, seen
from hypothesis import given
from hypothesis import strategies as st

from facade.control.preview.sides import Split, all_at, moved, split_of
from facade.control.usage.sample import BANDS, sample_of
from facade.routing.decide import decide
from facade.routing.known import KnownKeys
from facade.routing.route import Canary, Key, Keys, Route, WithoutKey
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_condition
from facade.usage import Stretch, kept

STAFF, OFFICE = parse_condition("header X-Cohort=staff"), parse_condition("header X-Office=1")
SHARES = st.integers(0, BANDS).map(lambda part: Fraction(part, BANDS))
CANARIES = st.builds(
    Canary,
    SHARES,
    st.just((COOKIE,)),
    st.sampled_from(WithoutKey),
    st.sampled_from([(), (STAFF,), (STAFF, OFFICE)]),
    st.sampled_from([(), (OFFICE,)]),
    st.sampled_from([Keys.OPEN, Keys.EVICT]),
)
ROUTES = st.builds(lambda stage, canary: a_route(stage=stage, canary=canary), st.sampled_from(Stage), CANARIES)


@dataclasses.dataclass(frozen=True)
class Carried:
    keys: Mapping[str, bytes]

    def key(self, key: Key) -> bytes | None:
        return self.keys.get(str(key))

    def values(self, key: Key) -> Sequence[bytes]:
        return (self.keys[str(key)],) if str(key) in self.keys else ()


CALLS = st.builds(
    Carried,
    st.fixed_dictionaries(
        {},
        optional={
            "cookie session": st.binary(max_size=3),
            "header X-Cohort": st.sampled_from([b"staff", b"others"]),
            "header X-Office": st.sampled_from([b"1", b"2"]),
        },
    ),
)


@given(ROUTES, CALLS)
def test_the_side_of_a_call_is_the_one_that_a_decision_names(route: Route, call: Carried) -> None:
    decided = decide(route, call, KnownKeys()).side
    sample = sample_of(Stretch(1, (kept(route, call, decided),)), NOON, bytes(32))
    band = sample.marks[0].band
    split = split_of(seen(route), sample.bases[0], has_key=band is not None)
    at = 0.5 if band is None else (band + 0.5) / BANDS
    assert (Side.PLATFORM if at < split.below else split.above) is decided


@given(ROUTES, ROUTES, CALLS)
def test_a_call_changes_side_exactly_where_two_decisions_differ(before: Route, after: Route, call: Carried) -> None:
    """With rules of one set: those that only the new route has were not looked for."""
    assert before.canary is not None
    assert after.canary is not None
    same_rules = {"legacy_for": before.canary.legacy_for, "platform_for": before.canary.platform_for}
    after = dataclasses.replace(after, canary=dataclasses.replace(after.canary, **same_rules))
    was, will = (decide(route, call, KnownKeys()).side for route in (before, after))
    sample = sample_of(Stretch(1, (kept(before, call, was),)), NOON, bytes(32))
    band = sample.marks[0].band
    first, then = (split_of(seen(route), sample.bases[0], has_key=band is not None) for route in (before, after))
    assert moved(first, then, band, is_placed=True) == ({} if was is will else {will: pytest.approx(1.0)})


def test_a_band_that_a_share_divides_moves_in_part() -> None:
    half = Split(10.5 / BANDS)
    assert moved(Split(0.0), half, 10, is_placed=True) == {Side.PLATFORM: pytest.approx(0.5)}
    assert moved(half, Split(0.0, Side.OWN), 10, is_placed=True) == {Side.OWN: 1.0}


@given(st.floats(0, 1), st.floats(0, 1))
def test_keys_that_get_new_places_change_side_as_is_to_be_expected_of_two_independent_draws(
    before: float, after: float
) -> None:
    found = moved(Split(before), Split(after), 3, is_placed=False)
    assert found.get(Side.PLATFORM, 0.0) == pytest.approx((1 - before) * after)
    assert found.get(Side.LEGACY, 0.0) == pytest.approx(before * (1 - after))


def test_everything_may_be_at_one_side() -> None:
    assert moved(Split(0.25), all_at(Side.PLATFORM), None, is_placed=False) == {Side.PLATFORM: 0.75}
    assert moved(Split(0.25), all_at(Side.OWN), None, is_placed=False) == {Side.OWN: pytest.approx(1.0)}
    assert moved(Split(0.25), all_at(Side.LEGACY), None, is_placed=False) == {Side.LEGACY: 0.25}
