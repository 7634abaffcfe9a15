"""Each error of a database has its place in the port's family."""

from __future__ import annotations

import sqlite3

import pytest

from adapters.sql.sqlite.faults import is_busy, silo_error
from facade.port import SiloError, SiloFull, SiloNonsense, SiloSaysNo, SiloUnreachable


def error(code: int | None, words: str = "near 'hunter2'") -> sqlite3.Error:
    raised = sqlite3.OperationalError(words)
    if code is not None:
        raised.sqlite_errorcode = code
    return raised


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        (sqlite3.SQLITE_CANTOPEN, SiloUnreachable, 502),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, SiloUnreachable, 502),
        (sqlite3.SQLITE_IOERR_READ, SiloUnreachable, 502),
        (sqlite3.SQLITE_READONLY, SiloUnreachable, 502),
        (sqlite3.SQLITE_FULL, SiloUnreachable, 502),
        (sqlite3.SQLITE_INTERRUPT, SiloUnreachable, 502),
        (sqlite3.SQLITE_BUSY, SiloFull, 503),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, SiloFull, 503),
        (sqlite3.SQLITE_LOCKED, SiloFull, 503),
        (sqlite3.SQLITE_CORRUPT, SiloNonsense, 502),
        (sqlite3.SQLITE_NOTADB, SiloNonsense, 502),
        (sqlite3.SQLITE_TOOBIG, SiloNonsense, 502),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, SiloSaysNo, 409),
        (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, SiloSaysNo, 409),
        (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, SiloSaysNo, 409),
        (sqlite3.SQLITE_CONSTRAINT_CHECK, SiloSaysNo, 422),
        (sqlite3.SQLITE_CONSTRAINT_NOTNULL, SiloSaysNo, 422),
        (sqlite3.SQLITE_ERROR, SiloNonsense, 502),
        (None, SiloNonsense, 502),
    ],
)
def test_an_error_keeps_its_meaning_and_loses_its_words(code: int | None, kind: type[SiloError], status: int) -> None:
    translated = silo_error("get-claim", error(code))
    assert type(translated) is kind
    assert translated.status == status
    assert translated.detail.startswith("get-claim: ")
    assert "hunter2" not in translated.detail


def test_a_query_that_does_not_suit_the_database_says_so_without_quoting_it() -> None:
    detail = silo_error("get-claim", error(sqlite3.SQLITE_ERROR, "no such column: nino")).detail
    assert detail == "get-claim: the database has not every table, column and function that the query names"


def test_only_a_lock_is_worth_another_try() -> None:
    assert is_busy(error(sqlite3.SQLITE_BUSY))
    assert is_busy(error(sqlite3.SQLITE_LOCKED))
    assert not is_busy(error(sqlite3.SQLITE_IOERR))
    assert not is_busy(error(None))
