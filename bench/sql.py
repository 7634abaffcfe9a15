"""What a look-up in a database costs: the sql kind beside the bare driver, on one connection to a real PostgreSQL.

Usage: `PYTHONPATH=tests/scenarios:tests/real python -m bench.sql`; half a minute of two cores, and PostgreSQL's server
programs. The page is `bench/sql.md`. Both sides ask the same statement for the same row, by its key. The driver's side
ends with its own record in hand; ours with the platform's JSON, after the arguments' types, a deadline that the server
is told too, a connection lent and taken back, and a bound on the rows. What the server does is not counted.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Final

import aiosqlite
import asyncpg
import uvloop

from adapters.sql import ADAPTER
from adapters.sql.settings import SqlOperation, SqlSettings
from bench.database import postgres
from bench.figures import Batch, Figure, options, publish, ratios, spread, turns
from facade.port import Adapter
from facade.testing import fake_services, make_call

LIMIT: Final = 1.5
"""Ours by the driver's, at most."""

TIMEOUT: Final = 10.0
"""Seconds that the driver's pool gives a statement, as a service has to."""

CALLS: Final = 1000

COLUMNS: Final = "reference, status, amount, pages, opened"
ROW: Final = "('CLM-1', 'open', 1250.75, 3, '2027-03-31')"
OPERATION: Final = {
    "query": f"select {COLUMNS} from claim where reference = :reference",
    "arguments": {"reference": "{path.reference}"},
    "rows": "one",
}

Ask = Callable[[], Awaitable[object]]


def asked(runner: asyncio.Runner, ask: Ask) -> Batch:
    """Batches of calls, one after the other; the CPU of all of this process's threads."""

    async def calls() -> float:
        begun = time.process_time()
        for _ in range(CALLS):
            await ask()
        return (time.process_time() - begun) / CALLS * 1e6

    return lambda: runner.run(calls())


async def opened(url: str, folder: Path) -> Adapter:
    settings = SqlSettings.model_validate({"url": url, "connections": 1})
    return await ADAPTER.open(settings, {"get": SqlOperation.model_validate(OPERATION)}, fake_services(folder))


def ours(adapter: Adapter, clock: Callable[[], float]) -> Ask:
    call = make_call("get", path={"reference": "CLM-1"}, deadline=clock() + 3600)
    return lambda: adapter.call(call)


def compared(
    name: str, runner: asyncio.Runner, adapter: Adapter, drivers: Mapping[str, Ask], rounds: int
) -> Iterator[Figure]:
    clock = runner.get_loop().time
    batches = {each: asked(runner, ask) for each, ask in drivers.items()}
    taken = turns({"ours": asked(runner, ours(adapter, clock)), **batches}, rounds)
    yield Figure(f"{name}: a row by its key, here, us", spread(taken["ours"]))
    for each in drivers:
        ratio = ratios(taken["ours"], taken[each])
        yield Figure(f"the same by {each}, us", spread(taken[each]))
        yield Figure("ours by that", spread(ratio, 2), f"at most {LIMIT}", median(ratio) <= LIMIT)


def of_postgres(runner: asyncio.Runner, rounds: int) -> list[Figure]:
    with postgres() as running:
        if running is None:
            return [Figure("PostgreSQL: a row by its key", "not installed", f"at most {LIMIT}")]
        connection = runner.run(asyncpg.connect(running.url))
        table = "claim (reference text primary key, status text, amount numeric, pages integer, opened date)"
        runner.run(connection.execute(f"create table {table}; insert into claim values {ROW}"))
        adapter = runner.run(opened(running.url, running.folder))
        query = f"select {COLUMNS} from claim where reference = $1"
        pool = runner.run(_pool(running.url))
        drivers = {
            "asyncpg, a bare connection": lambda: connection.fetchrow(query, "CLM-1"),
            "asyncpg's own pool, with a time limit": lambda: pool.fetchrow(query, "CLM-1", timeout=TIMEOUT),
        }
        figures = list(compared("PostgreSQL", runner, adapter, drivers, rounds))
        runner.run(pool.close())
        runner.run(adapter.close())
        runner.run(connection.close())
    return figures


def of_sqlite(runner: asyncio.Runner, folder: Path, rounds: int) -> list[Figure]:
    path = folder / "claims.sqlite"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("create table claim (reference text primary key, status text, amount text, pages, opened text)")
        made.execute(f"insert into claim values {ROW}")
    connection = runner.run(_connected(path))
    adapter = runner.run(opened("sqlite:///claims.sqlite", folder))

    async def driver() -> object:
        async with connection.execute(f"select {COLUMNS} from claim where reference = ?", ("CLM-1",)) as cursor:
            return await cursor.fetchone()

    figures = list(compared("SQLite", runner, adapter, {"aiosqlite, a bare connection": driver}, rounds))
    runner.run(adapter.close())
    runner.run(connection.close())
    return figures


async def _pool(url: str) -> asyncpg.Pool:
    return await asyncpg.create_pool(url, min_size=1, max_size=1)


async def _connected(path: Path) -> aiosqlite.Connection:
    return await aiosqlite.connect(path)


def main(arguments: Sequence[str]) -> int:
    asked_for = options("sql", __doc__, "sql.md", arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        figures = of_postgres(runner, asked_for.rounds)
        figures += of_sqlite(runner, Path(folder), asked_for.rounds)
    notes = (
        f"{asked_for.rounds} rounds of {CALLS:,} calls, in turns, one at a time on one connection",
        "CPU of this process's threads, not the server's: median, least, most; SQLite is in this process for both",
        "A bare connection has no limit of time, serves one call at a time, and gives a record and no JSON",
    )
    return publish(asked_for, "sql", "What a look-up in a database costs", notes, figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
