"""Evidence belongs to what a route is, and starts anew when that changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from time import monotonic

from calls import route_of

from facade.compare.answer import ComparedAnswer
from facade.comparisons import Comparisons, RouteComparisons
from facade.routing.route import Canary, Key, KeyKind, Place
from facade.routing.shadow import Shadow
from facade.routing.stage import Stage

ROUTE = route_of(stage=Stage.SHADOW, shadow=Shadow(Fraction(1)))
JSON = ((b"Content-Type", b"application/json"),)


def comparisons() -> Comparisons:
    moments = iter(range(100))
    return Comparisons(lambda: float(next(moments)), bytes(32))


def compared(known: RouteComparisons, legacy: bytes, platform: bytes) -> list[tuple[str, str]]:
    found = known.compare(
        ComparedAnswer(200, JSON, legacy), ComparedAnswer(200, JSON, platform), monotonic, noise=False
    )
    known.add(found, 9.0, noise=False)
    return [(each.path, each.kind.value) for each in found.differences]


def test_a_route_keeps_its_evidence_for_as_long_as_it_is_the_same() -> None:
    known = comparisons()
    first = known.of(ROUTE)
    assert known.of(ROUTE) is first
    assert known.of(replace(ROUTE, place=Place("x.yaml", 7), owner="Ada", timeout=3.0)) is first
    known.keep([replace(ROUTE, owner="Ada")])
    assert known.get("titles.read") is first


def test_a_change_of_what_answers_starts_it_anew() -> None:
    canary = Canary(Fraction(1, 10), (Key(KeyKind.COOKIE, "s"),))
    changed = [
        replace(ROUTE, stage=Stage.PLATFORM),
        replace(ROUTE, stage=Stage.CANARY, canary=canary),
        replace(ROUTE, shadow=Shadow(Fraction(1), ignore=("a",))),
        replace(ROUTE, platform=None),
    ]
    for route in changed:
        known = comparisons()
        first = known.of(ROUTE)
        second = known.of(route)
        assert second is not first
        assert second.since > first.since
        known.keep([ROUTE])
        assert known.get("titles.read") is None


def test_what_the_operator_says_of_a_comparison_holds() -> None:
    shadow = Shadow(
        Fraction(1),
        ignore=("at",),
        unordered=("list",),
        tolerance=(("price", Decimal("0.01")),),
        rename=(("old", "new"),),
        headers=("content-type",),
    )
    known = comparisons().of(replace(ROUTE, shadow=shadow))
    legacy = b'{"at": 1, "list": [1, 2], "price": 0.10, "old": 5, "left": 1}'
    platform = b'{"at": 2, "list": [2, 1], "price": 0.11, "new": 5}'
    assert compared(known, legacy, platform) == [("left", "missing")]


def test_metrics_are_told_what_was_compared() -> None:
    known = comparisons()
    compared(known.of(ROUTE), b'{"a": 1}', b'{"a": 1}')
    compared(known.of(ROUTE), b'{"a": 1}', b'{"a": 2}')
    assert [(each.route, each.compared, each.parity) for each in known.information()] == [("titles.read", 2, 0.5)]


def test_what_serves_is_what_was_said_last() -> None:
    known = comparisons()
    assert known.serves(ROUTE), "until somebody says what serves"
    known.keep([ROUTE])
    assert known.serves(replace(ROUTE, owner="Ada"))
    assert not known.serves(replace(ROUTE, stage=Stage.LEGACY))
    known.keep([replace(ROUTE, stage=Stage.LEGACY)])
    assert not known.serves(ROUTE)
    known.keep([])
    assert not known.serves(ROUTE)
