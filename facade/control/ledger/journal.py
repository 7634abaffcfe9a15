"""Writes to the ledger what changed, off the event loop. One that cannot be written stops nothing, and is told of."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import structlog
from msgspec.structs import replace

from facade.control.because import THE_FILE, Because
from facade.control.ledger.book import Book
from facade.control.ledger.chain import Edited
from facade.control.ledger.entry import LONGEST, Entry

_log = structlog.get_logger("facade.control.ledger")

EVERYTHING: Final = "*"
"""What an entry is about that is about the configuration as a whole."""


Clock = Callable[[], datetime.datetime]

_NOBODY: Final[Mapping[str, Because]] = MappingProxyType({})


class Journal:
    """The ledger of a running sidecar. `clock` tells the time of day, aware, in UTC.

    It knows where each route was last recorded to stand, so whatever differs from that is what has changed: a route
    that moved, came or went, also while nobody was there to record it. What could not be written is told, and recorded
    with the next change. Each method returns what kept it from being written, as `place: what; what to do`.
    """

    def __init__(self, book: Book, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._known: dict[str, str] = {}
        self._lock = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<Journal {self._book!r}>"

    async def started(
        self, standings: Mapping[str, str], revision: str, because: Mapping[str, Because] = _NOBODY
    ) -> str | None:
        """The sidecar serves this revision from now on, with its routes standing so, some of them `because`."""
        async with self._lock:
            start = Entry(at=self._clock(), what=EVERYTHING, before=None, after=None, cause="start", revision=revision)
            try:
                self._known = await asyncio.to_thread(self._last_standings)
            except (Edited, OSError) as error:
                return self._unwritten(error)
            changed = [_at_start(each, because.get(each.what)) for each in self._changes(standings, THE_FILE, revision)]
            return await self._write([start, *changed])

    async def stands(self, standings: Mapping[str, str], because: Because, revision: str) -> str | None:
        """Every route there is stands so from now on."""
        async with self._lock:
            return await self._write(list(self._changes(standings, because, revision)))

    async def expects(self, standings: Mapping[str, str], because: Because, revision: str) -> str | None:
        """These routes are about to stand so. Whether they do is told next, by `stands`."""
        return await self.stands({**self._known, **standings}, because, revision)

    def _last_standings(self) -> dict[str, str]:
        """Where the ledger says that each route stands. Blocks."""
        known: dict[str, str] = {}
        for entry, _ in self._book.entries():
            if entry.after is not None:
                known[entry.what] = entry.after
            else:
                known.pop(entry.what, None)
        return known

    def _changes(self, standings: Mapping[str, str], because: Because, revision: str) -> Iterator[Entry]:
        now = self._clock()
        for route in (*standings, *(self._known.keys() - standings.keys())):
            before, after = self._known.get(route), standings.get(route)
            if before != after:
                yield Entry(
                    at=now,
                    what=route,
                    before=before,
                    after=after,
                    cause=because.cause,
                    revision=revision,
                    by=because.by[:LONGEST],
                    why=because.why[:LONGEST],
                    evidence=because.evidence.get(route, "")[:LONGEST],
                    forced=because.forced,
                )

    async def _write(self, entries: Sequence[Entry]) -> str | None:
        if not entries:
            return None
        try:
            last = await asyncio.to_thread(self._book.add, *entries)
        except (Edited, OSError) as error:
            return self._unwritten(error)
        self._known.update({each.what: each.after for each in entries if each.after is not None})
        for gone in (each.what for each in entries if each.after is None):
            self._known.pop(gone, None)
        _log.info("ledger", number=last.number, hash=last.hash)
        return None

    def _unwritten(self, error: Edited | OSError) -> str:
        mend = (
            "put it and its head aside together, and find out who did" if isinstance(error, Edited) else "mend `state`"
        )
        problem = f"{self._book.path}: {error}; {mend}"
        _log.error("ledger not written", problem=problem)
        return problem


def _at_start(entry: Entry, because: Because | None) -> Entry:
    """What a start meets: a route that stands elsewhere than its file says has its own reason."""
    if because is not None:
        return replace(entry, cause=because.cause, by=because.by[:LONGEST], why=because.why[:LONGEST])
    return replace(entry, cause="start") if entry.before is None else entry
