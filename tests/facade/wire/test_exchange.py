"""What a handler may ask of a request's exchange."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.message import HTTP_1_0, HTTP_1_1, RequestHead


def exchange(
    minor: int = HTTP_1_1, fields: bytes = b"", body: Body | None = None, *, draining: bool = False
) -> Exchange:
    connection = cast(Any, SimpleNamespace(draining=draining, peer="", secure=False))
    return Exchange(connection, RequestHead(b"GET", b"/", minor, fields), body or Body.whole(b""))


@pytest.mark.parametrize(
    ("made", "closes"),
    [
        (exchange(), False),
        (exchange(HTTP_1_0), True),
        (exchange(HTTP_1_0, b"\r\nConnection: keep-alive"), False),
        (exchange(fields=b"\r\nConnection: close"), True),
        (exchange(body=Body(10)), True),
        (exchange(draining=True), True),
    ],
)
def test_a_connection_ends_when_the_client_wants_it_or_its_body_is_unread_or_the_server_drains(
    made: Exchange, closes: bool
) -> None:
    assert made.closes() is closes


def test_a_connection_that_was_said_to_end_ends_even_if_the_body_came_after_all() -> None:
    body = Body(10)
    made = exchange(body=body)
    assert made.closes()
    body.end([])
    assert made.closes()


def test_chunks_and_interim_answers_are_for_http_1_1() -> None:
    assert exchange().takes_chunks
    assert not exchange(HTTP_1_0).takes_chunks
