"""A call's name in the log and in its error documents: the caller's own if it is a sane one, else a new one. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

RANDOM_BYTES: Final = 16
"""What a new identifier is made of: as much chance as a UUID."""

_sane: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}").fullmatch
"""Fits every identifier in use (UUID, ULID, nginx's hex) and says nothing in a log, a page or a shell but itself."""


def accept_or_mint(value: bytes | None, chance: Callable[[int], bytes]) -> str:
    """The caller's X-Request-ID if it is one, else 32 hex digits. `value` is None where it sent none or several."""
    if value is not None and _sane(value):
        return value.decode()
    return mint(chance)


def mint(chance: Callable[[int], bytes]) -> str:
    """A new identifier, 32 hex digits."""
    return chance(RANDOM_BYTES).hex()
