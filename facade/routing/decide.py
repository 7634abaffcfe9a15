"""Who answers a call: the stage says so, and in a canary the rules, then the sticky key.

The law of this file: in a canary `legacy_for` beats `platform_for` beats the share. Of `by`, the first key the call
carries decides; an empty one is not carried, for it tells nobody from anybody. A call without a key goes where
`without_key` says. Decisions are values, made once and kept; a reason names a rule of the operator's, never what a
caller sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Protocol

from facade.routing.route import Canary, Condition, Key, KeyKind, Route, WithoutKey
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
        """The bytes of this key as sent, None where the call has none."""
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

_KEPT: Final = 4_096
"""Decisions kept of each kind: more than one configuration has shares or rules, bounded whatever reloads bring."""


def decide(route: Route, facts: Facts) -> Decision:
    """Say who answers a call of this route. Routes of one group agree on every call that carries the same keys."""
    canary = route.canary
    if route.stage is not Stage.CANARY or canary is None:
        return _BY_STAGE[route.stage]
    return _by_rule(canary, facts) or _by_key(canary, facts, route.group or route.name)


def _by_rule(canary: Canary, facts: Facts) -> Decision | None:
    for condition in canary.legacy_for:
        if facts.key(condition.key) == condition.value.encode():
            return _ruled(Side.LEGACY, condition)
    for condition in canary.platform_for:
        if facts.key(condition.key) == condition.value.encode():
            return _ruled(Side.PLATFORM, condition)
    return None


def _by_key(canary: Canary, facts: Facts, name: str) -> Decision:
    for source in canary.by:
        key = facts.key(source)
        if key:
            below, above = _shared(canary.places)
            return below if place(key, name) < canary.places else above
    return _WITHOUT_KEY[canary.without_key]


@lru_cache(maxsize=_KEPT)
def _ruled(side: Side, condition: Condition) -> Decision:
    """A rule's decision. Of its text only a caller's name is told: other values may be a person's."""
    told = str(condition if condition.key.kind is KeyKind.CALLER else condition.key)
    return Decision(side, f"{side}_for {told}")


@lru_cache(maxsize=_KEPT)
def _shared(places: int) -> tuple[Decision, Decision]:
    """The two decisions of a share: for keys below it and for the others."""
    share = f"{100 * places / PLACES:.6f}".rstrip("0").rstrip(".")
    return Decision(Side.PLATFORM, f"key below share {share}%"), Decision(Side.LEGACY, f"key above share {share}%")
