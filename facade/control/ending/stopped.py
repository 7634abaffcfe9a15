"""The file that keeps a stop of all brown-outs over a restart: `brownouts.json` in `state`. Everything here blocks.

A damaged one, or one that was put aside and not written since, means that they are stopped: that refuses nobody.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

import msgspec

from facade.control.sealed import Damaged, SealedFile

FILE: Final = "brownouts.json"

_LARGEST: Final = 64 * 1024


class Stop(msgspec.Struct, frozen=True):
    """Who stopped all brown-outs, why and when (aware, in UTC)."""

    by: str
    why: str
    at: datetime.datetime


class _Kept(msgspec.Struct):
    stop: Stop | None


class StopStore:
    """The stop of one sidecar, in the folder `state`."""

    def __init__(self, state: Path) -> None:
        self._file = SealedFile(state / FILE, _LARGEST, "stops every brown-out")

    def __repr__(self) -> str:
        return f"<StopStore {self._file.path}>"

    def save(self, stop: Stop | None) -> None:
        """Keep this in place of what was kept. Raises OSError."""
        self._file.save(msgspec.json.encode(_Kept(stop)))

    def read(self) -> Stop | None:
        """What is kept. Raises `Damaged` once a damaged file was put aside, OSError where it cannot be read."""
        if self._file.was_put_aside():
            raise Damaged(f"{self._file.path}: was damaged and put aside, and nothing was kept since")
        kept = self._file.read(_parse)
        return None if kept is None else kept.stop


def _parse(document: bytes) -> _Kept:
    try:
        return msgspec.json.decode(document, type=_Kept)
    except msgspec.DecodeError as error:
        raise ValueError("does not say whether brown-outs are stopped") from error
