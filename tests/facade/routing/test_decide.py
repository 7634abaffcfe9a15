"""Who answers: the stage, then the rules, then the key; and always with a reason that tells nobody's secrets."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.decide import Decision, decide
from facade.routing.known import KnownKeys, Unnoted
from facade.routing.route import Canary, Condition, Key, Keys, Route, SiloReference, WithoutKey
from facade.routing.share import place
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_condition, parse_key, parse_match

HALF = Fraction(1, 2)
COOKIE = parse_key("cookie session")
USER = parse_key("header X-User")


@dataclasses.dataclass(frozen=True)
class Carried:
    """A call that carries these keys, by their text."""

    keys: Mapping[str, bytes]

    def key(self, key: Key) -> bytes | None:
        return self.keys.get(str(key))

    def values(self, key: Key) -> Sequence[bytes]:
        return (self.keys[str(key)],) if str(key) in self.keys else ()


NOTHING = Carried({})


def a_route(stage: Stage, canary: Canary | None = None, name: str = "titles.read", group: str | None = None) -> Route:
    return Route(name, parse_match("GET /titles"), stage, SiloReference("portal"), None, canary, group=group)


def a_canary(share: Fraction = HALF, **rest: object) -> Route:
    return a_route(Stage.CANARY, dataclasses.replace(Canary(share, (COOKIE,)), **rest))  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("stage", "side"),
    [
        (Stage.LEGACY, Side.LEGACY),
        (Stage.SHADOW, Side.LEGACY),
        (Stage.PLATFORM, Side.PLATFORM),
        (Stage.COMPLETE, Side.PLATFORM),
        (Stage.GONE, Side.OWN),
    ],
)
def test_outside_a_canary_the_stage_says_who_answers(stage: Stage, side: Side) -> None:
    assert decide(a_route(stage), NOTHING) == Decision(side, f"stage {stage}")
    everybody = a_canary(Fraction(1 if side is Side.LEGACY else 0), platform_for=(parse_condition("caller x"),))
    assert decide(dataclasses.replace(everybody, stage=stage), Carried({"caller": b"x"})).side is side


def test_a_canary_without_a_share_stays_with_legacy() -> None:
    assert decide(a_route(Stage.CANARY), NOTHING) == Decision(Side.LEGACY, "stage canary without a share")


@pytest.mark.parametrize(
    ("share", "text"), [("0.25", "25%"), ("0.005", "0.5%"), ("0.999999", "99.9999%"), ("1", "100%")]
)
def test_a_key_below_the_share_is_for_the_platform(share: str, text: str) -> None:
    route = a_canary(Fraction(share))
    sides = {}
    for number in range(2_000):
        key = f"citizen-{number}".encode()
        below = Fraction(place(key, "titles.read"), 2**64) < Fraction(share)
        decision = decide(route, Carried({"cookie session": key}))
        sides[decision.side] = decision.reason
        assert (decision.side is Side.PLATFORM) == below
    assert sides[Side.PLATFORM] == f"key below share {text}"
    assert sides.get(Side.LEGACY, f"key above share {text}") == f"key above share {text}"


@pytest.mark.parametrize(("share", "side"), [(0, Side.LEGACY), (1, Side.PLATFORM)])
@given(key=st.binary(min_size=1))
def test_nought_per_cent_is_nobody_and_a_hundred_everybody(share: int, side: Side, key: bytes) -> None:
    assert decide(a_canary(Fraction(share)), Carried({"cookie session": key})).side is side


def test_of_several_keys_the_first_that_is_present_decides() -> None:
    both = Carried({"cookie session": b"one", "header X-User": b"two"})
    for first, key in ((COOKIE, b"one"), (USER, b"two")):
        second = USER if first is COOKIE else COOKIE
        exactly = Fraction(place(key, "titles.read"), 2**64)
        by = (first, second)
        assert decide(a_canary(exactly, by=by), both).side is Side.LEGACY
        assert decide(a_canary(exactly + Fraction(1, 2**64), by=by), both).side is Side.PLATFORM


@pytest.mark.parametrize("keys", [{}, {"cookie session": b""}, {"header X-Other": b"x"}])
@pytest.mark.parametrize("answers", list(WithoutKey))
def test_a_call_without_a_key_goes_where_the_canary_says(keys: dict[str, bytes], answers: WithoutKey) -> None:
    decision = decide(a_canary(without_key=answers), Carried(keys))
    assert decision == Decision(Side(answers), f"no key: {answers}")


def test_an_empty_key_leaves_the_next_one_to_decide() -> None:
    route = a_canary(Fraction(1), by=(COOKIE, USER))
    assert decide(route, Carried({"cookie session": b"", "header X-User": b"u"})).side is Side.PLATFORM


def test_platform_for_beats_the_share_and_legacy_for_beats_both() -> None:
    staff, bailiffs = parse_condition("header X-Cohort=staff"), parse_condition("caller bailiffs")
    carried = {"cookie session": b"k", "header X-Cohort": b"staff"}
    nobody = a_canary(Fraction(0), platform_for=(staff,))
    assert decide(nobody, Carried(carried)) == Decision(Side.PLATFORM, "platform_for header X-Cohort")
    assert decide(nobody, Carried(carried | {"header X-Cohort": b"staf"})).side is Side.LEGACY
    everybody = a_canary(Fraction(1), platform_for=(staff,), legacy_for=(parse_condition("cookie beta=0"), bailiffs))
    assert decide(everybody, Carried(carried | {"caller": b"bailiffs"})) == Decision(
        Side.LEGACY, "legacy_for caller bailiffs"
    )


@pytest.mark.parametrize(
    "rule",
    [
        "header X-Cohort=secret",
        "cookie beta=secret",
        "path number=secret",
        "claim cohort=secret",
        "address 10.9.8.7",
    ],
)
def test_a_reason_tells_no_value_but_a_callers_name(rule: str) -> None:
    condition = parse_condition(rule)
    decision = decide(a_canary(legacy_for=(condition,)), Carried({str(condition.key): condition.value.encode()}))
    assert decision == Decision(Side.LEGACY, f"legacy_for {condition.key}")


def test_a_network_takes_every_address_in_it_and_its_reason_names_none() -> None:
    route = a_canary(Fraction(1), legacy_for=(parse_condition("network 10.0.0.0/8"),))
    assert decide(route, Carried({"address": b"10.9.8.7"})) == Decision(Side.LEGACY, "legacy_for network")
    assert decide(route, Carried({"address": b"11.9.8.7", "cookie session": b"k"})).side is Side.PLATFORM


class Several(Carried):
    """A call whose one claim has several values."""

    def values(self, key: Key) -> Sequence[bytes]:
        return (b"clerk", b"judge") if str(key) == "claim roles" else ()


def test_of_a_claim_with_several_values_one_is_enough_and_none_is_a_sticky_key() -> None:
    roles = parse_key("claim roles")
    for role, side in (("judge", Side.LEGACY), ("clerk", Side.LEGACY), ("usher", Side.PLATFORM)):
        rule = parse_condition(f"claim roles={role}")
        route = a_canary(Fraction(1), by=(roles,), legacy_for=(rule,), without_key=WithoutKey.PLATFORM)
        assert decide(route, Several({})).side is side


def test_a_rule_in_another_script_is_compared_as_utf_8() -> None:
    route = a_canary(Fraction(0), platform_for=(parse_condition("caller Grundbuch M\u00fcnchen"),))
    assert decide(route, Carried({"caller": "Grundbuch M\u00fcnchen".encode()})).side is Side.PLATFORM


def test_decisions_are_made_once() -> None:
    route = a_canary(legacy_for=(parse_condition("caller x"),))
    for carried in (NOTHING, Carried({"caller": b"x"}), Carried({"cookie session": b"k"})):
        assert decide(route, carried) is decide(dataclasses.replace(route), carried)


shares = st.fractions(0, 1)
carried = st.fixed_dictionaries(
    {},
    optional={
        "cookie session": st.binary(max_size=8),
        "header X-User": st.binary(max_size=8),
        "header X-Cohort": st.sampled_from([b"staff", b"other"]),
        "caller": st.sampled_from([b"bailiffs", b"courts"]),
    },
).map(Carried)
canaries = st.builds(
    Canary,
    share=shares,
    by=st.lists(st.sampled_from([COOKIE, USER, parse_key("address")]), min_size=1, max_size=3).map(tuple),
    without_key=st.sampled_from(WithoutKey),
    platform_for=st.sampled_from([(), (parse_condition("header X-Cohort=staff"),)]),
    legacy_for=st.sampled_from([(), (parse_condition("caller bailiffs"),)]),
)


@given(canaries, shares, carried)
def test_raising_a_share_never_sends_anyone_back(canary: Canary, other: Fraction, call: Carried) -> None:
    lower, higher = (
        a_route(Stage.CANARY, dataclasses.replace(canary, share=share)) for share in sorted((canary.share, other))
    )
    if decide(lower, call).side is Side.PLATFORM:
        assert decide(higher, call).side is Side.PLATFORM


@given(canaries, carried)
def test_the_same_call_always_lands_on_the_same_side(canary: Canary, call: Carried) -> None:
    again = Carried({name: bytes(bytearray(key)) for name, key in call.keys.items()})
    assert decide(a_route(Stage.CANARY, canary), call) == decide(a_route(Stage.CANARY, canary), again)


rules = st.lists(
    st.sampled_from(["caller bailiffs", "caller courts", "header X-Cohort=staff", "network 10.0.0.0/8"]), max_size=3
).map(lambda texts: tuple(map(parse_condition, texts)))
anybody = st.fixed_dictionaries(
    {},
    optional={
        "cookie session": st.binary(max_size=8),
        "header X-Cohort": st.sampled_from([b"staff", b"other"]),
        "caller": st.sampled_from([b"bailiffs", b"courts"]),
        "address": st.sampled_from([b"10.1.2.3", b"192.0.2.1", b"no address", b"::ffff:10.0.0.1"]),
    },
).map(Carried)


@given(rules, rules, shares, anybody)
def test_legacy_for_beats_platform_for_beats_the_share(
    legacy_for: tuple[Condition, ...], platform_for: tuple[Condition, ...], share: Fraction, call: Carried
) -> None:
    for_legacy, for_platform = (
        any(rule.is_met(call.values(rule.key)) for rule in each) for each in (legacy_for, platform_for)
    )
    decision = decide(a_canary(share, legacy_for=legacy_for, platform_for=platform_for), call)
    if for_legacy:
        assert decision.reason.startswith("legacy_for ")
        assert decision.side is Side.LEGACY
    elif for_platform:
        assert decision.reason.startswith("platform_for ")
        assert decision.side is Side.PLATFORM
    else:
        assert decision == decide(a_canary(share), call)


@given(st.sampled_from(Stage), canaries, carried, st.lists(st.text(min_size=1), min_size=2, max_size=5))
def test_the_routes_of_a_group_always_agree(stage: Stage, canary: Canary, call: Carried, names: list[str]) -> None:
    routes = [a_route(stage, canary, name, group="conveyancing") for name in names]
    assert len({decide(route, call) for route in routes}) == 1


def test_the_place_in_a_groups_canary_is_the_groups() -> None:
    canary = Canary(HALF, (COOKIE,))
    routes = [a_route(Stage.CANARY, canary, name, group="conveyancing") for name in ("searches.read", "charges.read")]
    for key in (f"citizen-{number}".encode() for number in range(200)):
        expected = Side.PLATFORM if place(key, "conveyancing") < canary.places else Side.LEGACY
        assert {decide(route, Carried({"cookie session": key})).side for route in routes} == {expected}


def test_routes_of_no_group_divide_their_callers_each_for_itself() -> None:
    calls = [Carried({"cookie session": f"citizen-{number}".encode()}) for number in range(10_000)]
    first, second = (a_route(Stage.CANARY, Canary(HALF, (COOKIE,)), name) for name in ("a", "b"))
    agreeing = sum(decide(first, call).side is decide(second, call).side for call in calls)
    assert abs(agreeing - 5_000) <= 4 * math.sqrt(10_000 / 4)


# Keys that are held or evicted


def keyed(canary: Canary, keys: Keys, group: str | None = None) -> Route:
    return a_route(Stage.CANARY, dataclasses.replace(canary, keys=keys), group=group)


def having_answered(canary: Canary, calls: list[Carried]) -> KnownKeys:
    """What is known once these calls were answered while keys were open."""
    known = KnownKeys()
    for each in calls:
        decide(keyed(canary, Keys.OPEN), each, known)
    return known


@given(canaries, carried, st.lists(carried, max_size=5))
def test_an_evicted_key_is_legacys_whatever_the_share_and_whoever_is_known(
    canary: Canary, call: Carried, before: list[Carried]
) -> None:
    known = having_answered(canary, before)
    decision = decide(keyed(canary, Keys.EVICT), call, known)
    if decision.side is Side.PLATFORM:
        assert decision.reason.startswith("platform_for ")
    elif not decision.reason.startswith("legacy_for "):
        assert decision == Decision(Side.LEGACY, "keys evicted")


@given(canaries, carried, st.lists(carried, max_size=5))
def test_held_keys_move_nobody_from_legacy_to_the_platform(
    canary: Canary, call: Carried, before: list[Carried]
) -> None:
    known = having_answered(canary, before)
    held = decide(keyed(canary, Keys.HOLD), call, known)
    if held.side is Side.PLATFORM:
        assert decide(keyed(canary, Keys.OPEN), call) == held


@given(canaries, carried, st.lists(carried, max_size=5))
def test_a_key_that_the_platform_answered_stays_there_while_keys_are_held(
    canary: Canary, call: Carried, others: list[Carried]
) -> None:
    known = KnownKeys()
    answered = decide(keyed(canary, Keys.OPEN), call, known)
    for each in others:
        decide(keyed(canary, Keys.HOLD), each, known)
    if not answered.reason.startswith("no key"):
        assert decide(keyed(canary, Keys.HOLD), call, known) == answered


def test_held_keys_leave_a_new_one_with_legacy_and_say_so() -> None:
    held, known = keyed(Canary(Fraction(1), (COOKIE,)), Keys.HOLD), KnownKeys()
    call = Carried({"cookie session": b"new"})
    for _ in range(2):  # to be turned away makes nobody known
        assert decide(held, call, known) == Decision(Side.LEGACY, "new key: held")
    decide(keyed(Canary(Fraction(1), (COOKIE,)), Keys.OPEN), call, known)
    assert decide(held, call, known).side is Side.PLATFORM


@pytest.mark.parametrize("keys", [Keys.HOLD, Keys.EVICT])
def test_a_call_without_a_key_is_legacys_while_keys_are_held_or_evicted(keys: Keys) -> None:
    route = keyed(Canary(Fraction(1), (COOKIE,), without_key=WithoutKey.PLATFORM), keys)
    assert decide(route, NOTHING, KnownKeys()).side is Side.LEGACY


def test_what_one_route_of_a_journey_answered_is_known_to_the_whole_journey_and_to_no_other() -> None:
    canary, known = Canary(Fraction(1), (COOKIE,)), KnownKeys()
    call = Carried({"cookie session": b"k"})
    decide(dataclasses.replace(keyed(canary, Keys.OPEN, "conveyancing"), name="searches.read"), call, known)
    held = keyed(canary, Keys.HOLD, "conveyancing")
    assert decide(held, call, known).side is Side.PLATFORM
    assert decide(keyed(canary, Keys.HOLD, "licensing"), call, known).side is Side.LEGACY
    assert decide(keyed(canary, Keys.HOLD), call, known).side is Side.LEGACY


def test_who_only_asks_makes_no_key_known() -> None:
    canary, known = Canary(Fraction(1), (COOKIE,)), KnownKeys()
    call = Carried({"cookie session": b"k"})
    decide(keyed(canary, Keys.OPEN), call, Unnoted(known))
    assert decide(keyed(canary, Keys.HOLD), call, known).side is Side.LEGACY
