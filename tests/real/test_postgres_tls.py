"""PostgreSQL by TLS: a certificate is verified where the URL says so, and what is wrong with one is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from database_suite import ask, opened

from facade.port import SiloUnreachable
from facade.testing import make_call
from services.postgres import PASSWORD, PostgresServer

OPERATIONS = {
    "tls": {"query": "select ssl from pg_stat_ssl where pid = pg_backend_pid()", "rows": "one"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres_folder: Path) -> Iterator[PostgresServer]:
    """A server whose certificate is localhost's, and no address's."""
    authority = trustme.CA()
    running = PostgresServer(postgres_folder, authority.issue_cert("localhost"))
    authority.cert_pem.write_to_path(str(postgres_folder / "authority.pem"))
    trustme.CA().cert_pem.write_to_path(str(postgres_folder / "stranger.pem"))
    (postgres_folder / "nothing.pem").write_text("nothing")
    yield running
    running.stop()


def url(server: PostgresServer, host: str, mode: str, authority: str = "authority.pem") -> str:
    return f"{server.at(host)}?sslmode={mode}&sslrootcert={server.folder / authority}"


async def is_encrypted(server: PostgresServer, address: str) -> bool:
    async with opened(address, server.folder, OPERATIONS) as adapter:
        _, answer = await ask(adapter, make_call("tls"))
    return bool(answer["ssl"])


@pytest.mark.parametrize(("host", "mode"), [("localhost", "verify-full"), ("127.0.0.1", "verify-ca")])
async def test_a_certificate_of_the_authority_that_the_url_names_is_accepted(
    server: PostgresServer, host: str, mode: str
) -> None:
    assert await is_encrypted(server, url(server, host, mode))


async def test_without_a_mode_tls_is_used_where_there_is_one(server: PostgresServer) -> None:
    assert await is_encrypted(server, server.at("127.0.0.1"))
    assert not await is_encrypted(server, f"{server.at('127.0.0.1')}?sslmode=disable")


@pytest.mark.parametrize(
    ("host", "authority", "words"),
    [
        ("127.0.0.1", "authority.pem", "tls: the database's certificate is for another host"),
        ("localhost", "stranger.pem", "tls: the database's certificate is not trusted"),
        ("localhost", "nothing.pem", "tls: the database cannot be reached by TLS"),
        ("localhost", "gone.pem", "tls: the database cannot be reached, or the connection broke"),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_told_and_nothing_else(
    server: PostgresServer, host: str, authority: str, words: str
) -> None:
    async with opened(url(server, host, "verify-full", authority), server.folder, OPERATIONS) as adapter:
        for _ in range(2):
            with pytest.raises(SiloUnreachable) as refused:
                await ask(adapter, make_call("tls"))
            assert str(refused.value) == words
            assert refused.value.__suppress_context__


async def test_a_server_without_tls_gets_no_password_where_tls_is_required(server: PostgresServer) -> None:
    heard = bytearray()

    def answer_no() -> None:
        connection, _ = listener.accept()
        with connection:
            heard.extend(connection.recv(100))
            connection.sendall(b"N")  # postgresql.org/docs/current/protocol-flow.html, SSL session encryption
            while more := connection.recv(100):
                heard.extend(more)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_no)
        thread.start()
        address = f"postgresql://facade:{PASSWORD}@127.0.0.1:{listener.getsockname()[1]}/postgres?sslmode=require"
        async with opened(address, server.folder, OPERATIONS) as adapter:
            with pytest.raises(SiloUnreachable, match=r"^tls: the database cannot be reached by TLS$"):
                await ask(adapter, make_call("tls"))
        thread.join()
    assert bytes(heard) == bytes.fromhex("0000000804d2162f"), "it asks for TLS, and says no more"
