"""The sql kind keeps the contract of every adapter on a real PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import asyncpg
import pytest

from adapters.sql import ADAPTER
from facade.port import Call
from facade.testing import AdapterContract, make_call
from harness.ports import free_port
from services.postgres import PASSWORD, PostgresServer

SCHEMA = """
drop table if exists claim;
create table claim (reference text primary key, nino text, amount numeric, scan bytea);
insert into claim values ('CLM-1', 'QQ123456C', 1250.75, null), ('CLM-2', 'QQ123456C', 1250.75, '\\x00ff');
"""


class TestPostgres(AdapterContract):
    kind = ADAPTER
    secrets = (PASSWORD, "QQ123456C", "1250.75")

    @pytest.fixture(autouse=True)
    def _server(self, postgres: PostgresServer) -> None:
        self.server = postgres

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        connection = await asyncpg.connect(self.server.url)
        await connection.execute(SCHEMA)
        await connection.close()
        yield {"url": self.server.url, "connections": 4}

    def missing(self, folder: Path) -> Mapping[str, object]:
        return {"url": f"postgresql://facade:{PASSWORD}@127.0.0.1:{free_port()}/postgres"}

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {
            "get": {
                "query": "select * from claim where reference = :reference and :nino = nino",
                "arguments": {"reference": "{path.reference}", "nino": "{header.Nino}"},
                "rows": "one",
            },
            "page": {"query": "select reference from claim limit :size", "arguments": {"size": "{query.size:int}"}},
            "wait": {"query": "select pg_sleep(7200), :note::text as note", "arguments": {"note": "{body.note}"}},
            "twice": {"query": "select nino, nino from claim"},
            "largest": {"query": "select 'NaN'::numeric as number"},
            "die": {"query": "select pg_terminate_backend(pg_backend_pid())", "rows": "one"},
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
