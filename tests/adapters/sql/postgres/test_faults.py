"""PostgreSQL's errors become the port's, and none of its words goes with them."""

from __future__ import annotations

import ssl

import asyncpg
import pytest

from adapters.sql.postgres.faults import silo_error
from adapters.sql.statement import Statement
from adapters.sql.work import Work
from facade.port import (
    AnsweredOperation,
    BadArgument,
    SiloFull,
    SiloLate,
    SiloNonsense,
    SiloSaysNo,
    SiloUnreachable,
)

QUERY = Statement.parse("select 1 where a = :a and b = :b")
WORK = Work("get", QUERY, {}, False, True, AnsweredOperation().document, sources={"a": "{path.a}", "b": "{body.b}"})

STATES = {
    "08006": (SiloUnreachable, 502),
    "22003": (SiloSaysNo, 422),
    "23502": (SiloSaysNo, 422),
    "23503": (SiloSaysNo, 409),
    "23505": (SiloSaysNo, 409),
    "25006": (SiloNonsense, 502),
    "28P01": (SiloUnreachable, 502),
    "3D000": (SiloUnreachable, 502),
    "40P01": (SiloFull, 503),
    "42P01": (SiloNonsense, 502),
    "53100": (SiloUnreachable, 502),
    "53300": (SiloFull, 503),
    "55P03": (SiloFull, 503),
    "57014": (SiloLate, 504),
    "57P01": (SiloUnreachable, 502),
    "P0001": (SiloSaysNo, 422),
    "0A000": (SiloNonsense, 502),
}


def server_error(state: str) -> asyncpg.PostgresError:
    return asyncpg.PostgresError.new({"C": state, "M": "hunter2"})


@pytest.mark.parametrize(("state", "expected"), STATES.items())
def test_a_state_is_an_error_of_the_ports(state: str, expected: tuple[type[Exception], int]) -> None:
    error = silo_error(WORK, server_error(state))
    assert (type(error), error.status, "hunter2" in str(error)) == (*expected, False)


@pytest.mark.parametrize("error", [OSError("hunter2"), asyncpg.InterfaceError("connection is closed")])
def test_what_is_no_answer_is_a_broken_connection(error: Exception) -> None:
    assert str(silo_error(WORK, error)) == "get: the database cannot be reached, or the connection broke"


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "hunter2")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (unverified(62), "the database's certificate is for another host"),
        (unverified(64), "the database's certificate is for another host"),
        (unverified(20), "the database's certificate is not trusted"),
        (ssl.SSLError(136, "hunter2"), "the database cannot be reached by TLS"),
        (ConnectionError("hunter2 rejected SSL upgrade"), "the database cannot be reached by TLS"),
    ],
)
def test_what_keeps_tls_from_being_spoken_is_told(error: Exception, words: str) -> None:
    assert str(silo_error(WORK, error)) == f"get: {words}"


def test_a_value_that_was_not_sent_is_told_by_the_callers_field() -> None:
    unfit = asyncpg.DataError("invalid input for query argument $2: 'hunter2' (expected int, got str)")
    error = silo_error(WORK, unfit)
    assert isinstance(error, BadArgument)
    assert str(error) == "{body.b}: does not fit the database's type of :b"
