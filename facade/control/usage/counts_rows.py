"""The rows of the counts: how a turn is added to them, and how long they are kept. Blocks.

The days that are kept are the last `DAYS` on which somebody watched, and not those since a date: a clock that is wrong
for an hour must not throw a year of evidence away.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from facade.calls import Key
from facade.ending.counts import OTHERS
from facade.ending.heavy import Kept, Shaped, add

DAYS: Final = 400
"""Days that are kept: a year and a month, so that each day has last year's beside it."""

ROWS: Final = 20_000
"""Rows of a day: 1,000 routes with 20 callers each. Beyond, a caller's further routes are one row for each target."""

_WATCHED: Final = """
INSERT INTO watched VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds, length = excluded.length
"""
_ADD: Final = """
INSERT INTO calls (day, caller, route, target, calls, last)
VALUES (:day, :caller, :route, :target, max(0, :calls), :last)
ON CONFLICT DO UPDATE SET calls = max(0, calls + :calls), last = max(last, excluded.last)
"""
_UPDATE: Final = """
UPDATE calls SET calls = max(0, calls + :calls), last = max(last, :last)
WHERE day = :day AND target = :target AND caller = :caller AND route = :route
"""
_COUNT: Final = "SELECT count(*) FROM calls WHERE day = ?"
_FIRST_KEPT: Final = "SELECT day FROM watched ORDER BY day DESC LIMIT 1 OFFSET ?"
_DELETE: Final = (
    "DELETE FROM calls WHERE day < ?",
    "DELETE FROM watched WHERE day < ?",
    "DELETE FROM orphans WHERE last < ?",
)
_KEPT: Final = "SELECT method, shape, first, last, status, inherited FROM orphans"
_PUT: Final = "REPLACE INTO orphans (method, shape, first, last, status, inherited) VALUES (?, ?, ?, ?, ?, ?)"
_TAKE_OUT: Final = "DELETE FROM orphans WHERE method = ? AND shape = ?"


@dataclass(slots=True)
class DayTurn:
    """What one day has to have added. `last` is Unix time, `seconds` is how long it was watched of its
    `length`.
    """

    last: int = 0
    length: float = 0.0
    seconds: float = 0.0
    calls: dict[Key, int] = field(default_factory=dict)
    orphans: dict[Shaped, Kept] = field(default_factory=dict)


def folded(key: Key) -> Key:
    """The row of a call whose own has no room: who called, and whom, stays; that is what evidence rests on."""
    caller, _, target = key
    return caller, OTHERS, target


def write(connection: sqlite3.Connection, day: datetime.date, turn: DayTurn) -> None:
    """Add a turn to its day, within a transaction."""
    number = day.toordinal()
    is_new = connection.execute("SELECT 1 FROM watched WHERE day = ?", (number,)).fetchone() is None
    connection.execute(_WATCHED, (number, turn.seconds, turn.length))
    _write_calls(connection, number, turn)
    if turn.orphans:
        _write_orphans(connection, day, turn.orphans)
    if is_new:
        _leave_out_the_oldest(connection)


def _write_calls(connection: sqlite3.Connection, day: int, turn: DayTurn) -> None:
    (rows,) = connection.execute(_COUNT, (day,)).fetchone()
    if rows + len(turn.calls) <= ROWS:
        connection.executemany(_ADD, (_row(day, key, calls, turn.last) for key, calls in turn.calls.items() if calls))
        return
    for key, calls in turn.calls.items():
        is_there = connection.execute(_UPDATE, _row(day, key, calls, turn.last)).rowcount
        if not is_there:
            connection.execute(_ADD, _row(day, key if rows < ROWS else folded(key), calls, turn.last))
            rows += 1


def _row(day: int, key: Key, calls: int, last: int) -> Mapping[str, object]:
    caller, route, target = key
    return {"day": day, "caller": caller, "route": route, "target": target, "calls": calls, "last": last}


def _write_orphans(connection: sqlite3.Connection, day: datetime.date, new: Mapping[Shaped, Kept]) -> None:
    """Add them to what another sidecar may have written meanwhile, so that two are no more than one."""
    kept = dict(read_orphans(connection))
    before = set(kept)
    add(kept, {shaped: each.status for shaped, each in new.items()}, day)
    connection.executemany(_TAKE_OUT, before - kept.keys())
    changed = (new.keys() | (kept.keys() - before)) & kept.keys()
    connection.executemany(_PUT, (_put(shaped, kept[shaped]) for shaped in changed))


def read_orphans(connection: sqlite3.Connection) -> Mapping[Shaped, Kept]:
    """The shapes that are kept. Raises sqlite3.Error, and msgspec.DecodeError where a row is damaged."""
    return {
        Shaped(method, shape): Kept(
            datetime.date.fromordinal(first),
            datetime.date.fromordinal(last),
            msgspec.json.decode(status, type=dict[str, int]),
            inherited,
        )
        for method, shape, first, last, status, inherited in connection.execute(_KEPT)
    }


def _put(shaped: Shaped, kept: Kept) -> tuple[str, str, int, int, str, int]:
    status = msgspec.json.encode(kept.status).decode()
    return (*shaped, kept.first.toordinal(), kept.last.toordinal(), status, kept.inherited)


def _leave_out_the_oldest(connection: sqlite3.Connection) -> None:
    first = connection.execute(_FIRST_KEPT, (DAYS - 1,)).fetchone()
    for statement in _DELETE if first is not None else ():
        connection.execute(statement, first)
