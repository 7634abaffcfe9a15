"""`facade check --try`: one call of one operation of a silo of any kind, by hand, before any route leads there."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from harness.folder import Folder
from harness.sidecar import run

SILO = """\
silo: benefits
adapter: sql
settings: {url: "sqlite:///../records/benefits.sqlite"}
operations:
  get:
    query: select reference, amount from claim where reference = :reference
    arguments: {reference: "{path.reference}"}
    rows: one
  list:
    query: select reference from claim order by reference limit :limit
    arguments: {limit: "{query.limit:int=1}"}
  of:
    query: select reference from claim where reference = :reference
    arguments: {reference: "{body.payer.reference}"}
  open:
    writes: true
    query: insert into claim (reference, amount) values ('C3', '1.00')
"""


@pytest.fixture
def benefits(folder: Folder) -> Folder:
    folder.write("silos/benefits.yaml", SILO)
    folder.routes(
        "routes:\n  - {name: claims.read, match: 'GET /c/{reference}', legacy: benefits.get, stage: legacy}\n"
    )
    (folder / "records").mkdir()
    with closing(sqlite3.connect(folder / "records/benefits.sqlite")) as connection:
        connection.execute("create table claim (reference text primary key, amount text)")
        connection.execute("insert into claim values ('C1', '12.50'), ('C2', '1.10')")
        connection.commit()
    return folder


def test_an_operation_is_called_with_what_is_given_and_its_answer_shown(benefits: Folder) -> None:
    done = run("check", benefits.path, "--try", "benefits.get", "--with", "path.reference=C1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == 'benefits.get: answered 200\n{"reference":"C1","amount":"12.50"}\n'
    told = json.loads(run("check", benefits.path, "--try", "benefits.list", "--with", "query.limit=2", "--json").stdout)
    assert told == {"status": 200, "body": '[{"reference":"C1"},{"reference":"C2"}]', "steps": []}


def test_a_field_below_another_is_written_with_a_dot(benefits: Folder) -> None:
    done = run("check", benefits.path, "--try", "benefits.of", "--with", "body.payer.reference=C2")
    assert done.stdout == 'benefits.of: answered 200\n[{"reference":"C2"}]\n'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("benefits.open",), "benefits.open: it writes, and would; try one that reads\n"),
        (("benefits.none",), "benefits.none: no operation of a silo behind an adapter; write one as SILO.OPERATION\n"),
        (("benefits",), "benefits: no operation of a silo behind an adapter; write one as SILO.OPERATION\n"),
        (("benefits.get",), "benefits.get: answered 400: {path.reference}: is missing\n"),
        (
            ("benefits.list", "--with", "query.limit=many"),
            "benefits.list: answered 400: {query.limit}: must be a whole number",
        ),
        (
            ("benefits.of", "--with", "body.payer=x", "--with", "body.payer.reference=C2"),
            "body.payer.reference: payer has a value of its own already; leave one of the two out\n",
        ),
    ],
)
def test_what_cannot_be_tried_is_told_in_a_line(benefits: Folder, words: tuple[str, ...], said: str) -> None:
    done = run("check", benefits.path, "--try", *words)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(said)


def test_a_value_of_no_part_of_a_call_is_misused(benefits: Folder) -> None:
    done = run("check", benefits.path, "--try", "benefits.get", "--with", "reference=C1")
    assert done.returncode == 2
    assert "'reference=C1' is no value of a call; write path.NAME=V, query., header. or body.NAME=V" in done.stderr


def test_mistaken_files_are_told_and_nothing_is_called(benefits: Folder) -> None:
    benefits.routes("routes: 1\n")
    done = run("check", benefits.path, "--try", "benefits.get", "--with", "path.reference=C1")
    assert done.returncode == 1
    assert done.stdout.startswith("routes/all.yaml:1: ")
