"""The sql kind on a real PostgreSQL: exact, read-only unless it says otherwise, whole whatever the server does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sql import ADAPTER
from adapters.sql.settings import SqlOperation, SqlSettings
from facade.port import Adapter, BadArgument, Call, SiloFull, SiloLate, SiloNonsense, SiloSaysNo, SiloUnreachable
from facade.testing import RecordingSpawn, fake_services, make_call
from services.postgres import PASSWORD, PostgresServer

SCHEMA = """
drop table if exists claim;
create table claim (reference text primary key, status text not null default 'received', amount numeric(20, 4),
                    pages integer check (pages < 100), opened date, urgent boolean, weight real, details jsonb,
                    "TitleNo" text, id uuid, tags text[], at timestamptz, home inet);
insert into claim values ('CLM-1', 'open', 12.50, 3, '2027-03-31', true, 0.1, '{"a": 1.10}', 'T1',
                          '7c0bc7b4-0b1d-4a2d-9a56-9a41ad2b9d28', '{a,b}', '2027-03-31T09:30:00Z', '192.0.2.1');
insert into claim (reference, status) values ('CLM-2', 'closed');
"""

OPERATIONS: dict[str, dict[str, Any]] = {
    "get": {
        "query": "select * from claim where reference = :reference -- the caller's",
        "arguments": {"reference": "{path.reference}"},
        "rows": "one",
    },
    "shaped": {
        "query": "select * from claim order by reference",
        "answer": {"title": "title_no", "half": "details.a", "first": "tags[0]"},
    },
    "page": {
        "query": "select reference from claim order by reference limit :size offset (:page - 1) * :size;",
        "arguments": {"size": "{query.size:int=1}", "page": "{query.page:int=1}"},
    },
    "find": {
        "query": "select reference from claim where cast(:since as date) is null or opened >= :since",
        "arguments": {"since": "{query.since:date=}"},
    },
    "sorted": {
        "query": "select reference from claim order by case :by when 'status' then status else reference end",
        "arguments": {"by": "{query.by=reference}"},
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
    "close-all": {"query": "update claim set status = 'done' returning reference", "writes": True, "rows": "one"},
    "slow-write": {"query": "insert into claim (reference) select 'S' from pg_sleep(7200)", "writes": True},
    "sly": {"query": "select setval('sly', 1)"},
    "lines": {"query": "select x from generate_series(1, :lines) as x", "arguments": {"lines": "{query.lines:int}"}},
    "wide": {"query": "select repeat('x', 1000000) as w from generate_series(1, 9)"},
    "either": {"query": "select reference from claim", "rows": "one"},
    "wait": {"query": "select pg_sleep(7200)", "rows": "one"},
    "untyped": {
        "query": "select reference from claim where pages = :pages",
        "arguments": {"pages": "{query.pages}"},
    },
    "no-table": {"query": "select hunter2 from nowhere"},
    "zero": {"query": "select 1 / (:n - 1) as n", "arguments": {"n": "{query.n:int}"}},
    "timeout": {"query": "select current_setting('statement_timeout') as timeout", "rows": "one"},
}


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(SCHEMA + "create sequence if not exists sly;")
    yield connection
    if not connection.is_closed():
        await connection.close()


@contextlib.asynccontextmanager
async def opened(server: PostgresServer, connections: int = 4) -> AsyncIterator[Adapter]:
    spawn = RecordingSpawn()
    operations = {name: SqlOperation.model_validate(written) for name, written in OPERATIONS.items()}
    written = SqlSettings(url=server.url, connections=connections)
    adapter = await ADAPTER.open(written, operations, fake_services(server.folder, spawn=spawn))
    try:
        yield adapter
    finally:
        await adapter.close()
        await spawn.finished()


async def ask(adapter: Adapter, call: Call, seconds: float = 30.0) -> Any:
    answer = await adapter.call(replace(call, deadline=asyncio.get_running_loop().time() + seconds))
    return (answer.status, json.loads(answer.body, parse_float=Decimal) if answer.body else None)


def path(reference: str) -> Call:
    return make_call("get", path={"reference": reference})


def new(**body: object) -> Call:
    return make_call("open", method="POST", body=body)


async def running(database: asyncpg.Connection, words: str) -> int:
    """How many statements with these words the server runs."""
    query = "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like $1"
    return await database.fetchval(query, f"%{words}%")


async def until(database: asyncpg.Connection, words: str, count: int) -> None:
    for _ in range(500):
        if await running(database, words) == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {count} that run {words}")


async def test_one_row_is_an_object_with_every_type_as_an_answer_has_it(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres) as adapter:
        status, answer = await ask(adapter, path("CLM-1"))
    assert status == 200
    assert answer == {
        "reference": "CLM-1",
        "status": "open",
        "amount": Decimal("12.5000"),
        "pages": 3,
        "opened": "2027-03-31",
        "urgent": True,
        "weight": Decimal("0.1"),
        "details": {"a": Decimal("1.10")},
        "title_no": "T1",
        "id": "7c0bc7b4-0b1d-4a2d-9a56-9a41ad2b9d28",
        "tags": ["a", "b"],
        "at": "2027-03-31T09:30:00+00:00",
        "home": "192.0.2.1",
    }
    assert str(answer["amount"]) == "12.5000"


async def test_an_answer_is_shaped_row_by_row(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    async with opened(postgres) as adapter:
        _, answer = await ask(adapter, make_call("shaped"))
    assert answer == [
        {"title": "T1", "half": Decimal("1.10"), "first": "a"},
        {"title": None, "half": None, "first": None},
    ]


async def test_rows_are_one_or_many_and_come_in_pages(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    async with opened(postgres) as adapter:
        assert await ask(adapter, make_call("page", query={"page": "2"})) == (200, [{"reference": "CLM-2"}])
        assert await ask(adapter, make_call("page", query={"page": "3"})) == (200, [])
        assert len((await ask(adapter, make_call("find")))[1]) == 2
        assert len((await ask(adapter, make_call("find", query={"since": "2027-03-31"})))[1]) == 1
        with pytest.raises(SiloSaysNo) as no:
            await ask(adapter, path("CLM-9"))
        assert no.value.status == 404
        with pytest.raises(SiloNonsense, match=r"more than 1 row$"):
            await ask(adapter, make_call("either"))


async def test_what_is_written_is_stored_exactly(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    body = (
        b'{"reference": "CLM-3", "amount": 1234567890123456.7891, "pages": 7, "opened": "2027-01-31", "urgent": true}'
    )
    async with opened(postgres) as adapter:
        status, answer = await ask(adapter, make_call("open", method="POST", body=body))
    assert (status, str(answer["amount"]), answer["opened"]) == (201, "1234567890123456.7891", "2027-01-31")
    assert (
        await database.fetchval("select amount::text from claim where reference = 'CLM-3'") == "1234567890123456.7891"
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reference": "CLM-1"}, 409),
        ({"reference": "CLM-3", "pages": 100}, 422),
        ({"reference": "CLM-3", "amount": 10**20}, 422),
    ],
)
async def test_what_the_database_does_not_take_is_its_own_no(
    postgres: PostgresServer, database: asyncpg.Connection, body: dict[str, object], status: int
) -> None:
    async with opened(postgres, connections=1) as adapter:
        for _ in range(3):
            with pytest.raises(SiloSaysNo) as no:
                await ask(adapter, new(**body))
            assert (no.value.status, "CLM" in no.value.detail, no.value.__suppress_context__) == (status, False, True)
        assert (await ask(adapter, new(reference="CLM-4")))[0] == 201


@pytest.mark.parametrize("call", [new(reference="CLM-3", pages=2**31), make_call("untyped", query={"pages": "1 or 1"})])
async def test_a_value_that_the_databases_type_does_not_take_is_the_callers_mistake(
    postgres: PostgresServer, database: asyncpg.Connection, call: Call
) -> None:
    async with opened(postgres) as adapter:
        with pytest.raises(BadArgument, match=r"^\{(body|query).pages\}: does not fit the database's type of :pages$"):
            await ask(adapter, call)


@pytest.mark.parametrize(
    "value", ["'; drop table claim; --", "$1", ":by", "1 or 1=1", "status, (select 1/0)", "\\'; --"]
)
async def test_what_a_caller_sends_is_never_part_of_a_query(
    postgres: PostgresServer, database: asyncpg.Connection, value: str
) -> None:
    async with opened(postgres) as adapter:
        assert await ask(adapter, make_call("sorted", query={"by": value})) == (
            200,
            [{"reference": "CLM-1"}, {"reference": "CLM-2"}],
        )
        assert (await ask(adapter, new(reference=value)))[1]["reference"] == value
        assert (await ask(adapter, path(value)))[1]["reference"] == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
async def test_whatever_text_a_caller_sends_stays_a_value(
    postgres: PostgresServer, database: asyncpg.Connection, value: str
) -> None:
    async with opened(postgres) as adapter:
        assert (await ask(adapter, new(reference=f"X{value}")))[1]["reference"] == f"X{value}"
    await database.execute("delete from claim where reference like 'X%'")


async def test_a_write_whose_answer_is_not_usable_is_undone(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres, connections=1) as adapter:
        with pytest.raises(SiloNonsense, match="more than 1 row"):
            await ask(adapter, make_call("close-all", method="POST"))
        assert (await ask(adapter, path("CLM-1")))[1]["status"] == "open"


async def test_an_operation_that_does_not_say_that_it_writes_cannot(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres) as adapter:
        with pytest.raises(SiloNonsense, match="the query changes the database, and the operation does not say so"):
            await ask(adapter, make_call("sly"))


async def test_the_largest_answers_are_given_and_larger_ones_refused(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres) as adapter:
        assert len((await ask(adapter, make_call("lines", query={"lines": "10000"})))[1]) == 10_000
        with pytest.raises(SiloNonsense, match="more than 10000 rows"):
            await ask(adapter, make_call("lines", query={"lines": "100000"}))
        with pytest.raises(SiloNonsense, match="more than 8388608 bytes"):
            await ask(adapter, make_call("wide"))


@pytest.mark.parametrize("call", [make_call("no-table"), make_call("zero", query={"n": "1"})])
async def test_an_error_shows_nothing_of_query_or_rows(
    postgres: PostgresServer, database: asyncpg.Connection, call: Call
) -> None:
    async with opened(postgres) as adapter:
        with pytest.raises((SiloNonsense, SiloSaysNo)) as error:
            await ask(adapter, call)
    assert ("hunter2" in str(error.value), error.value.__suppress_context__) == (False, True)


async def test_the_deadline_is_told_to_the_server(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    async with opened(postgres) as adapter:
        assert await ask(adapter, make_call("timeout"), 4.9) == (200, {"timeout": "5s"})
        assert await ask(adapter, make_call("timeout"), 900) == (200, {"timeout": "1h"})


@pytest.mark.parametrize("call", [make_call("wait"), make_call("slow-write", method="POST")], ids=["read", "write"])
async def test_a_late_and_a_cancelled_call_leave_nothing_running_on_the_server(
    postgres: PostgresServer, database: asyncpg.Connection, call: Call
) -> None:
    async with opened(postgres, connections=1) as adapter:
        with pytest.raises(SiloLate, match="did not answer in time"):
            await ask(adapter, call, 0.3)
        await until(database, "pg_sleep", 0)
        waiting = asyncio.gather(ask(adapter, call))
        await until(database, "pg_sleep", 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(database, "pg_sleep", 0)
        assert (await ask(adapter, path("CLM-1")))[0] == 200
    assert await database.fetchval("select count(*) from claim where reference = 'S'") == 0


async def test_no_more_connections_are_opened_than_the_settings_allow(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres, connections=2) as adapter:
        waiting = asyncio.gather(*(ask(adapter, make_call("wait"), 1.0) for _ in range(6)), return_exceptions=True)
        await until(database, "pg_sleep", 2)
        assert (
            await database.fetchval("select count(*) from pg_stat_activity where application_name = 'strangler-facade'")
            == 2
        )
        assert {type(each) for each in await waiting} == {SiloLate, SiloFull}


async def test_a_server_that_is_stopped_in_mid_call_is_met_again_when_it_is_back(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(SCHEMA)
    async with opened(postgres) as adapter:
        assert (await ask(adapter, path("CLM-1")))[0] == 200
        calls = asyncio.gather(
            ask(adapter, make_call("wait")), ask(adapter, make_call("slow-write")), return_exceptions=True
        )
        await until(connection, "pg_sleep", 2)
        await asyncio.to_thread(postgres.stop)
        try:
            ended = await calls
            assert [type(each) for each in ended] == [SiloUnreachable, SiloUnreachable], ended
            with pytest.raises(SiloUnreachable, match="get: the database cannot be reached") as gone:
                await ask(adapter, path("CLM-1"))
            assert PASSWORD not in str(gone.value)
        finally:
            await asyncio.to_thread(postgres.start)
        assert (await ask(adapter, path("CLM-1")))[0] == 200
    connection.terminate()


async def test_a_server_that_never_answers_keeps_nobody_beyond_the_deadline(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres, connections=2) as adapter:
        assert (await ask(adapter, path("CLM-1")))[0] == 200
        await asyncio.to_thread(postgres.freeze)
        try:
            calls = [path("CLM-1"), new(reference="CLM-3"), make_call("page")]
            ended = await asyncio.wait_for(
                asyncio.gather(*(ask(adapter, call, 0.3) for call in calls), return_exceptions=True), 10
            )
            assert all(isinstance(each, SiloLate | SiloFull) for each in ended), ended
        finally:
            await asyncio.to_thread(postgres.thaw)
        assert (await ask(adapter, path("CLM-1")))[0] == 200


async def test_a_wrong_password_and_a_wrong_database_are_told_apart_and_not_shown(postgres: PostgresServer) -> None:
    for url, words in (
        (postgres.url.replace(PASSWORD, "hunter2"), "does not take the sidecar's account"),
        (postgres.url.replace("/postgres", "/nowhere"), "the server has no such database"),
    ):
        services = fake_services(postgres.folder)
        operations = {"wait": SqlOperation.model_validate(OPERATIONS["wait"])}
        adapter = await ADAPTER.open(SqlSettings(url=url), operations, services)
        with pytest.raises(SiloUnreachable, match=words) as refused:
            await ask(adapter, make_call("wait"))
        assert "hunter2" not in str(refused.value)
        await adapter.close()
