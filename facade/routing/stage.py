"""The stage machine: where a route stands between legacy and platform, and what may follow what.

The law of this file:

    legacy -> shadow -> canary -> platform -> complete -> gone

- Forward goes one stage at a time.
- Back is allowed from every stage before `complete`, to every earlier stage, at any time.
- A route whose writes are not shared moves whole: from `legacy` or `shadow` to `platform`, never through `canary`.
- A route to an external has no `shadow`, for an external is never asked the same again: what follows `shadow` follows
  `legacy`.
- From `complete` on there is no way back: legacy is unplugged.

`MOVES` and `WHOLE_MOVES` are that law as data, `without_shadow` takes one stage out; `judge_move` reads nothing else.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class Stage(enum.StrEnum):
    """How far a route has moved, in order."""

    LEGACY = "legacy"
    SHADOW = "shadow"
    CANARY = "canary"
    PLATFORM = "platform"
    COMPLETE = "complete"
    GONE = "gone"


class Side(enum.StrEnum):
    """Who answered a call: the silo, the new implementation, or the facade itself."""

    LEGACY = "legacy"
    PLATFORM = "platform"
    OWN = "own"


class Direction(enum.StrEnum):
    """What a move means: `skip` is a forward move over a stage, `closed` one that is never made."""

    STAY = "stay"
    FORWARD = "forward"
    BACK = "back"
    SKIP = "skip"
    CLOSED = "closed"


_BACK, _FORWARD = Direction.BACK, Direction.FORWARD

MOVES: Final[Mapping[Stage, Mapping[Stage, Direction]]] = MappingProxyType(
    {
        Stage.LEGACY: {Stage.SHADOW: _FORWARD},
        Stage.SHADOW: {Stage.LEGACY: _BACK, Stage.CANARY: _FORWARD},
        Stage.CANARY: {Stage.LEGACY: _BACK, Stage.SHADOW: _BACK, Stage.PLATFORM: _FORWARD},
        Stage.PLATFORM: {
            Stage.LEGACY: _BACK,
            Stage.SHADOW: _BACK,
            Stage.CANARY: _BACK,
            Stage.COMPLETE: _FORWARD,
        },
        Stage.COMPLETE: {Stage.GONE: _FORWARD},
        Stage.GONE: {},
    }
)

WHOLE_MOVES: Final[Mapping[Stage, Mapping[Stage, Direction]]] = MappingProxyType(
    {
        Stage.LEGACY: {Stage.SHADOW: _FORWARD, Stage.PLATFORM: _FORWARD},
        Stage.SHADOW: {Stage.LEGACY: _BACK, Stage.PLATFORM: _FORWARD},
        Stage.CANARY: {Stage.LEGACY: _BACK, Stage.SHADOW: _BACK},
        Stage.PLATFORM: {Stage.LEGACY: _BACK, Stage.SHADOW: _BACK, Stage.COMPLETE: _FORWARD},
        Stage.COMPLETE: {Stage.GONE: _FORWARD},
        Stage.GONE: {},
    }
)


def without_shadow(moves: Mapping[Stage, Mapping[Stage, Direction]]) -> Mapping[Stage, Mapping[Stage, Direction]]:
    """These moves for a route that is never shadowed. One that stands there all the same gets out as any other."""
    after = {**moves, Stage.LEGACY: {**moves[Stage.LEGACY], **moves[Stage.SHADOW]}}
    return MappingProxyType(
        {now: {to: way for to, way in ways.items() if to not in (Stage.SHADOW, now)} for now, ways in after.items()}
    )


_WAYS: Final = MappingProxyType(
    {
        (False, False): MOVES,
        (True, False): WHOLE_MOVES,
        (False, True): without_shadow(MOVES),
        (True, True): without_shadow(WHOLE_MOVES),
    }
)
"""The moves of a route by whether it moves whole, and whether it goes to an external."""

SIDES: Final[Mapping[Stage, frozenset[Side]]] = MappingProxyType(
    {
        Stage.LEGACY: frozenset({Side.LEGACY}),
        Stage.SHADOW: frozenset({Side.LEGACY}),
        Stage.CANARY: frozenset({Side.LEGACY, Side.PLATFORM}),
        Stage.PLATFORM: frozenset({Side.PLATFORM}),
        Stage.COMPLETE: frozenset({Side.PLATFORM}),
        Stage.GONE: frozenset({Side.OWN}),
    }
)
"""Who may answer in each stage."""

_ORDER: Final = tuple(Stage)


def judge_move(now: Stage, to: Stage, *, whole: bool = False, external: bool = False) -> Direction:
    """Say what moving a route from `now` to `to` means.

    `whole` for a route whose writes are not shared, `external` for one that goes to an external.

    >>> judge_move(Stage.LEGACY, Stage.PLATFORM)
    <Direction.SKIP: 'skip'>
    """
    if now is to:
        return Direction.STAY
    direction = _WAYS[whole, external][now].get(to)
    if direction is not None:
        return direction
    is_passed_over = (whole and to is Stage.CANARY) or (external and to is Stage.SHADOW)
    if is_passed_over or _ORDER.index(to) < _ORDER.index(now):
        return Direction.CLOSED
    return Direction.SKIP
