"""The ways of the faults' run: each leads through one fault, and allows what that fault explains and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harness.fault_proxy import NONE, End, Fault, Faults

WHOLE: Final = "whole"
"""The right answer, every byte of it."""
CUT: Final = "cut"
"""An answer that began and broke off, so that its caller knows."""
SHORT: Final = "short"
"""Less than the right answer, which ended with its connection: nobody can tell that from a whole one (RFC 9112 section
8)."""
WRONG: Final = "wrong"
"""A whole answer that is not the right one: bits were flipped on the way, and HTTP has nothing to notice that by."""
TERMINATED: Final = "502 connection_terminated"
NONSENSE: Final = "502 http_protocol_error"
LATE: Final = "504 http_response_timeout"

_SHORTEST: Final = 4
_LONGEST: Final = 18
"""A fault comes after 2^4 to 2^18 bytes: in the first line, in a head, in a body, some requests later, or never."""

Draw = Callable[[random.Random], Faults]


@dataclass(frozen=True, slots=True)
class Way:
    """`draw` gives a new connection its faults; `explained` are the outcomes they can have."""

    name: str
    draw: Draw
    explained: frozenset[str]


def _somewhere(chance: random.Random) -> int:
    """How many bytes pass before a fault: each order of magnitude as likely as the next."""
    return int(2 ** chance.uniform(_SHORTEST, _LONGEST))


def _ending(end: End) -> Callable[[random.Random], Fault]:
    return lambda chance: Fault(after=_somewhere(chance), end=end)


def _bent(chance: random.Random) -> Fault:
    return Fault(bent=_somewhere(chance), mask=1 << chance.randrange(8))


def _both(fault: Fault) -> Draw:
    return lambda _: Faults(fault, fault)


def _upward(fault: Callable[[random.Random], Fault]) -> Draw:
    return lambda chance: Faults(upward=fault(chance))


def _downward(fault: Callable[[random.Random], Fault]) -> Draw:
    return lambda chance: Faults(downward=fault(chance))


_ALWAYS: Final = frozenset({WHOLE})
_RESET: Final = frozenset({WHOLE, CUT, TERMINATED})
_ENDED: Final = _RESET | {SHORT}
_STALLED: Final = frozenset({WHOLE, CUT, LATE})
_ANYTHING: Final = frozenset({WHOLE, CUT, WRONG, TERMINATED, NONSENSE, LATE})

WAYS: Final = (
    Way("calm", _both(NONE), _ALWAYS),
    Way("late", _both(Fault(delay=0.02)), _ALWAYS),
    Way("jittery", _both(Fault(jitter=0.1)), _ALWAYS),
    Way("crumbs", _both(Fault(crumbs=1500)), _ALWAYS),
    Way("close-up", _upward(_ending(End.CLOSE)), _ENDED),
    Way("close-down", _downward(_ending(End.CLOSE)), _ENDED),
    Way("reset-up", _upward(_ending(End.RESET)), _RESET),
    Way("reset-down", _downward(_ending(End.RESET)), _RESET),
    Way("half-close-up", _upward(_ending(End.HALF_CLOSE)), _ENDED),
    Way("half-close-down", _downward(_ending(End.HALF_CLOSE)), _ENDED),
    Way("stall-up", _upward(_ending(End.STALL)), _STALLED),
    Way("stall-down", _downward(_ending(End.STALL)), _STALLED),
    Way("bent-up", _upward(_bent), _ANYTHING),
    Way("bent-down", _downward(_bent), _ANYTHING),
)
