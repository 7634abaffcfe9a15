"""Writes to the ledger what changed, off the event loop. One that cannot be written stops nothing, and is told of."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from facade.control.because import Because
from facade.control.changes import Moved
from facade.control.ledger.book import Book
from facade.control.ledger.chain import Edited
from facade.control.ledger.entry import LONGEST, Entry

_log = structlog.get_logger("facade.control.ledger")

EVERYTHING: Final = "*"
"""What an entry is about that is about the configuration as a whole."""


class Journal:
    """The ledger of a running sidecar. `clock` tells the time of day, aware, in UTC."""

    def __init__(self, book: Book, clock: Callable[[], datetime.datetime]) -> None:
        self._book = book
        self._clock = clock

    def __repr__(self) -> str:
        return f"<Journal {self._book!r}>"

    async def started(self, revision: str) -> None:
        """The sidecar serves this revision from now on."""
        await self._write(
            [Entry(at=self._clock(), what=EVERYTHING, before=None, after=None, cause="start", revision=revision)]
        )

    async def moved(self, moves: Iterable[Moved], because: Because, revision: str) -> None:
        """These routes stand elsewhere from now on."""
        now = self._clock()
        entries = [
            Entry(
                at=now,
                what=move.route,
                before=move.before,
                after=move.after,
                cause=because.cause,
                revision=revision,
                by=because.by[:LONGEST],
                why=because.why[:LONGEST],
                evidence=because.evidence[:LONGEST],
                forced=because.forced,
            )
            for move in moves
        ]
        if entries:
            await self._write(entries)

    async def _write(self, entries: list[Entry]) -> None:
        try:
            last = await asyncio.to_thread(self._book.add, *entries)
        except Edited as edited:
            _log.error("ledger not written", problem=f"{self._book.path}: {edited}; put it aside, and find out who did")
        except OSError as error:
            _log.error("ledger not written", problem=f"{self._book.path}: {error}; mend `state`")
        else:
            _log.info("ledger", number=last.number, hash=last.hash)
