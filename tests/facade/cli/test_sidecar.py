from __future__ import annotations

import http.client
from pathlib import Path

import pytest

from facade.cli import sidecar as module
from facade.cli.sidecar import Sidecar, Unreachable, configured, named, parse_admin
from facade.config.network import HostPort
from facade.config.types import Unfit

HERE = Path("config")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1", "http://127.0.0.1:9901"),
        ("0.0.0.0", "http://127.0.0.1:9901"),
        ("::", "http://[::1]:9901"),
        ("10.0.0.7", "http://10.0.0.7:9901"),
    ],
)
def test_a_configured_listener_is_asked_where_it_can_be_reached(host: str, origin: str):
    assert configured(HostPort(host, 9901), HERE).origin == origin


def test_a_named_address_may_leave_the_scheme_out(monkeypatch: pytest.MonkeyPatch):
    assert parse_admin("127.0.0.1:1") == Sidecar("http://127.0.0.1:1")
    assert parse_admin("[::1]:1") == Sidecar("http://[::1]:1")
    assert parse_admin("https://sidecar:1/") == Sidecar("https://sidecar:1")
    assert named(None) is None
    monkeypatch.setenv("FACADE_ADMIN", "127.0.0.1:2")
    assert named(None) == Sidecar("http://127.0.0.1:2")
    assert named(parse_admin("127.0.0.1:1")) == Sidecar("http://127.0.0.1:1")


@pytest.mark.parametrize(
    "text", ["here", ":1", "here:http", "here:99999", "ftp://here:1", "http://here:1/path", "a b:1"]
)
def test_an_address_that_is_none_is_told_where_it_was_given(text: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Unfit, match=r"; "):
        parse_admin(text)
    monkeypatch.setenv("FACADE_ADMIN", text)
    with pytest.raises(Unreachable, match=r"^environment FACADE_ADMIN: .*; "):
        named(None)


class Connection:
    """An HTTP connection that opens no socket."""

    status = 200
    body = b"{}"
    error: Exception | None = None

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def request(self, *_: object, **__: object) -> None:
        if self.error is not None:
            raise self.error

    def getresponse(self) -> Connection:
        return self

    def read(self, most: int) -> bytes:
        return self.body[:most]

    def close(self) -> None:
        pass


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> type[Connection]:
    kind = type("Own", (Connection,), {})
    monkeypatch.setattr(http.client, "HTTPConnection", kind)
    return kind


def test_a_document_is_answered(connection: type[Connection]):
    connection.body = b'{"routes": [], "silos": [], "later": 1}'
    assert Sidecar("http://127.0.0.1:1").ask("/api/routes") == {"routes": [], "silos": [], "later": 1}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "no sidecar answers there"),
        (TimeoutError("timed out"), "did not answer within 5 s"),
        (ConnectionResetError(104, "Connection reset by peer"), "connection reset by peer"),
        (http.client.BadStatusLine("SSH-2.0"), "SSH-2.0"),
    ],
)
def test_no_answer_is_one_line_that_says_what_to_do(connection: type[Connection], error: Exception, said: str):
    connection.error = error
    with pytest.raises(Unreachable) as unreachable:
        Sidecar("http://127.0.0.1:1").ask("/api/routes")
    assert str(unreachable.value) == (
        f"http://127.0.0.1:1: {said}; start it with facade serve, or say where it is with --admin HOST:PORT"
    )


def test_somebody_else_who_answers_is_no_sidecar(connection: type[Connection], monkeypatch: pytest.MonkeyPatch):
    connection.status = 404
    with pytest.raises(Unreachable, match="answers 404, which is no facade's admin listener"):
        Sidecar("http://127.0.0.1:1").ask("/api/routes")
    for body in (b"<html>", b"[]", b'{"routes": []}', b'{"routes": [{}], "silos": []}', b"\xff", b"[" * 100_000):
        connection.status, connection.body = 200, body
        with pytest.raises(Unreachable, match="answers something else than a facade's admin listener does"):
            Sidecar("http://127.0.0.1:1").ask("/api/routes")
    monkeypatch.setattr(module, "LARGEST", 3)
    with pytest.raises(Unreachable, match="answers more than 3 bytes"):
        Sidecar("http://127.0.0.1:1").ask("/api/routes")
