"""A silo that is no HTTP at all: a SQLite database behind the sql adapter, asked over the platform interface."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from harness.client import ask, get, problem, request
from harness.folder import Folder
from harness.messages import Message
from harness.sidecar import Sidecar

SILO = """\
silo: benefits
adapter: sql
settings: {url: "sqlite:///../records/benefits.sqlite"}
protect: {timeout: 1s}
operations:
  get:
    query: select reference, nino, amount from claim where reference = :reference
    arguments: {reference: "{path.reference}"}
    rows: one
  list:
    query: select reference from claim order by reference limit :limit
    arguments: {limit: "{query.limit:int=2}"}
    rows: many
  open:
    writes: true
    query: insert into claim (reference, nino, amount) values (:reference, :nino, :amount) returning reference
    arguments: {reference: "{body.reference}", nino: "{body.nino}", amount: "{body.amount:decimal}"}
    rows: one
    status: 201
"""

ROUTES = """\
routes:
  - {name: claims.read, match: "GET /claims/{reference}", legacy: benefits.get, stage: legacy}
  - {name: claims.list, match: GET /claims, legacy: benefits.list, stage: legacy}
  - {name: claims.open, match: POST /claims, legacy: benefits.open, stage: legacy}
"""


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = Folder(tmp_path_factory.mktemp("sql") / "config")
    folder.facade()
    folder.write("silos/benefits.yaml", SILO)
    folder.routes(ROUTES)
    (folder / "records").mkdir()
    with closing(sqlite3.connect(folder / "records/benefits.sqlite")) as connection:
        connection.execute("create table claim (reference text primary key, nino text, amount numeric)")
    with Sidecar(folder).ready() as running:
        yield running


@pytest.fixture(autouse=True)
def database(sidecar: Sidecar) -> Iterator[sqlite3.Connection]:
    """The register with three claims in it."""
    with closing(sqlite3.connect(sidecar.folder / "records/benefits.sqlite")) as connection:
        connection.execute("delete from claim")
        connection.execute(
            "insert into claim values ('A 1', 'QQ123456C', 12.5), ('B-2', 'QQ654321C', 7), ('é', 'x', 1)"
        )
        connection.commit()
        yield connection


def post(sidecar: Sidecar, document: object) -> Message:
    body = json.dumps(document).encode()
    return ask(sidecar.port, request("POST", "/claims", "Content-Type: application/json", body=body))


def test_a_register_in_a_database_is_read_over_http(sidecar: Sidecar) -> None:
    answer = get(sidecar.port, "/claims/A%201")
    assert (answer.status, answer.one("Content-Type")) == (200, b"application/json")
    assert json.loads(answer.body) == {"reference": "A 1", "nino": "QQ123456C", "amount": 12.5}
    assert answer.one("Content-Length") == str(len(answer.body)).encode()
    problem(get(sidecar.port, "/claims/Z-9"), 404)


def test_rows_come_as_a_list_and_arguments_have_their_defaults(sidecar: Sidecar) -> None:
    assert len(json.loads(get(sidecar.port, "/claims").body)) == 2
    assert len(json.loads(get(sidecar.port, "/claims?limit=3").body)) == 3
    problem(get(sidecar.port, "/claims?limit=many"), 400)


def test_head_has_the_head_of_get_and_no_body(sidecar: Sidecar) -> None:
    answer = ask(sidecar.port, request("HEAD", "/claims/B-2"))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.one("Content-Length") == str(len(get(sidecar.port, "/claims/B-2").body)).encode()


def test_what_is_posted_is_in_the_database(sidecar: Sidecar, database: sqlite3.Connection) -> None:
    answer = post(sidecar, {"reference": "C-3", "nino": "QQ000000C", "amount": 99.90})
    assert (answer.status, json.loads(answer.body)) == (201, {"reference": "C-3"})
    assert database.execute("select nino, amount from claim where reference = 'C-3'").fetchall() == [
        ("QQ000000C", 99.9)
    ]
    assert post(sidecar, {"reference": "C-3", "nino": "x", "amount": 1}).status in (409, 502)


@pytest.mark.parametrize(
    "document", [{}, {"reference": "D-4"}, {"reference": "D", "nino": "x", "amount": "much"}, [], "text", None]
)
def test_what_does_not_fit_is_the_callers_mistake_and_changes_nothing(
    sidecar: Sidecar, database: sqlite3.Connection, document: object
) -> None:
    problem(post(sidecar, document), 400)
    assert database.execute("select count(*) from claim").fetchone() == (3,)


def test_what_a_caller_sends_is_a_value_and_never_sql(sidecar: Sidecar, database: sqlite3.Connection) -> None:
    problem(get(sidecar.port, "/claims/x'%20or%20'1'='1"), 404)
    evil = "x'); drop table claim; --"
    assert post(sidecar, {"reference": evil, "nino": evil, "amount": 1}).status == 201
    assert database.execute("select nino from claim where reference = ?", [evil]).fetchall() == [(evil,)]


def test_a_database_that_is_locked_is_a_problem_in_time_and_then_works_again(
    sidecar: Sidecar, database: sqlite3.Connection
) -> None:
    database.execute("begin exclusive")
    answer = post(sidecar, {"reference": "E-5", "nino": "x", "amount": 1})
    assert answer.status in (503, 504), answer.body
    database.rollback()
    assert post(sidecar, {"reference": "E-5", "nino": "x", "amount": 1}).status == 201
