"""Reads the counts for evidence, beside whoever writes them. Blocks: a row takes about a microsecond.

Sums are made by SQLite: a year of a thousand routes is a million rows, of which nobody looks at each.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from facade.control.usage.counts_rows import read_orphans
from facade.ending.counts import WHOLE, CallerCalls, Counted, Counts, DayCalls, Orphan

_ROWS: Final = """
SELECT day, caller, route, target, calls, last FROM calls
WHERE calls > 0 AND day BETWEEN :since AND :until AND (:target IS NULL OR target = :target)
ORDER BY day, target, caller, route
"""
_DAYS: Final = """
SELECT day, target, sum(calls) FROM calls WHERE calls > 0 AND day BETWEEN :since AND :until
GROUP BY day, target ORDER BY day, target
"""
_CALLERS: Final = """
SELECT target, caller, sum(calls), max(last) FROM calls WHERE calls > 0 AND day BETWEEN :since AND :until
GROUP BY target, caller ORDER BY target, caller
"""
_WATCHED: Final = "SELECT day, seconds, length FROM watched WHERE day BETWEEN :since AND :until"


class CountsReading:
    """The counts of the days from `since` to `today`, which is not over."""

    def __init__(self, connection: sqlite3.Connection, since: datetime.date, today: datetime.date) -> None:
        self._connection = connection
        self._today = today
        self._days = {"since": since.toordinal(), "until": today.toordinal()}

    def counts(self, target: str | None = None) -> Counts:
        """Everything, the rows of one target alone if that is named."""
        return replace(self.watched(), rows=tuple(self._rows(target)))

    def watched(self) -> Counts:
        """Everything but the rows, of which there may be millions."""
        watched = list(self._connection.execute(_WATCHED, self._days))
        return Counts(
            (),
            MappingProxyType({_day(day): min(seconds, length) for day, seconds, length in watched}),
            frozenset(_day(day) for day, seconds, length in watched if self._is_whole(day, seconds, length)),
            tuple(self._orphans()),
        )

    def days(self) -> tuple[DayCalls, ...]:
        """The calls of each day to each target."""
        found = self._connection.execute(_DAYS, self._days)
        return tuple(DayCalls(_day(day), target, calls) for day, target, calls in found)

    def callers(self) -> tuple[CallerCalls, ...]:
        """The calls of each caller to each target, all days together."""
        found = self._connection.execute(_CALLERS, self._days)
        return tuple(CallerCalls(target, caller, calls, _moment(last)) for target, caller, calls, last in found)

    def _rows(self, target: str | None) -> Iterator[Counted]:
        for day, caller, route, whom, calls, last in self._connection.execute(_ROWS, {**self._days, "target": target}):
            yield Counted(_day(day), caller, route, whom, calls, _moment(last))

    def _orphans(self) -> Iterator[Orphan]:
        since = self._days["since"]
        for (method, shape), kept in read_orphans(self._connection).items():
            if kept.last.toordinal() >= since:
                yield Orphan(method, shape, kept.calls, kept.first, kept.last, MappingProxyType(dict(kept.status)))

    def _is_whole(self, day: int, seconds: float, length: float) -> bool:
        return day < self._days["until"] and seconds >= WHOLE * length


@contextmanager
def reading(path: Path, since: datetime.date, today: datetime.date) -> Iterator[CountsReading]:
    """One state of the counts, however long it is read. Raises sqlite3.Error, also where there is no file yet."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        yield CountsReading(connection, since, today)


def _day(number: int) -> datetime.date:
    return datetime.date.fromordinal(number)


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
