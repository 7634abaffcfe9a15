"""A database answers calls: exactly, within bounds and deadlines, and with nothing of itself in an error."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sql import ADAPTER
from adapters.sql.settings import SqlOperation, SqlSettings
from adapters.sql.sqlite.database import MAX_AGE
from facade.port import (
    Adapter,
    BadArgument,
    Call,
    Finding,
    SiloFull,
    SiloLate,
    SiloNonsense,
    SiloSaysNo,
    SiloUnreachable,
)
from facade.testing import FakeClock, RecordingSpawn, fake_services, make_call

SCHEMA = """
create table claim (reference text primary key, status text not null default 'received', amount text, pages integer,
                    opened text, urgent integer, weight real, check (pages < 100));
insert into claim values ('CLM-1', 'open', '12.50', 3, '2027-03-31', 1, 0.1);
insert into claim (reference, status) values ('CLM-2', 'closed');
"""
ENDLESS = "with recursive n (x) as (select 1 union all select x + 1 from n)"
LINES = "with recursive n (x) as (select 1 union all select x + 1 from n where x < :lines)"

OPERATIONS: dict[str, dict[str, Any]] = {
    "get": {
        "query": "select * from claim where reference = :reference",
        "arguments": {"reference": "{path.reference}"},
        "rows": "one",
    },
    "list": {"query": "select reference from claim order by reference"},
    "find": {
        "query": "select reference from claim where :since is null or opened >= :since",
        "arguments": {"since": "{query.since:date=}"},
    },
    "open": {
        "query": "insert into claim (reference, amount, pages, opened, urgent)"
        " values (:reference, :amount, :pages, :opened, :urgent) returning reference, amount, pages, opened, urgent",
        "arguments": {
            "reference": "{body.reference}",
            "amount": "{body.amount:decimal=0}",
            "pages": "{body.pages:int=}",
            "opened": "{body.opened:date=}",
            "urgent": "{body.urgent:bool=false}",
        },
        "writes": True,
        "rows": "one",
        "status": 201,
    },
    "close": {
        "query": "update claim set status = 'closed' where reference = :reference",
        "arguments": {"reference": "{path.reference}"},
        "writes": True,
        "status": 204,
    },
    "close-all": {"query": "update claim set status = 'done' returning reference", "writes": True, "rows": "one"},
    "scan": {
        "query": "insert into claim (reference) values ('scanned') returning x'00' as scan",
        "writes": True,
    },
    "lines": {"query": f"{LINES} select x from n", "arguments": {"lines": "{query.lines:int}"}},
    "wide": {
        "query": f"{LINES} select printf('%.*c', 1000000, 'x') as w from n",
        "arguments": {"lines": "{query.lines:int}"},
    },
    "widest": {"query": "select length(zeroblob(9000000)) as length"},
    "either": {"query": "select reference from claim", "rows": "one"},
    "endless": {"query": f"{ENDLESS} select max(x) as x from n"},
    "endless-write": {"query": f"{ENDLESS} insert into claim (reference) select 'E' || x from n", "writes": True},
    "no-table": {"query": "select hunter2 from nowhere"},
    "no-text": {"query": "select cast(x'68756e74657232ff' as text) as a"},
    "sly": {"query": "insert into claim (reference) values ('sly')"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "claims.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    return path


def move(file: Path, suffix: str) -> Path:
    return file.rename(file.with_suffix(suffix))


@contextlib.asynccontextmanager
async def opened(
    file: Path, *, clock: Callable[[], float] | None = None, connections: int = 4
) -> AsyncIterator[Adapter]:
    spawn = RecordingSpawn()
    operations = {name: SqlOperation.model_validate(written) for name, written in OPERATIONS.items()}
    written = SqlSettings(url=f"sqlite:///{file.name}", connections=connections)
    adapter = await ADAPTER.open(written, operations, fake_services(file.parent, clock=clock, spawn=spawn))
    try:
        yield adapter
    finally:
        await adapter.close()
        await spawn.finished()


async def ask(adapter: Adapter, call: Call, seconds: float = 30.0) -> Any:
    answer = await adapter.call(replace(call, deadline=asyncio.get_running_loop().time() + seconds))
    return (answer.status, json.loads(answer.body) if answer.body else None)


def rows(file: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def worker_threads() -> int:
    return sum("_connection_worker_thread" in each.name for each in threading.enumerate())


async def test_one_row_is_an_object_with_every_value_as_it_is_stored(file: Path) -> None:
    async with opened(file) as adapter:
        assert await ask(adapter, make_call("get", path={"reference": "CLM-1"})) == (
            200,
            {
                "reference": "CLM-1",
                "status": "open",
                "amount": "12.50",
                "pages": 3,
                "opened": "2027-03-31",
                "urgent": 1,
                "weight": 0.1,
            },
        )


async def test_an_answer_says_that_it_is_json(file: Path) -> None:
    async with opened(file) as adapter:
        answer = await adapter.call(make_call("list", deadline=asyncio.get_running_loop().time() + 30))
        assert answer.headers == (("content-type", "application/json"),)


async def test_one_row_that_is_not_there_is_not_found(file: Path) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloSaysNo, match="get: nothing found") as no:
            await ask(adapter, make_call("get", path={"reference": "CLM-9"}))
        assert no.value.status == 404


async def test_one_row_where_there_are_more_is_nonsense(file: Path) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloNonsense, match=r"more than 1 row$"):
            await ask(adapter, make_call("either"))


async def test_many_rows_are_a_list_and_none_an_empty_one(file: Path) -> None:
    async with opened(file) as adapter:
        assert await ask(adapter, make_call("list")) == (200, [{"reference": "CLM-1"}, {"reference": "CLM-2"}])
        assert await ask(adapter, make_call("find", query={"since": "2030-01-01"})) == (200, [])


async def test_an_argument_left_out_is_null(file: Path) -> None:
    async with opened(file) as adapter:
        assert len((await ask(adapter, make_call("find")))[1]) == 2
        assert await ask(adapter, make_call("find", query={"since": "2027-03-31"})) == (200, [{"reference": "CLM-1"}])


async def test_what_is_written_is_stored_exactly_and_returned_with_its_status(file: Path) -> None:
    body = b'{"reference": "CLM-3", "amount": 0.10, "pages": 7, "opened": "2027-01-31", "urgent": true}'
    async with opened(file) as adapter:
        status, answer = await ask(adapter, make_call("open", method="POST", body=body))
    assert status == 201
    assert answer == {"reference": "CLM-3", "amount": "0.10", "pages": 7, "opened": "2027-01-31", "urgent": 1}
    stored = rows(file, "select amount, typeof(amount), pages, opened, urgent from claim where reference = 'CLM-3'")
    assert stored == [("0.10", "text", 7, "2027-01-31", 1)]


async def test_a_write_without_rows_and_with_204_leaves_without_a_body(file: Path) -> None:
    async with opened(file) as adapter:
        assert await ask(adapter, make_call("close", method="POST", path={"reference": "CLM-1"})) == (204, None)
    assert rows(file, "select status from claim where reference = 'CLM-1'") == [("closed",)]


@pytest.mark.parametrize(
    ("body", "status"), [({"reference": "CLM-1"}, 409), ({"reference": "CLM-3", "pages": 100}, 422)]
)
async def test_what_the_database_does_not_take_is_its_own_no(file: Path, body: object, status: int) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloSaysNo) as no:
            await ask(adapter, make_call("open", method="POST", body=body))
        assert no.value.status == status
        assert "CLM" not in no.value.detail
        assert (await ask(adapter, make_call("open", method="POST", body={"reference": "CLM-4"})))[0] == 201


@pytest.mark.parametrize("operation", ["scan", "close-all"])
async def test_a_write_whose_answer_is_not_usable_is_undone(file: Path, operation: str) -> None:
    before = rows(file, "select * from claim")
    async with opened(file) as adapter:
        with pytest.raises(SiloNonsense):
            await ask(adapter, make_call(operation, method="POST"))
    assert rows(file, "select * from claim") == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
async def test_whatever_text_a_caller_sends_stays_a_value(file: Path, value: str) -> None:
    hostile = f"'; delete from claim; -- \" {value} :since %_"
    async with opened(file) as adapter:
        _, answer = await ask(adapter, make_call("open", method="POST", body={"reference": hostile}))
        assert answer["reference"] == hostile
        assert (await ask(adapter, make_call("get", path={"reference": hostile})))[1]["reference"] == hostile
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute("delete from claim where reference = ?", (hostile,)).rowcount == 1
        assert connection.execute("select count(*) from claim").fetchone() == (2,)


@pytest.mark.parametrize("pages", [2**63, -(2**63) - 1, 10**39])
async def test_a_whole_number_beyond_the_databases_is_the_callers_mistake(file: Path, pages: int) -> None:
    async with opened(file) as adapter:
        with pytest.raises(BadArgument, match=r"^\{body.pages\}: must be a whole number of at most 63 bits$"):
            await ask(adapter, make_call("open", method="POST", body={"reference": "CLM-3", "pages": pages}))


async def test_the_largest_answers_are_given_and_larger_ones_refused(file: Path) -> None:
    async with opened(file) as adapter:
        _, answer = await ask(adapter, make_call("lines", query={"lines": "10000"}))
        assert [row["x"] for row in answer] == list(range(1, 10_001))
        with pytest.raises(SiloNonsense, match="lines: no usable answer: more than 10000 rows"):
            await ask(adapter, make_call("lines", query={"lines": "10001"}))
        assert len((await ask(adapter, make_call("wide", query={"lines": "8"})))[1]) == 8
        with pytest.raises(SiloNonsense, match="wide: no usable answer: more than 8388608 bytes"):
            await ask(adapter, make_call("wide", query={"lines": "9"}))
        with pytest.raises(SiloNonsense, match="widest: no usable answer: a value is too long"):
            await ask(adapter, make_call("widest"))


async def test_an_operation_that_does_not_say_that_it_writes_cannot(file: Path) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloUnreachable, match="sly: the database cannot be changed"):
            await ask(adapter, make_call("sly"))
    assert rows(file, "select 1 from claim where reference = 'sly'") == []


@pytest.mark.parametrize("operation", ["no-table", "no-text"])
async def test_an_error_shows_nothing_of_query_or_rows(file: Path, operation: str) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloNonsense) as nonsense:
            await ask(adapter, make_call(operation))
    assert "hunter2" not in nonsense.value.detail
    assert nonsense.value.__cause__ is None
    assert nonsense.value.__suppress_context__


async def test_a_file_that_comes_later_is_found_then(file: Path) -> None:
    away = move(file, ".away")
    async with opened(file) as adapter:
        with pytest.raises(SiloUnreachable, match="list: the database cannot be opened"):
            await ask(adapter, make_call("list"))
        with pytest.raises(SiloUnreachable):
            await ask(adapter, make_call("close", path={"reference": "CLM-1"}))
        assert not await asyncio.to_thread(file.exists)
        move(away, ".sqlite")
        assert len((await ask(adapter, make_call("list")))[1]) == 2


async def test_a_file_that_takes_anothers_place_is_seen(file: Path) -> None:
    new = file.with_suffix(".new")
    with contextlib.closing(sqlite3.connect(new)) as connection, connection:
        connection.execute("create table claim (reference text)")
    clock = FakeClock()
    call = make_call("list", deadline=clock.now + 1000)
    async with opened(file, clock=clock) as adapter:
        assert (await adapter.call(call)).body != b"[]"
        move(new, ".sqlite")
        clock.advance(MAX_AGE + 1)
        assert (await adapter.call(call)).body == b"[]"


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 4080])
async def test_a_damaged_file_is_nonsense(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "damaged.db"
    await asyncio.to_thread(file.write_bytes, content)
    async with opened(file) as adapter:
        with pytest.raises(SiloNonsense, match="list: the database's file is damaged"):
            await ask(adapter, make_call("list"))


@pytest.mark.parametrize("name", ["with space.db", "100%25.db", "q#a.db", "\u00fcber.db"])
async def test_any_file_name_is_taken_as_it_is(file: Path, name: str) -> None:
    moved = await asyncio.to_thread(file.rename, file.with_name(name))
    async with opened(moved) as adapter:
        assert len((await ask(adapter, make_call("list")))[1]) == 2


@contextlib.contextmanager
def locked(file: Path) -> Any:
    """Another program that keeps everybody else out."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        yield other
        if other.in_transaction:
            other.execute("rollback")


@pytest.mark.parametrize(
    "call", [make_call("list"), make_call("open", body={"reference": "CLM-3"})], ids=["read", "write"]
)
async def test_a_database_that_stays_locked_is_full(file: Path, call: Call) -> None:
    async with opened(file) as adapter:
        with locked(file), pytest.raises(SiloFull, match="every connection is busy or the database is locked"):
            await ask(adapter, call, seconds=0.2)
        assert (await ask(adapter, call))[0] < 300


@pytest.mark.parametrize(
    "call", [make_call("list"), make_call("open", body={"reference": "CLM-3"})], ids=["read", "write"]
)
async def test_a_lock_that_goes_in_time_is_waited_for(file: Path, call: Call) -> None:
    async with opened(file) as adapter:
        with locked(file) as other:
            waiting = asyncio.gather(ask(adapter, call))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            other.execute("rollback")
            assert (await waiting)[0][0] < 300
    assert len(rows(file, "select 1 from claim where reference = 'CLM-3'")) == (call.operation == "open")


async def test_a_reader_elsewhere_only_delays_a_commit(file: Path) -> None:
    async with opened(file) as adapter:
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("begin")
            reader.execute("select * from claim").fetchall()
            waiting = asyncio.gather(ask(adapter, make_call("open", body={"reference": "CLM-3"})))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            reader.execute("rollback")
        assert (await waiting)[0][0] == 201
    assert len(rows(file, "select 1 from claim where reference = 'CLM-3'")) == 1


async def test_a_commit_that_stays_locked_out_is_late_and_undone(file: Path) -> None:
    async with opened(file) as adapter:
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("begin")
            reader.execute("select * from claim").fetchall()
            with pytest.raises(SiloLate):
                await ask(adapter, make_call("open", body={"reference": "CLM-3"}), seconds=0.3)
        assert (await ask(adapter, make_call("open", body={"reference": "CLM-3"})))[0] == 201


async def test_fifty_writes_at_once_are_each_done_once(file: Path) -> None:
    async with opened(file) as adapter:
        calls = [make_call("open", body={"reference": f"W-{number}"}) for number in range(50)]
        answers = await asyncio.gather(*(ask(adapter, call) for call in calls))
    assert {status for status, _ in answers} == {201}
    assert rows(file, "select count(*) from claim where reference like 'W-%'") == [(50,)]


async def test_a_late_write_is_undone_and_the_next_one_done(file: Path) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloLate, match="endless-write: the database did not answer in time"):
            await ask(adapter, make_call("endless-write"), seconds=0.2)
        assert (await ask(adapter, make_call("open", body={"reference": "CLM-3"})))[0] == 201
    assert rows(file, "select count(*) from claim where reference like 'E%'") == [(0,)]


async def test_a_cancelled_write_is_undone_and_the_next_one_done(file: Path) -> None:
    async with opened(file) as adapter:
        writing = asyncio.gather(ask(adapter, make_call("endless-write")))
        await asyncio.sleep(0.1)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert (await ask(adapter, make_call("open", body={"reference": "CLM-3"})))[0] == 201
    assert rows(file, "select count(*) from claim where reference like 'E%'") == [(0,)]


async def test_a_call_cancelled_at_any_moment_leaves_the_silo_whole(file: Path) -> None:
    async with opened(file, connections=1) as adapter:
        for steps in range(12):
            calls = asyncio.gather(ask(adapter, make_call("list")), ask(adapter, make_call("endless")))
            for _ in range(steps):
                await asyncio.sleep(0)
            calls.cancel()
            with pytest.raises(asyncio.CancelledError):
                await calls
        assert len((await ask(adapter, make_call("list")))[1]) == 2


async def test_no_more_connections_are_opened_than_the_settings_allow(file: Path) -> None:
    before = worker_threads()
    async with opened(file, connections=2) as adapter:
        slow = asyncio.gather(*(ask(adapter, make_call("endless"), 0.3) for _ in range(8)), return_exceptions=True)
        await asyncio.sleep(0.1)
        assert worker_threads() - before == 2
        assert {type(each) for each in await slow} == {SiloLate, SiloFull}


async def test_it_can_be_closed_twice_and_without_a_call(file: Path) -> None:
    async with opened(file) as adapter:
        await adapter.close()
        with pytest.raises(SiloUnreachable, match="the database is being closed"):
            await ask(adapter, make_call("list"))
        await adapter.close()


def mistakes(parameters: frozenset[str] = frozenset(), **written: object) -> tuple[tuple[str, str], ...]:
    return ADAPTER.mistakes(SqlOperation.model_validate(written), parameters)


def test_good_operations_have_no_mistakes() -> None:
    for name, written in OPERATIONS.items():
        if name != "sly":
            assert mistakes(frozenset({"reference"}), **written) == ()


def test_every_mistake_between_the_keys_of_an_operation_is_told() -> None:
    assert mistakes(query="select :a, :b", arguments={"a": "V", "c": "V"}) == (
        ("query", ":b has no value; give it in arguments"),
        ("arguments.c", "the query does not use it; write :c there or take it out"),
    )
    assert mistakes(query="delete from claim") == (("query", "this delete changes the database; add writes: true"),)
    assert mistakes(query="select 1", writes=True) == (("writes", "this select changes nothing; take writes out"),)
    assert mistakes(query="delete from claim", writes=True, rows="one") == (
        ("rows", "this delete returns no row; add returning COLUMN to the query"),
    )
    assert mistakes(query="select :a", arguments={"a": "{path.a}"})[0][0] == "arguments.a"


def findings(file: Path, **written: object) -> tuple[Finding, ...]:
    operation = SqlOperation.model_validate(written)
    return ADAPTER.examine(SqlSettings(url=f"sqlite:///{file.name}"), {"get": operation}, file.parent)


def test_a_query_that_sqlite_cannot_read_is_told_before_anybody_calls(file: Path) -> None:
    text = 'SQLite cannot read this (near "from": syntax error); try it in a database\'s shell'
    assert findings(file, query="select from claim") == (Finding("operations.get.query", text),)


@pytest.mark.parametrize(
    "query",
    [
        "select * from claim",
        "select max(weight) as most from claim",
        "update claim set weight = 1",
        "insert into claim (reference) values (1)",
    ],
)
def test_money_in_a_column_of_floats_is_warned_of(file: Path, query: str) -> None:
    (finding,) = findings(file, query=query)
    assert (finding.key, finding.warns) == ("operations.get.query", True)
    assert finding.text.startswith("claim.weight keeps fractions as binary floats")


def test_other_columns_and_files_that_are_not_there_are_not_warned_of(file: Path) -> None:
    assert findings(file, query="select amount, opened, count(*) as n from claim") == ()
    assert findings(file.with_name("none.sqlite"), query="select weight from claim") == ()
    assert findings(file, query="select weight from nowhere") == ()


def test_it_says_which_operations_write() -> None:
    assert ADAPTER.writes(SqlOperation.model_validate(OPERATIONS["open"]))
    assert not ADAPTER.writes(SqlOperation.model_validate(OPERATIONS["get"]))


async def test_reads_cannot_write_and_neither_makes_a_file(file: Path) -> None:
    async with opened(file) as adapter:
        database = adapter._database
        assert database._readers._connect()._uri.endswith("?mode=ro")
        assert database._writer._connect()._uri.endswith("?mode=rw")
