"""The file that keeps confirmations over a restart: `confirmations.json` in `state`. Everything here blocks.

A damaged one confirms nothing: nobody is cut off by what cannot be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from facade.control.sealed import SealedFile
from facade.ending.refusing import Confirmation

FILE: Final = "confirmations.json"

_LARGEST: Final = 4 * 1024**2
"""Bytes: 1,000 silos with the longest reasons are half of it."""


class ConfirmationStore:
    """The confirmations of one sidecar, in the folder `state`: one of each silo, the last."""

    def __init__(self, state: Path) -> None:
        self._file = SealedFile(state / FILE, _LARGEST, "confirms nothing")

    def __repr__(self) -> str:
        return f"<ConfirmationStore {self._file.path}>"

    def save(self, confirmations: tuple[Confirmation, ...]) -> None:
        """Keep these in place of what was kept. Raises OSError."""
        self._file.save(msgspec.json.encode(confirmations))

    def read(self) -> tuple[Confirmation, ...]:
        """What is kept. Raises `Damaged` once a damaged file was put aside, OSError where it cannot be read."""
        return self._file.read(_parse) or ()


def _parse(document: bytes) -> tuple[Confirmation, ...]:
    try:
        return msgspec.json.decode(document, type=tuple[Confirmation, ...])
    except msgspec.DecodeError as error:
        raise ValueError("does not hold confirmations") from error
