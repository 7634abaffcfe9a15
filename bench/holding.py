"""How long one call of an adapter holds the event loop: at the longest, of the calls that take longest.

Usage: `PYTHONPATH=tests/scenarios:tests/real python -m bench.holding`; a minute of two cores, and PostgreSQL's server
programs. The page is `bench/holding.md`. Every kind is open as in a sidecar (uvloop, threads that hand over after half
a millisecond, nothing old for the collector to look through), and asked of a silo in another process. Beside the calls
a tick comes every millisecond. Two things are taken of the longest wait between two ticks: the CPU time of the event
loop's own thread, which is what the adapter does on it and is the figure that has a target; and the clock's time, in
which the machine's other work is, and the turns of the threads that large answers are read in.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg
import uvloop

from adapters.mainframe.adapter import THREAD_VALUES
from adapters.rest.adapter import THREAD_BYTES as REST_BYTES
from adapters.soap.adapter import THREAD_BYTES as SOAP_BYTES
from bench import soap
from bench.canned import canned
from bench.database import postgres
from bench.figures import Figure, options, publish, spread
from facade.formats import MAX_OBJECT_BYTES, JsonObject
from facade.formats.copybook import Record, read_copybook
from facade.formats.copybook.limits import MAX_VALUES
from facade.port import Adapter, Call
from facade.testing import fake_files, fake_services, make_call

LIMIT: Final = 5.0
"""Milliseconds for which no adapter may hold the event loop."""

SWITCH: Final = 0.0005
"""Seconds until a thread that computes hands over, as `facade.app` sets it."""

TICK: Final = 0.001
CALLS: Final = 5
"""Calls of one round."""

REST: Final = 0.02
"""Seconds between two calls, so that no step is of both."""


@dataclass(frozen=True)
class Case:
    """One kind, with what an operator writes of it, and a call."""

    what: str
    kind: str
    settings: Mapping[str, object]
    operation: Mapping[str, object]
    call: Call
    files: Mapping[str, str]


def mainframe(what: str, values: int) -> tuple[str, bytes]:
    """A copybook of so many values, and a record of it."""
    rows = values // 10
    fields = "\n".join(f"               10  FIELD-{number} PIC S9(7)V99 COMP-3." for number in range(10))
    text = f"       01  {what}.\n           05  ROW OCCURS {rows} TIMES.\n{fields}\n"
    record = Record(read_copybook("reply.cpy", text), "cp037")
    return text, record.encode({"row": [{f"field_{number}": number for number in range(10)}] * rows})


INQUIRY: Final = "       01  INQUIRY.\n           05  INQ-REG PIC X(8).\n"
OBJECTS: Final = b"[" + b",".join([b'{"a":1.5}'] * (REST_BYTES // 10 - 1)) + b"]"
"""The largest that is read on the event loop, of the values that take most."""

LARGE_OBJECTS: Final = (
    b"[" + b",".join([b'{"number":"DN100001","price":1250000.10,"on":"2020-02-29"}'] * 100_000) + b"]"
)
PRICES: Final = b'{"reference":"CLM-1","amounts":[' + b",".join([b"1.5"] * (MAX_OBJECT_BYTES // 4 - 20)) + b"]}"
"""The largest body of a caller's that is read, of the values that take most."""

SMALL_TITLE: Final = soap.reply((SOAP_BYTES - 400) // 60)
LARGE_TITLE: Final = soap.reply(16_000)
LONG_TITLE: Final = soap.reply(1, "x" * 3_000_000)
BOOKS: Final = {
    name: mainframe(name, values) for name, values in (("SMALL", THREAD_VALUES - 10), ("LARGE", MAX_VALUES))
}

REPLIES: Final = {
    "small record": ("", BOOKS["SMALL"][1]),
    "large record": ("", BOOKS["LARGE"][1]),
    "small title": ("text/xml; charset=utf-8", SMALL_TITLE),
    "large title": ("text/xml; charset=utf-8", LARGE_TITLE),
    "long title": ("text/xml; charset=utf-8", LONG_TITLE),
    "objects": ("application/json", OBJECTS),
    "large objects": ("application/json", LARGE_OBJECTS),
    "done": ("application/json", b'{"done":true}'),
}


def cases(ports: Mapping[str, int], database: str | None) -> list[Case]:
    return [
        *(_record(ports, name, BOOKS[name.split()[0].upper()]) for name in ("small record", "large record")),
        *(_title(ports, name) for name in ("small title", "large title", "long title")),
        *(_objects(ports, name) for name in ("objects", "large objects")),
        _sent(ports),
        *([] if database is None else [_rows("PostgreSQL", database)]),
        _rows("SQLite", "sqlite:///lines.sqlite"),
    ]


def _record(ports: Mapping[str, int], name: str, book: tuple[str, bytes]) -> Case:
    return Case(
        f"mainframe: a record of {len(book[1]):,} bytes",
        "mainframe",
        {"host": "127.0.0.1", "port": ports[name], "frame": "length4", "code_page": "cp037"},
        {"request": "inquiry.cpy", "reply": "reply.cpy", "arguments": {"INQ-REG": "{path.number}"}},
        make_call("it", path={"number": "DV10000"}),
        {"inquiry.cpy": INQUIRY, "reply.cpy": book[0]},
    )


def _title(ports: Mapping[str, int], name: str) -> Case:
    return Case(
        f"soap: a reply of {len(REPLIES[name][1]):,} bytes with {REPLIES[name][1].count(b'<'):,} tags",
        "soap",
        {"wsdl": "titles.wsdl", "endpoint": f"http://127.0.0.1:{ports[name]}/"},
        soap.OPERATION,
        soap.CALL,
        {"titles.wsdl": soap.WSDL},
    )


def _objects(ports: Mapping[str, int], name: str) -> Case:
    reply = REPLIES[name][1]
    call = {"call": "GET /titles"}
    what = f"rest: an answer of {len(reply):,} bytes with {reply.count(b'{'):,} objects"
    return Case(what, "rest", {"url": f"http://127.0.0.1:{ports[name]}"}, call, make_call("it"), {})


def _sent(ports: Mapping[str, int]) -> Case:
    operation = {"call": "POST /claims", "writes": True, "send": {"reference": "{body.reference}"}}
    call = make_call("it", method="POST", body=PRICES)
    what = f"rest: a caller's body of {len(PRICES):,} bytes"
    return Case(what, "rest", {"url": f"http://127.0.0.1:{ports['done']}"}, operation, call, {})


def _rows(name: str, url: str) -> Case:
    operation = {"query": "select * from line limit 10000"}
    return Case(f"sql: 10,000 rows of {name}", "sql", {"url": url}, operation, make_call("it"), {})


@asynccontextmanager
async def opened(case: Case) -> AsyncIterator[Adapter]:
    kind: Any = import_module(f"adapters.{case.kind}").ADAPTER
    settings = kind.settings.model_validate(case.settings)
    operations = {case.call.operation: kind.operation.model_validate(case.operation)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in case.files.items():
            (folder / file).write_text(text)
        with closing(sqlite3.connect(folder / "lines.sqlite")) as made, made:
            made.execute("create table line (number, reference, amount)")
            made.executemany("insert into line values (?, ?, ?)", [(n, f"CLM-{n}", "1250.75") for n in range(10_000)])
        files = fake_files(folder)
        assert kind.examine(settings, operations, folder, files) == ()
        adapter: Adapter = await kind.open(settings, operations, fake_services(folder, files=files))
        try:
            yield adapter
        finally:
            await adapter.close()


class Ticks:
    """Ticks of an event loop: the longest time from one to the next, of its own thread's CPU and of the clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.step = self.wait = 0.0
        self._loop = loop
        self._spent, self._at = time.thread_time(), time.perf_counter()
        self._next = loop.call_later(TICK, self._tick)

    def stop(self) -> None:
        self._next.cancel()

    def _tick(self) -> None:
        spent, at = time.thread_time(), time.perf_counter()
        self.step, self.wait = max(self.step, spent - self._spent), max(self.wait, at - self._at - TICK)
        self._spent, self._at = spent, at
        self._next = self._loop.call_later(TICK, self._tick)


async def held(adapter: Adapter | None, call: Call) -> tuple[float, float]:
    """The longest step of the event loop's thread and the longest wait for a tick, in milliseconds."""
    loop = asyncio.get_running_loop()
    ticks = Ticks(loop)
    for _ in range(CALLS):
        await asyncio.sleep(REST)
        if adapter is not None:
            document = JsonObject(call.body)  # which is read once
            await adapter.call(replace(call, deadline=loop.time() + 60, document=document))
    await asyncio.sleep(REST)
    ticks.stop()
    return ticks.step * 1e3, ticks.wait * 1e3


async def measured(case: Case | None, rounds: int) -> tuple[list[float], list[float]]:
    if case is None:
        taken = [await held(None, make_call("nothing")) for _ in range(rounds)]
    else:
        async with opened(case) as adapter:
            await held(adapter, case.call)  # what is made once is made
            gc.collect()
            gc.freeze()  # as `facade.app` does when it has started
            taken = [await held(adapter, case.call) for _ in range(rounds)]
            gc.unfreeze()
    return [step for step, _ in taken], [wait for _, wait in taken]


async def filled(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "create table line as select n as number, 'CLM-' || n as reference, 1250.75 as amount"
        " from generate_series(1, 10000) as n"
    )
    await connection.close()


async def figures(every: Sequence[Case], rounds: int) -> list[Figure]:
    rows = []
    _, waits = await measured(None, rounds)
    rows.append(Figure("nothing: the clock's longest wait, ms", spread(waits)))
    for case in every:
        steps, waits = await measured(case, rounds)
        rows.append(Figure(f"{case.what}, ms", spread(steps), f"at most {LIMIT:.0f}", median(steps) <= LIMIT))
        rows.append(Figure("the clock's longest wait, ms", spread(waits)))
    return rows


def main(arguments: Sequence[str]) -> int:
    asked = options("holding", __doc__, "holding.md", arguments)
    sys.setswitchinterval(SWITCH)
    assert json.loads(PRICES)["reference"] == "CLM-1"
    with (
        canned(REPLIES) as ports,
        postgres() as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        if server is not None:
            runner.run(filled(server.url))
        rows = runner.run(figures(cases(ports, None if server is None else server.url), asked.rounds))
    notes = (
        f"{asked.rounds} rounds of {CALLS} calls, one after the other; of each round the longest: median, least, most",
        "The figure is CPU time of the event loop's thread from one tick to the next, a millisecond apart",
        "The clock's wait has the machine's other work in it, and the silo's process beside; it has no target here",
    )
    return publish(asked, "holding", "How long a call holds the event loop", notes, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
