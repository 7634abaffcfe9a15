"""Who answers a call: the stage says so, and in a canary the rules, then the sticky key.

The law of this file: in a canary `legacy_for` beats `platform_for` beats the share. Of `by`, the first key the call
carries decides; an empty one is not carried, for it tells nobody from anybody. A call without a key goes where
`without_key` says. While keys are held, only those that the platform has answered before are below the share, and
while they are evicted none is; a call without a key is then legacy's. Decisions are values, made once and kept; a
reason names a rule of the operator's, never what a caller sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Protocol

from facade.routing.known import UNNOTED, Known
from facade.routing.route import Canary, Condition, Key, KeyKind, Keys, Route, WithoutKey
from facade.routing.share import PLACES, place
from facade.routing.stage import Side, Stage


@dataclass(frozen=True, slots=True)
class Decision:
    """Which side answers, and why: one short sentence for the log line and for `facade explain`."""

    side: Side
    reason: str


class Facts(Protocol):
    """What a call carries."""

    def key(self, key: Key) -> bytes | None:
        """The bytes of this key as sent, None where the call has none, or several that could each be it."""
        ...

    def values(self, key: Key) -> Sequence[bytes]:
        """All that the call has of this key: only a claim has ever more than one value."""
        ...


_BY_STAGE: Final[Mapping[Stage, Decision]] = MappingProxyType(
    {
        Stage.LEGACY: Decision(Side.LEGACY, "stage legacy"),
        Stage.SHADOW: Decision(Side.LEGACY, "stage shadow"),
        Stage.CANARY: Decision(Side.LEGACY, "stage canary without a share"),
        Stage.PLATFORM: Decision(Side.PLATFORM, "stage platform"),
        Stage.COMPLETE: Decision(Side.PLATFORM, "stage complete"),
        Stage.GONE: Decision(Side.OWN, "stage gone"),
    }
)

_WITHOUT_KEY: Final[Mapping[WithoutKey, Decision]] = MappingProxyType(
    {
        WithoutKey.LEGACY: Decision(Side.LEGACY, "no key: legacy"),
        WithoutKey.PLATFORM: Decision(Side.PLATFORM, "no key: platform"),
    }
)

_NEW: Final = Decision(Side.LEGACY, "new key: held")
_EVICTED: Final = Decision(Side.LEGACY, "keys evicted")

_KEPT: Final = 4_096
"""Decisions kept of each kind: more than one configuration has shares or rules, bounded whatever reloads bring."""


def decide(route: Route, facts: Facts, known: Known = UNNOTED) -> Decision:
    """Say who answers a call of this route. Routes of one group agree on every call that carries the same keys.

    `known` is told of each key that the platform answers, and asked while keys are held.
    """
    canary = route.canary
    if route.stage is not Stage.CANARY or canary is None:
        why = route.notice.switched_off
        return _switched_off(route.stage, why) if why else _BY_STAGE[route.stage]
    return _by_rule(canary, facts) or _by_key(canary, facts, route.group or route.name, known)


def _by_rule(canary: Canary, facts: Facts) -> Decision | None:
    for condition in canary.legacy_for:
        if condition.is_met(facts.values(condition.key)):
            return _ruled(Side.LEGACY, condition)
    for condition in canary.platform_for:
        if condition.is_met(facts.values(condition.key)):
            return _ruled(Side.PLATFORM, condition)
    return None


def _by_key(canary: Canary, facts: Facts, name: str, known: Known) -> Decision:
    if canary.keys is Keys.EVICT:
        return _EVICTED
    for source in canary.by:
        key = facts.key(source)
        if key:
            return _by_place(canary, place(key, name), name, known)
    return _WITHOUT_KEY[canary.without_key if canary.keys is Keys.OPEN else WithoutKey.LEGACY]


def _by_place(canary: Canary, at: int, name: str, known: Known) -> Decision:
    below, above = _shared(canary.places)
    if at >= canary.places:
        return above
    if canary.keys is Keys.HOLD and not known.knows(name, at):
        return _NEW
    known.note(name, at)
    return below


def _switched_off(stage: Stage, why: str) -> Decision:
    """What runs because the route's silo is switched off: who said so stands beside the stage."""
    return Decision(_BY_STAGE[stage].side, f"stage {stage}: {why}")


@lru_cache(maxsize=_KEPT)
def _ruled(side: Side, condition: Condition) -> Decision:
    """A rule's decision. Of its text only a caller's name is told: other values may be a person's."""
    told = str(condition) if condition.key.kind is KeyKind.CALLER else condition.word
    return Decision(side, f"{side}_for {told}")


@lru_cache(maxsize=_KEPT)
def _shared(places: int) -> tuple[Decision, Decision]:
    """The two decisions of a share: for keys below it and for the others."""
    share = f"{100 * places / PLACES:.6f}".rstrip("0").rstrip(".")
    return Decision(Side.PLATFORM, f"key below share {share}%"), Decision(Side.LEGACY, f"key above share {share}%")
