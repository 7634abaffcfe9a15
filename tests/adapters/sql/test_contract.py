"""The sql kind keeps the contract of every adapter."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import ClassVar

from database_suite import DatabaseContract


class TestSql(DatabaseContract):
    secrets = (*DatabaseContract.secrets, "no word for anybody")
    OPERATIONS: ClassVar[dict[str, dict[str, object]]] = {
        "wait": {
            "query": "with recursive n (x) as (select 1 union all select x + 1 from n)"
            " select max(x) as x from n where :note = :note",
            "arguments": {"note": "{body.note}"},
        },
        "largest": {"query": "select 9e999 as number"},
        "die": {"query": "select line from torn"},
    }

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
