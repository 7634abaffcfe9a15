"""The stage machine: where a route stands between legacy and platform, and what may follow what.

The law of this file:

    legacy -> shadow -> canary -> platform -> complete -> gone

- Forward goes one stage at a time.
- Back is allowed from every stage before `complete`, to every earlier stage, at any time.
- A route whose writes are not shared moves whole: from `legacy` or `shadow` to `platform`, never through `canary`.
- From `complete` on there is no way back: legacy is unplugged.

`MOVES` and `WHOLE_MOVES` are that law as data; `judge_move` reads them and nothing else.
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


def judge_move(now: Stage, to: Stage, *, whole: bool = False) -> Direction:
    """Say what moving a route from `now` to `to` means; `whole` for a route whose writes are not shared.

    >>> judge_move(Stage.LEGACY, Stage.PLATFORM)
    <Direction.SKIP: 'skip'>
    """
    if now is to:
        return Direction.STAY
    direction = (WHOLE_MOVES if whole else MOVES)[now].get(to)
    if direction is not None:
        return direction
    if _ORDER.index(to) < _ORDER.index(now) or (whole and to is Stage.CANARY):
        return Direction.CLOSED
    return Direction.SKIP
