"""Where the ledger ended when it was last written, sealed in `state` as `ledger.head`: what tells that its end was cut.

The law of this file: the ledger is written first and its head after, each forced to the disk. So a process that is
killed between the two leaves a head that lags, and the ledger still has the entry it names; a head never runs ahead,
unless somebody took entries off the ledger. Everything here blocks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from facade.control.ledger.chain import Last
from facade.control.sealed import SealedFile

FILE: Final = "ledger.head"

_LARGEST: Final = 4 * 1024
"""Bytes: a number and a hash are a fortieth of it."""


class Head:
    """The head of the ledger in the folder `state`."""

    def __init__(self, state: Path) -> None:
        self._file = SealedFile(state / FILE, _LARGEST)

    def __repr__(self) -> str:
        return f"<Head {self._file.path}>"

    def save(self, last: Last) -> None:
        """Keep it in place of the one before. Raises OSError."""
        self._file.save(msgspec.json.encode(last))

    def read(self) -> Last | None:
        """What is kept, or None. Raises `Damaged` once a damaged one was put aside, OSError if it cannot read."""
        return self._file.read(_parse)

    def look(self) -> Last | None:
        """The same for somebody who only looks. Raises `Damaged` and leaves a damaged one where it is, or OSError."""
        return self._file.look(_parse)


def _parse(document: bytes) -> Last:
    try:
        return msgspec.json.decode(document, type=Last)
    except msgspec.DecodeError as error:
        raise ValueError("does not hold the head of a ledger") from error
