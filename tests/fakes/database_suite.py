"""What holds of the sql kind over every database: a suite that SQLite's tests and PostgreSQL's share.

`claim` has two rows, `CLM-1` with every column and `CLM-2` that is `closed` and has no others; `pages` is below 100.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sql import ADAPTER
from adapters.sql.settings import SqlOperation, SqlSettings
from facade.port import Adapter, Call, SiloFull, SiloLate, SiloNonsense, SiloSaysNo, SiloUnreachable
from facade.testing import AdapterContract, RecordingSpawn, fake_services, make_call

LINES = "with recursive n (x) as (select 1 union all select x + 1 from n where x < :lines)"

OPERATIONS: Mapping[str, Mapping[str, Any]] = {
    "get": {
        "query": "select * from claim where reference = :reference -- the caller's",
        "arguments": {"reference": "{path.reference}"},
        "rows": "one",
    },
    "list": {"query": "select reference from claim order by reference"},
    "page": {
        "query": "select reference from claim order by reference limit :size offset (:page - 1) * :size;",
        "arguments": {"size": "{query.size:int=1}", "page": "{query.page:int=1}"},
    },
    "find": {
        "query": "select reference from claim where cast(:since as date) is null or opened >= :since",
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
    "either": {"query": "select reference from claim", "rows": "one"},
    "lines": {"query": f"{LINES} select x from n", "arguments": {"lines": "{query.lines:int}"}},
    "no-table": {"query": "select hunter2 from nowhere"},
}
"""Beside these a database has `wide` (`lines` rows of a million bytes), and `slow` and `slow-write` without end."""


def path(reference: str, operation: str = "get") -> Call:
    return make_call(operation, path={"reference": reference})


def new(**body: object) -> Call:
    return make_call("open", method="POST", body=body)


@contextlib.asynccontextmanager
async def opened(
    url: str,
    folder: Path,
    operations: Mapping[str, Mapping[str, Any]],
    *,
    connections: int = 4,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[Adapter]:
    """The kind, opened; nothing it started is left behind."""
    spawn = RecordingSpawn()
    written = {name: SqlOperation.model_validate(each) for name, each in operations.items()}
    services = fake_services(folder, clock=clock, spawn=spawn)
    adapter = await ADAPTER.open(SqlSettings(url=url, connections=connections), written, services)
    try:
        yield adapter
    finally:
        await adapter.close()
        await spawn.finished()


async def ask(adapter: Adapter, call: Call, seconds: float = 30.0) -> tuple[int, Any]:
    """The status and the document of an answer; its fractions are Decimals."""
    answer = await adapter.call(replace(call, deadline=asyncio.get_running_loop().time() + seconds))
    return (answer.status, json.loads(answer.body, parse_float=Decimal) if answer.body else None)


class DatabaseSuite:
    """A database's test gives what stands down to `settled`, and sets `url` and `folder` in a fixture."""

    OPERATIONS: ClassVar[Mapping[str, Mapping[str, Any]]]
    FIRST: ClassVar[Mapping[str, object]]
    """The row `CLM-1` as it is answered."""

    url: str
    folder: Path

    def rows(self, query: str) -> Awaitable[Sequence[Sequence[object]]]:
        """What another program finds in the database."""
        raise NotImplementedError

    def connected(self) -> Awaitable[int]:
        """How many connections the kind has open."""
        raise NotImplementedError

    def running(self, count: int) -> Awaitable[None]:
        """Wait until so many of the slow statements run."""
        raise NotImplementedError

    def opened(self, **more: Any) -> contextlib.AbstractAsyncContextManager[Adapter]:
        return opened(self.url, self.folder, self.OPERATIONS, **more)

    async def test_one_row_is_an_object_with_every_value_as_it_is_stored(self) -> None:
        async with self.opened() as adapter:
            assert await ask(adapter, path("CLM-1")) == (200, self.FIRST)

    async def test_an_answer_says_that_it_is_json(self) -> None:
        async with self.opened() as adapter:
            answer = await adapter.call(make_call("list", deadline=asyncio.get_running_loop().time() + 30))
            assert answer.headers == (("content-type", "application/json"),)

    async def test_one_row_that_is_not_there_is_not_found(self) -> None:
        async with self.opened() as adapter:
            with pytest.raises(SiloSaysNo, match="get: nothing found") as no:
                await ask(adapter, path("CLM-9"))
            assert no.value.status == 404

    async def test_one_row_where_there_are_more_is_nonsense(self) -> None:
        async with self.opened() as adapter:
            with pytest.raises(SiloNonsense, match=r"more than 1 row$"):
                await ask(adapter, make_call("either"))

    async def test_many_rows_are_a_list_and_none_an_empty_one_and_come_in_pages(self) -> None:
        async with self.opened() as adapter:
            assert await ask(adapter, make_call("list")) == (200, [{"reference": "CLM-1"}, {"reference": "CLM-2"}])
            assert await ask(adapter, make_call("find", query={"since": "2030-01-01"})) == (200, [])
            assert await ask(adapter, make_call("page", query={"page": "2"})) == (200, [{"reference": "CLM-2"}])
            assert await ask(adapter, make_call("page", query={"page": "3"})) == (200, [])

    async def test_an_argument_left_out_is_null(self) -> None:
        async with self.opened() as adapter:
            assert len((await ask(adapter, make_call("find")))[1]) == 2
            found = await ask(adapter, make_call("find", query={"since": "2027-03-31"}))
            assert found == (200, [{"reference": "CLM-1"}])

    async def test_a_write_without_rows_and_with_204_leaves_without_a_body(self) -> None:
        async with self.opened() as adapter:
            assert await ask(adapter, path("CLM-1", "close")) == (204, None)
        assert [tuple(row) for row in await self.rows("select status from claim where reference = 'CLM-1'")] == [
            ("closed",)
        ]

    @pytest.mark.parametrize(
        ("body", "status"), [({"reference": "CLM-1"}, 409), ({"reference": "CLM-3", "pages": 100}, 422)]
    )
    async def test_what_the_database_does_not_take_is_its_own_no(self, body: dict[str, object], status: int) -> None:
        async with self.opened(connections=1) as adapter:
            for _ in range(3):
                with pytest.raises(SiloSaysNo) as no:
                    await ask(adapter, new(**body))
                assert (no.value.status, "CLM" in no.value.detail, no.value.__suppress_context__) == (
                    status,
                    False,
                    True,
                )
            assert (await ask(adapter, new(reference="CLM-4")))[0] == 201

    async def test_a_write_whose_answer_is_not_usable_is_undone(self) -> None:
        async with self.opened(connections=1) as adapter:
            with pytest.raises(SiloNonsense, match="more than 1 row"):
                await ask(adapter, make_call("close-all", method="POST"))
            assert (await ask(adapter, path("CLM-1")))[1]["status"] == "open"

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
        max_examples=20,
        deadline=None,
    )
    @given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
    async def test_whatever_text_a_caller_sends_stays_a_value(self, value: str) -> None:
        hostile = f"X'; delete from claim; -- \" {value} :since $1 %_"
        async with self.opened() as adapter:
            with contextlib.suppress(SiloSaysNo):  # an example may be tried again
                await ask(adapter, new(reference=hostile))
            assert (await ask(adapter, path(hostile)))[1]["reference"] == hostile
        assert len(await self.rows("select 1 from claim where reference like 'CLM-%'")) == 2

    async def test_the_largest_answers_are_given_and_larger_ones_refused(self) -> None:
        async with self.opened() as adapter:
            _, answer = await ask(adapter, make_call("lines", query={"lines": "10000"}))
            assert [row["x"] for row in answer] == list(range(1, 10_001))
            for lines in ("10001", "100000"):
                with pytest.raises(SiloNonsense, match="lines: no usable answer: more than 10000 rows"):
                    await ask(adapter, make_call("lines", query={"lines": lines}))
            assert len((await ask(adapter, make_call("wide", query={"lines": "8"})))[1]) == 8
            with pytest.raises(SiloNonsense, match="wide: no usable answer: more than 8388608 bytes"):
                await ask(adapter, make_call("wide", query={"lines": "9"}))

    async def test_an_error_shows_nothing_of_query_or_rows(self) -> None:
        async with self.opened() as adapter:
            with pytest.raises(SiloNonsense) as error:
                await ask(adapter, make_call("no-table"))
        assert ("hunter2" in str(error.value), error.value.__suppress_context__) == (False, True)

    @pytest.mark.parametrize("operation", ["slow", "slow-write"])
    async def test_a_late_and_a_cancelled_call_are_undone_and_the_next_one_done(self, operation: str) -> None:
        async with self.opened(connections=1) as adapter:
            with pytest.raises(SiloLate, match=f"{operation}: the database did not answer in time"):
                await ask(adapter, make_call(operation, method="POST"), 0.3)
            await self.running(0)
            waiting = asyncio.gather(ask(adapter, make_call(operation, method="POST")))
            await self.running(1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await self.running(0)
            assert (await ask(adapter, new(reference="CLM-3")))[0] == 201
        assert len(await self.rows("select 1 from claim")) == 3

    async def test_a_call_cancelled_at_any_moment_leaves_the_silo_whole(self) -> None:
        async with self.opened(connections=1) as adapter:
            for steps in range(12):
                calls = asyncio.gather(ask(adapter, make_call("list")), ask(adapter, make_call("slow")))
                for _ in range(steps):
                    await asyncio.sleep(0)
                calls.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await calls
            assert len((await ask(adapter, make_call("list")))[1]) == 2

    async def test_no_more_connections_are_opened_than_the_settings_allow(self) -> None:
        before = await self.connected()
        async with self.opened(connections=2) as adapter:
            waiting = asyncio.gather(*(ask(adapter, make_call("slow"), 1.0) for _ in range(6)), return_exceptions=True)
            await self.running(2)
            assert await self.connected() - before == 2
            assert {type(each) for each in await waiting} == {SiloLate, SiloFull}

    async def test_fifty_writes_at_once_are_each_done_once(self) -> None:
        async with self.opened() as adapter:
            answers = await asyncio.gather(*(ask(adapter, new(reference=f"W-{number}")) for number in range(50)))
        assert {status for status, _ in answers} == {201}
        assert len(await self.rows("select 1 from claim where reference like 'W-%'")) == 50

    async def test_it_can_be_closed_twice_and_without_a_call(self) -> None:
        async with self.opened() as adapter:
            await adapter.close()
            with pytest.raises(SiloUnreachable, match="the database is being closed"):
                await ask(adapter, make_call("list"))
            await adapter.close()


class DatabaseContract(AdapterContract):
    """The contract of every adapter, with the calls that are the same for every database.

    `claim` has the columns reference, nino, amount and scan, and two rows, of which `CLM-2` has a scan. Beside these
    operations a database has a slow one, `wait`, and answers `largest` with a number that is none.
    """

    kind = ADAPTER
    secrets = ("pa55word", "QQ123456C", "1250.75")
    OPERATIONS: ClassVar[Mapping[str, Mapping[str, object]]]

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {
            "get": {
                "query": "select * from claim where reference = :reference and :nino = nino",
                "arguments": {"reference": "{path.reference}", "nino": "{header.Nino}"},
                "rows": "one",
            },
            "page": {"query": "select reference from claim limit :size", "arguments": {"size": "{query.size:int}"}},
            "twice": {"query": "select nino, nino from claim"},
            **self.OPERATIONS,
        }

    def ordinary(self) -> Call:
        return make_call("get", path={"reference": "CLM-1"}, headers={"Nino": "QQ123456C"})

    def slow(self) -> Call:
        return make_call("wait", method="POST", body={"note": "QQ123456C"})

    def misfit(self) -> Call:
        return make_call("page", query={"size": "QQ123456C"})

    def nonsense(self) -> Sequence[Call]:
        scanned = make_call("get", path={"reference": "CLM-2"}, headers={"Nino": "QQ123456C"})
        return (scanned, make_call("twice"), make_call("largest"))

    def dying(self) -> Sequence[Call]:
        return (make_call("die"),)
