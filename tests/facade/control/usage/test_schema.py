"""A file of calls is made, brought up to date, or left alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from facade.control.usage.schema import STEPS, ForeignFile, NewerFile, prepare

MORE = (*STEPS, ("ALTER TABLE calls ADD COLUMN colour TEXT NOT NULL DEFAULT ''",))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_an_empty_file_gets_its_tables_once(connection: sqlite3.Connection) -> None:
    prepare(connection)
    prepare(connection)
    assert version(connection) == len(STEPS)
    assert connection.execute("SELECT count(*) FROM calls").fetchone() == (0,)


def test_an_older_file_keeps_its_rows_and_gains_what_is_new(connection: sqlite3.Connection) -> None:
    prepare(connection)
    connection.execute("INSERT INTO calls VALUES (1, 'portal', 'unknown', 'titles', 7, 0)")
    prepare(connection, MORE)
    assert connection.execute("SELECT calls, colour FROM calls").fetchall() == [(7, "")]
    assert version(connection) == 2


def test_a_step_that_fails_changes_nothing(connection: sqlite3.Connection) -> None:
    prepare(connection)
    with pytest.raises(sqlite3.OperationalError):
        prepare(connection, (*MORE, ("ALTER TABLE nothing ADD COLUMN x",)))
    assert version(connection) == 1


def test_a_newer_file_is_left_alone(connection: sqlite3.Connection) -> None:
    prepare(connection, MORE)
    with pytest.raises(NewerFile):
        prepare(connection)
    assert version(connection) == 2


def test_somebody_elses_database_is_told_from_ours(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE calls (x)")
    with pytest.raises(ForeignFile):
        prepare(connection)
