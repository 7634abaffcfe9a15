"""The token that changes need: the configured one, or one of the sidecar's own that only its user can read.

A sidecar whose configuration names none makes one at its first start and keeps it in `state`, so that whoever may read
that folder on its machine can give orders, and nobody else. Everything here blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from facade.config.network import parse_token
from facade.config.types import Unfit
from facade.control.replace import replace

FILE: Final = "admin.token"

_BYTES: Final = 32
"""Random bytes of a token: nobody guesses it."""

_LONGEST: Final = 4096
"""Bytes of the file that are read."""

_log = structlog.get_logger("facade.control.token")


def kept_token(state: Path) -> str | None:
    """The token kept in `state`, None if there is none. Raises OSError where it cannot be read."""
    try:
        with (state / FILE).open("rb") as file:
            return parse_token(file.read(_LONGEST).decode("ascii", "replace").strip())
    except (FileNotFoundError, Unfit):
        return None


def own_token(state: Path, secret: Callable[[int], str]) -> str | None:
    """The token kept in `state`, made there if there is none; None, and said, where that cannot be done.

    `secret` makes a text of so many random bytes.
    """
    try:
        token = kept_token(state)
        if token is None:
            token = secret(_BYTES)
            state.mkdir(parents=True, exist_ok=True)
            replace(state / FILE, f"{token}\n".encode())
    except OSError as error:
        problem = f"{state / FILE}: {error.strerror}; make `state` a folder that this user may write, or configure one"
        _log.warning("no admin token", problem=problem, means="the API changes nothing")
        return None
    return token
