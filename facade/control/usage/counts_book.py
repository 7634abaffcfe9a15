"""What was counted, on its way into the file of `opened`, turn by turn. Blocks.

What cannot be written waits here for the next turn, so a full disk loses nothing while the sidecar runs; what waits is
bounded as the rows of a day are.
"""

from __future__ import annotations

import datetime
import sqlite3
import threading
from pathlib import Path

from facade.calls import Turn
from facade.control.usage.counts_rows import ROWS, DayTurn, folded, write
from facade.control.usage.opened import CallsFile
from facade.ending.heavy import add


class CountsBook:
    """The counts of one sidecar. Its methods may be called in several threads."""

    def __init__(self, state: Path) -> None:
        self.file = CallsFile(state)
        self._waiting: dict[datetime.date, DayTurn] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<CountsBook {self.file.path} days waiting={len(self._waiting)}>"

    def add(self, day: datetime.date, turn: Turn, last: datetime.datetime, seconds: float, length: float) -> None:
        """Add a turn to a day that has `length` seconds, `seconds` of which were watched meanwhile.

        Raises OSError and sqlite3.Error where it cannot be written; it waits here then.
        """
        with self._lock:
            waiting = self._waiting.setdefault(day, DayTurn())
            waiting.last, waiting.length = max(waiting.last, int(last.timestamp())), length
            waiting.seconds += seconds
            _merge(waiting, turn)
            add(waiting.orphans, turn.orphans, day)
            self.file.write(self._write)
            self._waiting.clear()

    def close(self) -> None:
        with self._lock:
            self.file.close()

    def _write(self, connection: sqlite3.Connection) -> None:
        for day, turn in self._waiting.items():
            write(connection, day, turn)


def _merge(waiting: DayTurn, turn: Turn) -> None:
    for key, calls in turn.calls.items():
        fits = key in waiting.calls or len(waiting.calls) < ROWS
        row = key if fits else folded(key)
        waiting.calls[row] = waiting.calls.get(row, 0) + calls
