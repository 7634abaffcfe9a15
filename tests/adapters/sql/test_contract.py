"""The sql kind keeps the contract of every adapter."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from adapters.sql import ADAPTER
from facade.port import Call
from facade.testing import AdapterContract, make_call

ENDLESS = (
    "with recursive n (x) as (select 1 union all select x + 1 from n) select max(x) as x from n where :note = :note"
)


class TestSql(AdapterContract):
    kind = ADAPTER
    secrets = ("pa55word", "QQ123456C", "1250.75", "no word for anybody")

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        path = folder / "claims-pa55word.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("create table claim (reference text primary key, nino text, amount text, scan blob)")
            connection.execute("insert into claim values ('CLM-1', 'QQ123456C', '1250.75', 'no word for anybody')")
            connection.execute("insert into claim values ('CLM-2', 'QQ123456C', '1250.75', x'00ff')")
            connection.execute("create table torn (line text)")
            connection.executemany("insert into torn values (?)", [("x" * 100,)] * 1000)
        with path.open("r+b") as file:  # its last page: the first rows of the last table can be read, the last cannot
            file.seek(-4096, os.SEEK_END)
            file.write(bytes(4096))
        yield {"url": f"sqlite:///{path.name}", "connections": 4}

    def missing(self, folder: Path) -> Mapping[str, object]:
        return {"url": "sqlite:///no-pa55word-here.sqlite"}

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {
            "get": {
                "query": "select * from claim where reference = :reference and :nino = nino",
                "arguments": {"reference": "{path.reference}", "nino": "{header.Nino}"},
                "rows": "one",
            },
            "page": {
                "query": "select reference from claim limit :size",
                "arguments": {"size": "{query.size:int}"},
            },
            "count": {"query": ENDLESS, "arguments": {"note": "{body.note}"}},
            "twice": {"query": "select nino, nino from claim"},
            "torn": {"query": "select line from torn"},
            "largest": {"query": "select 9e999 as number"},
        }

    def ordinary(self) -> Call:
        return make_call("get", path={"reference": "CLM-1"}, headers={"Nino": "QQ123456C"})

    def slow(self) -> Call:
        return make_call("count", method="POST", body={"note": "no word for anybody"})

    def misfit(self) -> Call:
        return make_call("page", query={"size": "QQ123456C"})

    def nonsense(self) -> Sequence[Call]:
        scanned = make_call("get", path={"reference": "CLM-2"}, headers={"Nino": "QQ123456C"})
        return (scanned, make_call("twice"), make_call("largest"))

    def dying(self) -> Sequence[Call]:
        return (make_call("torn"),)
