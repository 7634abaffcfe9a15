"""The sample of calls: small, even, and without anything personal."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.route import Canary, Key, Route, SiloReference
from facade.routing.share import place
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_condition, parse_key, parse_match
from facade.usage import DAY, KEPT, STRETCH, Kept, Usage, kept

CANARY = Canary(
    Fraction(1, 4),
    (parse_key("cookie session"), parse_key("header X-User")),
    platform_for=(parse_condition("header X-Cohort=staff"),),
    legacy_for=(parse_condition("header X-Office=1"), parse_condition("header X-Office=2")),
)


@dataclass
class Carried:
    keys: Mapping[str, bytes] = field(default_factory=dict)

    def key(self, key: Key) -> bytes | None:
        return self.keys.get(str(key))

    def values(self, key: Key) -> Sequence[bytes]:
        return (self.keys[str(key)],) if str(key) in self.keys else ()


def a_route(name: str = "titles.read", canary: Canary | None = CANARY, group: str | None = None) -> Route:
    return Route(name, parse_match("GET /x"), Stage.LEGACY, SiloReference("portal"), None, canary, group=group)


def test_of_a_call_only_its_route_side_place_and_rules_are_kept() -> None:
    route = a_route()
    carried = Carried({"cookie session": b"Ada", "header X-Cohort": b"staff", "header X-Office": b"2"})
    assert kept(route, carried, Side.PLATFORM) == Kept(route, Side.PLATFORM, place(b"Ada", "titles.read"), (1, 2))


@pytest.mark.parametrize(
    ("keys", "key"),
    [({}, None), ({"cookie session": b""}, None), ({"cookie session": b"", "header X-User": b"Ada"}, b"Ada")],
)
def test_the_first_key_that_is_carried_counts_as_in_a_decision(keys: dict[str, bytes], key: bytes | None) -> None:
    found = kept(a_route(group="conveyancing"), Carried(keys), Side.LEGACY)
    assert found.place == (None if key is None else place(key, "conveyancing"))


def test_a_route_without_a_canary_has_no_places() -> None:
    route = a_route(canary=None)
    assert kept(route, Carried({"cookie session": b"Ada"}), Side.LEGACY) == Kept(route, Side.LEGACY, None, ())


@given(st.lists(st.integers(0, 3 * KEPT), min_size=1, max_size=4), st.integers(0, 2**32))
def test_a_stretch_counts_every_call_and_keeps_no_more_than_its_room(numbers: list[int], seed: int) -> None:
    usage = Usage(random.Random(seed).random)
    route, nothing = a_route(canary=None), Carried()
    for calls in numbers:
        for _ in range(calls):
            usage.seen(route, nothing, Side.LEGACY)
        stretch = usage.turn()
        assert stretch.calls == calls
        assert len(stretch.kept) <= min(calls, KEPT)


def test_the_stretches_of_a_day_never_keep_more_than_a_day_may() -> None:
    assert KEPT * 86_400 / STRETCH <= DAY


def test_all_calls_of_a_quiet_stretch_are_kept() -> None:
    usage = Usage(random.Random(1).random)
    for _ in range(KEPT):
        usage.seen(a_route(), Carried(), Side.LEGACY)
    assert len(usage.turn().kept) == KEPT


@pytest.mark.parametrize("before", [0, 2_000])
def test_early_and_late_calls_are_kept_alike(before: int) -> None:
    """Ten parts of 40 stretches of 3,000 calls: each part has its tenth of the sample, within four deviations."""
    usage = Usage(random.Random(2).random)
    nothing, routes = Carried(), [a_route(str(part), canary=None) for part in range(10)]
    found = dict.fromkeys("0123456789", 0)
    for _ in range(40):
        for _ in range(before):
            usage.seen(routes[0], nothing, Side.LEGACY)
        usage.turn()
        for call in range(3_000):
            usage.seen(routes[call // 300], nothing, Side.LEGACY)
        for each in usage.turn().kept:
            found[each.route.name] += 1
    every = sum(found.values())
    assert every > 40 * KEPT / 3
    assert all(abs(number - every / 10) < 4 * (every * 0.09) ** 0.5 for number in found.values())


def test_a_steady_pace_fills_most_of_the_room() -> None:
    usage = Usage(random.Random(3).random)
    route, nothing = a_route(canary=None), Carried()
    sizes = []
    for _ in range(6):
        for _ in range(20_000):
            usage.seen(route, nothing, Side.LEGACY)
        sizes.append(len(usage.turn().kept))
    assert min(sizes[1:]) > KEPT / 2
