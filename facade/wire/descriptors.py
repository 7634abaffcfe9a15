"""Descriptors: what is left of them, and for whom. Every connection is one, and a process may have only so many.

The system gives the lowest number that is free, so the number that comes next says how many are in use, whoever uses
them. The last ones are kept: `OWN` for the facade's own listeners and files, without which nobody can see what is
wrong, and before those some for connections to targets, without which a client is of no use.
"""

from __future__ import annotations

import enum
import errno
import os
import resource
from typing import Final, NamedTuple

OWN: Final = 64
"""Kept for probes, scrapers, an operator and the files of a reload: a few dozen at the same time."""

TARGETS: Final = 512
"""Kept for connections to targets: a few hundred calls at the same time."""

_SHARE: Final = 4
"""Where few are allowed a quarter is kept for each of these, so that most are the clients'."""

_NONE_LEFT: Final = frozenset({errno.EMFILE, errno.ENFILE})
"""No more for this process, and none in the whole system (open(2))."""


class Wants(enum.IntEnum):
    """Who asks: a client who is to be served, one who is only told that there is no room, a call of a target."""

    CLIENT = 0
    TELLING = 1
    TARGET = 2


class Bounds(NamedTuple):
    """The first numbers that clients, those who are told, and targets do not get."""

    client: int
    telling: int
    target: int


def bounds(allowed: int) -> Bounds:
    """How `allowed` descriptors are divided.

    >>> bounds(1024), bounds(256)
    (Bounds(client=720, telling=840, target=960), Bounds(client=144, telling=168, target=192))
    """
    target = allowed - min(OWN, allowed // _SHARE)
    kept = min(TARGETS, target // _SHARE)
    return Bounds(target - kept, target - kept // 2, target)


def are_left(wants: Wants) -> bool:
    """Whether there is a descriptor for one more of these, or was before this one came."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return True
    try:
        number = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return not is_shortage(error)
    os.close(number)
    return number < bounds(allowed)[wants]


def is_shortage(error: BaseException | None) -> bool:
    """Whether this, or what it came from, is that there was no descriptor left."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in _NONE_LEFT:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
