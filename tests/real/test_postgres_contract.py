"""The sql kind keeps the contract of every adapter on a real PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import ClassVar

import asyncpg
import pytest
from database_suite import DatabaseContract

from harness.ports import free_port
from services.postgres import PASSWORD, PostgresServer

SCHEMA = """
drop table if exists claim;
create table claim (reference text primary key, nino text, amount numeric, scan bytea);
insert into claim values ('CLM-1', 'QQ123456C', 1250.75, null), ('CLM-2', 'QQ123456C', 1250.75, '\\x00ff');
"""


class TestPostgres(DatabaseContract):
    secrets = (*DatabaseContract.secrets, PASSWORD)
    OPERATIONS: ClassVar[dict[str, dict[str, object]]] = {
        "wait": {"query": "select pg_sleep(7200), :note::text as note", "arguments": {"note": "{body.note}"}},
        "largest": {"query": "select 'NaN'::numeric as number"},
        "die": {"query": "select pg_terminate_backend(pg_backend_pid())", "rows": "one"},
    }

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
        return {"url": self.server.url.replace(f":{self.server.port}/", f":{free_port()}/")}
