"""A sidecar over PostgreSQL, by TLS: it outlives the server's stops, and every caller is answered at the deadline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
import trustme

from harness.client import ask, get, problem, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import eventually
from harness.sidecar import Sidecar
from services.postgres import PostgresServer

SCHEMA = """
drop table if exists claim;
create table claim (reference text primary key, amount numeric);
insert into claim values ('CLM-1', 12.50);
"""
SILO = """\
silo: {name}
adapter: sql
settings: {{url: "{url}?sslmode=verify-full&sslrootcert={authority}", connections: 2}}
protect: {{timeout: 2s}}
operations:
  get:
    query: select reference, amount from claim where reference = :reference
    arguments: {{reference: "{{path.reference}}"}}
    rows: one
  wait: {{query: "select pg_sleep(7200)", rows: one}}
  open:
    writes: true
    query: insert into claim (reference, amount) select :reference, 1 from pg_sleep(:wait)
    arguments: {{reference: "{{path.reference}}", wait: "{{query.wait:int=0}}"}}
    status: 204
"""
ROUTES = """\
routes:
  - {name: claims.read, match: "GET /claims/{reference}", legacy: benefits.get, stage: legacy}
  - {name: claims.open, match: "POST /claims/{reference}", legacy: benefits.open, stage: legacy}
  - {name: wait, match: GET /wait, legacy: benefits.wait, stage: legacy}
  - {name: elsewhere.read, match: "GET /elsewhere/{reference}", legacy: elsewhere.get, stage: legacy}
"""


@pytest.fixture(scope="module")
def postgres(postgres_folder: Path) -> Iterator[PostgresServer]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(postgres_folder / "authority.pem"))
    running = PostgresServer(postgres_folder, authority.issue_cert("localhost"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sidecar(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = Folder(tmp_path_factory.mktemp("postgres") / "config")
    folder.facade()
    authority = postgres.folder / "authority.pem"
    for name, host in (("benefits", "localhost"), ("elsewhere", "127.0.0.1")):
        folder.write(f"silos/{name}.yaml", SILO.format(name=name, url=postgres.at(host), authority=authority))
    folder.routes(ROUTES)
    with Sidecar(folder).ready() as running:
        yield running


@pytest.fixture(autouse=True)
def _claims(postgres: PostgresServer) -> None:
    queried(postgres, SCHEMA)


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def queried(server: PostgresServer, query: str) -> object:
    async def ask_it() -> object:
        connection = await asyncpg.connect(server.url)
        try:
            return await (connection.fetchval(query) if query.startswith("select") else connection.execute(query))
        finally:
            await connection.close()

    return asyncio.run(ask_it())


def sleepers(server: PostgresServer) -> object:
    return queried(
        server,
        "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()"
        " and query like '%pg_sleep%'",
    )


def post(sidecar: Sidecar, target: str) -> Message:
    return ask(sidecar.port, request("POST", target, body=b""))


def begun(sidecar: Sidecar, server: PostgresServer, callers: ThreadPoolExecutor) -> list[Future[Message]]:
    """A read and a write that the server is in the midst of."""
    calls = [
        callers.submit(get, sidecar.port, "/wait"),
        callers.submit(post, sidecar, "/claims/CLM-2?wait=7200"),
    ]
    eventually(lambda: sleepers(server) == 2, "both run on the server")
    return calls


def is_whole(sidecar: Sidecar) -> bool:
    answer = get(sidecar.port, "/claims/CLM-1")
    return answer.status == 200 and json.loads(answer.body) == {"reference": "CLM-1", "amount": 12.5}


def test_a_row_is_answered_by_tls(sidecar: Sidecar, postgres: PostgresServer) -> None:
    assert is_whole(sidecar)
    assert queried(postgres, "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)"
                             " where ssl and application_name = 'strangler-facade'") == 1  # fmt: skip


def test_a_server_that_is_another_is_a_502_that_says_so(sidecar: Sidecar) -> None:
    refused = problem(get(sidecar.port, "/elsewhere/CLM-1"), 502)
    assert "get: the database's certificate is for another host" in refused["detail"]


def test_a_server_that_stops_in_mid_call_is_a_502_until_it_is_back(
    sidecar: Sidecar, postgres: PostgresServer, callers: ThreadPoolExecutor
) -> None:
    calls = begun(sidecar, postgres, callers)
    postgres.stop()
    try:
        assert [problem(call.result(), 502)["title"] for call in calls] == ["Bad Gateway"] * 2
        for _ in range(3):
            problem(get(sidecar.port, "/claims/CLM-1"), 502)
    finally:
        postgres.start()
    eventually(lambda: is_whole(sidecar), "the server that is back is asked")
    problem(get(sidecar.port, "/claims/CLM-2"), 404)
    assert post(sidecar, "/claims/CLM-2").status == 204
    assert get(sidecar.port, "/claims/CLM-2").status == 200


def test_a_server_that_does_not_answer_is_a_504_and_one_without_room_a_503(
    sidecar: Sidecar, postgres: PostgresServer, callers: ThreadPoolExecutor
) -> None:
    assert is_whole(sidecar)
    postgres.freeze()
    try:
        answers = [call.result() for call in [callers.submit(get, sidecar.port, "/claims/CLM-1") for _ in range(6)]]
    finally:
        postgres.thaw()
    assert {problem(each, each.status)["status"] for each in answers} == {503, 504}
    eventually(lambda: is_whole(sidecar), "the server that goes on is asked")


def test_what_is_late_is_over_on_the_server_too(
    sidecar: Sidecar, postgres: PostgresServer, callers: ThreadPoolExecutor
) -> None:
    calls = begun(sidecar, postgres, callers)
    for call in calls:
        problem(call.result(), 504)
    eventually(lambda: sleepers(postgres) == 0, "nothing of it runs any more")
    assert is_whole(sidecar)
    assert queried(postgres, "select count(*) from claim") == 1
