"""The sql kind on a real PostgreSQL: exact, read-only unless it says otherwise, whole whatever the server does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any, ClassVar

import asyncpg
import database_suite
import pytest
from database_suite import DatabaseSuite, ask, new, path

from facade.port import Adapter, BadArgument, Call, SiloFull, SiloLate, SiloNonsense, SiloSaysNo, SiloUnreachable
from facade.testing import make_call
from services.postgres import PASSWORD, PostgresServer

SCHEMA = """
drop table if exists claim;
create table claim (reference text primary key, status text not null default 'received', amount numeric(20, 4),
                    pages integer check (pages < 100), opened date, urgent boolean, weight real, details jsonb,
                    "TitleNo" text, id uuid, tags text[], at timestamptz, home inet);
insert into claim values ('CLM-1', 'open', 12.50, 3, '2027-03-31', true, 0.1, '{"a": 1.10}', 'T1',
                          '7c0bc7b4-0b1d-4a2d-9a56-9a41ad2b9d28', '{a,b}', '2027-03-31T09:30:00Z', '192.0.2.1');
insert into claim (reference, status) values ('CLM-2', 'closed');
create sequence if not exists sly;
"""

OPERATIONS: dict[str, dict[str, Any]] = {
    **database_suite.OPERATIONS,
    "shaped": {
        "query": "select * from claim order by reference",
        "answer": {"title": "title_no", "half": "details.a", "first": "tags[0]"},
    },
    "sorted": {
        "query": "select reference from claim order by case :by when 'status' then status else reference end",
        "arguments": {"by": "{query.by=reference}"},
    },
    "wide": {
        "query": "select repeat('x', 1000000) as w from generate_series(1, :lines)",
        "arguments": {"lines": "{query.lines:int}"},
    },
    "slow": {"query": "select pg_sleep(7200)", "rows": "one"},
    "slow-write": {"query": "insert into claim (reference) select 'S' from pg_sleep(7200)", "writes": True},
    "sly": {"query": "select setval('sly', 1)"},
    "untyped": {
        "query": "select reference from claim where pages = :pages",
        "arguments": {"pages": "{query.pages}"},
    },
    "zero": {"query": "select 1 / (:n - 1) as hunter2", "arguments": {"n": "{query.n:int}"}},
    "lift": {"query": "select set_config('default_transaction_read_only', 'off', false) as lifted", "rows": "one"},
    "timeout": {"query": "select current_setting('statement_timeout') as timeout", "rows": "one"},
}


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(SCHEMA)
    yield connection
    if not connection.is_closed():
        await connection.close()


def opened(server: PostgresServer, **more: Any) -> AbstractAsyncContextManager[Adapter]:
    return database_suite.opened(server.url, server.folder, OPERATIONS, **more)


async def until(database: asyncpg.Connection, words: str, count: int) -> None:
    """Wait until the server runs so many statements with these words."""
    query = "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like $1"
    for _ in range(500):
        if await database.fetchval(query, f"%{words}%") == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {count} that run {words}")


class TestPostgres(DatabaseSuite):
    OPERATIONS = OPERATIONS
    FIRST: ClassVar[dict[str, object]] = {
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

    @pytest.fixture(autouse=True)
    def _server(self, postgres: PostgresServer, database: asyncpg.Connection) -> None:
        self.url, self.folder, self.database = postgres.url, postgres.folder, database

    async def rows(self, query: str) -> list[asyncpg.Record]:
        return await self.database.fetch(query)

    async def connected(self) -> int:
        ours = "select count(*) from pg_stat_activity where application_name = 'strangler-facade'"
        return await self.database.fetchval(ours)

    async def running(self, count: int) -> None:
        await until(self.database, "pg_sleep", count)


async def test_a_numeric_keeps_all_its_digits(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    async with opened(postgres) as adapter:
        assert str((await ask(adapter, path("CLM-1")))[1]["amount"]) == "12.5000"


async def test_an_answer_is_shaped_row_by_row(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    async with opened(postgres) as adapter:
        _, answer = await ask(adapter, make_call("shaped"))
    assert answer == [
        {"title": "T1", "half": Decimal("1.10"), "first": "a"},
        {"title": None, "half": None, "first": None},
    ]


async def test_a_number_too_large_for_its_column_and_a_query_that_fails_are_the_silos_no(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres) as adapter:
        for call in (new(reference="CLM-3", amount=10**20), make_call("zero", query={"n": "1"})):
            with pytest.raises(SiloSaysNo) as no:
                await ask(adapter, call)
            assert (no.value.status, "hunter2" in str(no.value)) == (422, False)


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


async def test_an_operation_that_does_not_say_that_it_writes_cannot(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres) as adapter:
        with pytest.raises(SiloNonsense, match="the query changes the database, and the operation does not say so"):
            await ask(adapter, make_call("sly"))


async def test_a_query_that_lifts_the_guard_lifts_it_for_no_other_call(
    postgres: PostgresServer, database: asyncpg.Connection
) -> None:
    async with opened(postgres, connections=1) as adapter:
        assert (await ask(adapter, make_call("lift")))[0] == 200
        with pytest.raises(SiloNonsense, match="the query changes the database, and the operation does not say so"):
            await ask(adapter, make_call("sly"))


async def test_the_deadline_is_told_to_the_server(postgres: PostgresServer, database: asyncpg.Connection) -> None:
    async with opened(postgres) as adapter:
        assert await ask(adapter, make_call("timeout"), 4.9) == (200, {"timeout": "5s"})
        assert await ask(adapter, make_call("timeout"), 900) == (200, {"timeout": "1h"})


async def test_a_server_that_is_stopped_in_mid_call_is_met_again_when_it_is_back(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(SCHEMA)
    async with opened(postgres) as adapter:
        assert (await ask(adapter, path("CLM-1")))[0] == 200
        calls = asyncio.gather(
            ask(adapter, make_call("slow")), ask(adapter, make_call("slow-write")), return_exceptions=True
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
        async with database_suite.opened(url, postgres.folder, OPERATIONS) as adapter:
            with pytest.raises(SiloUnreachable, match=words) as refused:
                await ask(adapter, make_call("slow"))
            assert "hunter2" not in str(refused.value)
