"""The file that keeps overrides over a restart: `overrides.json` in `state`. Everything here blocks."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import msgspec

from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.overrides.override import Override
from facade.control.sealed import Damaged, SealedFile
from facade.routing.route import Keys
from facade.routing.stage import Stage

FILE: Final = "overrides.json"

_LARGEST: Final = 16 * 1024**2
"""Bytes: 10,000 routes, every one overridden, are a third of it."""


class _Kept(msgspec.Struct):
    """One override as it stands in the file; `share` is a fraction such as `1/10`, None where the stage has none."""

    subject: str
    written: str
    stage: Stage
    share: str | None
    cause: str
    at: datetime.datetime
    why: str
    by: str
    keys: Keys = Keys.OPEN
    forced: bool = False


class OverrideStore:
    """The overrides of one sidecar, in the folder `state`."""

    def __init__(self, state: Path) -> None:
        self._file = SealedFile(state / FILE, _LARGEST)

    def __repr__(self) -> str:
        return f"<OverrideStore {self._file.path}>"

    def save(self, overrides: tuple[Override, ...]) -> None:
        """Keep these in place of what was kept. Raises OSError."""
        self._file.save(msgspec.json.encode([_kept(each) for each in overrides]))

    def read(self) -> tuple[Override, ...]:
        """What is kept. Raises `Damaged` once a damaged file was put aside, OSError where it cannot be read.

        It goes on to until something is saved: a process that is killed in between has decided nothing.
        """
        if self._file.was_put_aside():
            raise Damaged(f"{self._file.path}: was damaged and put aside, and nothing was kept since")
        return self._file.read(_parse) or ()


def _kept(override: Override) -> _Kept:
    to, because = override.to, override.because
    return _Kept(
        subject=override.subject,
        written=override.written,
        stage=to.stage,
        share=None if to.share is None else str(to.share),
        cause=because.cause,
        at=override.at,
        why=because.why,
        by=because.by,
        keys=to.keys,
        forced=because.forced,
    )


def _parse(document: bytes) -> tuple[Override, ...]:
    try:
        kept: list[_Kept] = msgspec.json.decode(document, type=list[_Kept])
        return tuple(map(_override, kept))
    except (msgspec.DecodeError, ZeroDivisionError) as error:
        raise ValueError("does not hold overrides") from error


def _override(kept: _Kept) -> Override:
    to = Standing(kept.stage, None if kept.share is None else Fraction(kept.share), kept.keys)
    because = Because(kept.cause, kept.why, kept.by, forced=kept.forced)
    return Override(kept.subject, kept.written, to, kept.at, because)
