from __future__ import annotations

import http.client
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from facade.cli import sidecar as module
from facade.cli.sidecar import Sidecar, Unreachable, configured, named, parse_admin
from facade.config.network import HostPort
from facade.config.types import Unfit
from facade.control.actions import SENT_AS, asked, order
from facade.control.answers import Question
from facade.control.because import Because
from facade.control.done import Done
from facade.control.order import Order, Verb
from facade.control.subject import Refused
from facade.problem import Problem
from facade.routing.stage import Stage

HERE = Path("config")
ADA = Because("command", "an outage", "Ada")


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
    asked: ClassVar[list[tuple[object, ...]]] = []
    timeouts: ClassVar[list[object]] = []

    def __init__(self, *_: object, timeout: float, **__: object) -> None:
        self.timeouts.append(timeout)

    def request(self, *asked: object) -> None:
        self.asked.append(asked)
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
    kind = type("Own", (Connection,), {"asked": [], "timeouts": []})
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


ORDER = Order(
    Verb.MOVE,
    "titles.read",
    Because("command", "numbers are good", "Ada"),
    Stage.CANARY,
    Fraction(1, 4),
    force=True,
    revision="abc",
)
DONE = Done((), (), (), None, "abc", True, "Ada", "numbers are good")


def given(order: Order = ORDER) -> Done:
    return Sidecar("http://127.0.0.1:1").order(order, "hush-hush", 7.0)


def test_an_order_is_sent_as_the_api_takes_it_with_the_token_and_within_the_time(connection: type[Connection]):
    connection.body = msgspec.json.encode(DONE)
    assert given() == DONE
    ((method, path, body, fields),) = connection.asked
    assert (method, path, connection.timeouts) == ("POST", "/api/move", [7.0])
    assert fields["Authorization"] == "Bearer hush-hush"
    taken = asked(Question("POST", path, content_type=fields["Content-Type"], body=body))
    assert taken.cause == "command"
    assert order(Verb.MOVE, taken) == ORDER


@pytest.mark.parametrize(
    "everything", [Order(Verb.BACK, None, Because("command", by="Ada")), Order(Verb.HOLD, "a", ADA)]
)
def test_the_api_reads_every_order_as_it_was_given(connection: type[Connection], everything: Order):
    connection.body = msgspec.json.encode(DONE)
    given(everything)
    ((_, path, body, _),) = connection.asked
    assert path == f"/api/{everything.verb}"
    assert order(everything.verb, asked(Question("POST", path, content_type=SENT_AS, body=body))) == everything


@pytest.mark.parametrize("status", [400, 403, 409, 422])
def test_a_refusal_is_told_in_the_sidecars_words(connection: type[Connection], status: int):
    connection.status = status
    connection.body = Problem(status, "refused", "titles.read: a freeze; wait").document("1")
    with pytest.raises(Refused, match=r"^titles.read: a freeze; wait$"):
        given()


def test_a_token_that_is_not_taken_says_where_the_right_one_is(connection: type[Connection]):
    connection.status, connection.body = 401, Problem(401, "token", "Send the token.").document("1")
    with pytest.raises(Refused) as refused:
        given()
    assert str(refused.value) == (
        "http://127.0.0.1:1: does not take this token; give the one of its configuration, or of admin.token in its "
        "state, by FACADE_ADMIN_TOKEN"
    )


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"moves": 1}', b"[" * 100_000])
@pytest.mark.parametrize("status", [200, 404])
def test_an_order_that_somebody_else_answers_met_no_sidecar(connection: type[Connection], status: int, body: bytes):
    connection.status, connection.body = status, body
    with pytest.raises(Unreachable, match="answers something else than a facade's admin listener does"):
        given()


def test_an_order_that_takes_too_long_met_no_sidecar(connection: type[Connection]):
    connection.error = TimeoutError()
    with pytest.raises(Unreachable, match="did not answer within 7 s"):
        given()
