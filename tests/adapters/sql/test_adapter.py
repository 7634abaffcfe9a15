"""SQLite behind the sql kind: what every database keeps, and what is a file's: locks, damage, another in its place."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import database_suite
import pytest
from database_suite import LINES, DatabaseSuite, ask

from adapters.sql import ADAPTER
from adapters.sql.settings import SqlOperation, SqlSettings
from adapters.sql.sqlite.database import MAX_AGE
from facade.port import Adapter, BadArgument, Call, Finding, SiloFull, SiloLate, SiloNonsense, SiloUnreachable
from facade.testing import FakeClock, fake_files, make_call

SCHEMA = """
create table claim (reference text primary key, status text not null default 'received', amount text, pages integer,
                    opened text, urgent integer, weight real, check (pages < 100));
insert into claim values ('CLM-1', 'open', '12.50', 3, '2027-03-31', 1, 0.1);
insert into claim (reference, status) values ('CLM-2', 'closed');
"""
ENDLESS = "with recursive n (x) as (select 1 union all select x + 1 from n)"

OPERATIONS: dict[str, dict[str, Any]] = {
    **database_suite.OPERATIONS,
    "wide": {
        "query": f"{LINES} select printf('%.*c', 1000000, 'x') as w from n",
        "arguments": {"lines": "{query.lines:int}"},
    },
    "slow": {"query": f"{ENDLESS} select max(x) as x from n"},
    "slow-write": {"query": f"{ENDLESS} insert into claim (reference) select 'E' || x from n", "writes": True},
    "scan": {"query": "insert into claim (reference) values ('scanned') returning x'00' as scan", "writes": True},
    "widest": {"query": "select length(zeroblob(9000000)) as length"},
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


def opened(file: Path, *, clock: Callable[[], float] | None = None) -> AbstractAsyncContextManager[Adapter]:
    return database_suite.opened(f"sqlite:///{file.name}", file.parent, OPERATIONS, clock=clock)


def rows(file: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


class TestSqlite(DatabaseSuite):
    OPERATIONS = OPERATIONS
    FIRST: ClassVar[dict[str, object]] = {
        "reference": "CLM-1",
        "status": "open",
        "amount": "12.50",
        "pages": 3,
        "opened": "2027-03-31",
        "urgent": 1,
        "weight": Decimal("0.1"),
    }

    @pytest.fixture(autouse=True)
    def _file(self, file: Path) -> None:
        self.file, self.url, self.folder = file, f"sqlite:///{file.name}", file.parent

    async def rows(self, query: str) -> list[Any]:
        return rows(self.file, query)

    async def connected(self) -> int:
        return sum("_connection_worker_thread" in each.name for each in threading.enumerate())

    async def running(self, count: int) -> None:
        """A file does not say what runs on it: give it a moment."""
        await asyncio.sleep(0.1)


async def test_an_answer_that_cannot_be_said_undoes_the_write(file: Path) -> None:
    before = rows(file, "select * from claim")
    async with opened(file) as adapter:
        with pytest.raises(SiloNonsense):
            await ask(adapter, make_call("scan", method="POST"))
        with pytest.raises(SiloNonsense, match="widest: no usable answer: a value is too long"):
            await ask(adapter, make_call("widest"))
        with pytest.raises(SiloNonsense) as nonsense:
            await ask(adapter, make_call("no-text"))
    assert "hunter2" not in nonsense.value.detail
    assert nonsense.value.__suppress_context__
    assert rows(file, "select * from claim") == before


async def test_what_is_written_is_stored_exactly_and_returned_with_its_status(file: Path) -> None:
    body = b'{"reference": "CLM-3", "amount": 0.10, "pages": 7, "opened": "2027-01-31", "urgent": true}'
    async with opened(file) as adapter:
        status, answer = await ask(adapter, make_call("open", method="POST", body=body))
    assert status == 201
    assert answer == {"reference": "CLM-3", "amount": "0.10", "pages": 7, "opened": "2027-01-31", "urgent": 1}
    stored = rows(file, "select amount, typeof(amount), pages, opened, urgent from claim where reference = 'CLM-3'")
    assert stored == [("0.10", "text", 7, "2027-01-31", 1)]


@pytest.mark.parametrize("pages", [2**63, -(2**63) - 1, 10**39])
async def test_a_whole_number_beyond_the_databases_is_the_callers_mistake(file: Path, pages: int) -> None:
    async with opened(file) as adapter:
        with pytest.raises(BadArgument, match=r"^\{body.pages\}: must be a whole number of at most 63 bits$"):
            await ask(adapter, make_call("open", method="POST", body={"reference": "CLM-3", "pages": pages}))


async def test_an_operation_that_does_not_say_that_it_writes_cannot(file: Path) -> None:
    async with opened(file) as adapter:
        with pytest.raises(SiloUnreachable, match="sly: the database cannot be changed"):
            await ask(adapter, make_call("sly"))
    assert rows(file, "select 1 from claim where reference = 'sly'") == []


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
    settings, folder = SqlSettings(url=f"sqlite:///{file.name}"), file.parent
    return ADAPTER.examine(settings, {"get": operation}, folder, fake_files(folder))


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


def test_a_certificate_that_is_not_there_is_warned_of_by_its_option(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.pem", tmp_path / "gone.pem"
    there.write_text("")
    url = f"postgresql://user:hunter2@db/claims?sslmode=verify-ca&sslrootcert={there}&sslcert={gone}"
    (finding,) = ADAPTER.examine(SqlSettings(url=url), {}, tmp_path, fake_files(tmp_path))
    assert (finding.key, finding.warns) == ("settings.url", True)
    assert finding.text.startswith("the file of sslcert is not there or may not be read")


def test_it_says_which_operations_write() -> None:
    assert ADAPTER.writes(SqlOperation.model_validate(OPERATIONS["open"]))
    assert not ADAPTER.writes(SqlOperation.model_validate(OPERATIONS["get"]))


async def test_reads_cannot_write_and_neither_makes_a_file(file: Path) -> None:
    async with opened(file) as adapter:
        database = adapter._database
        assert database._readers._connect()._uri.endswith("?mode=ro")
        assert database._writer._connect()._uri.endswith("?mode=rw")
