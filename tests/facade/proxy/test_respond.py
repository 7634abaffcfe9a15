"""How an answer is framed for its client, and when the connection ends with it."""

from __future__ import annotations

import asyncio
import json

import pytest
from far_end import FarEnd, settle
from network import DATE, Front

from facade.problem import Refusal
from facade.proxy.respond import refuse, respond
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.message import HTTP_1_1, Field, ResponseHead, block
from facade.wire.reply import Reply

HTTP_1_0 = b"GET / HTTP/1.0\r\n\r\n"
HTTP_1_0_KEPT = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
DATED = b"Date: %b\r\n" % DATE
HTTP_1_1_GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def reply_of(body: Body, *fields: Field, status: int = 200) -> Reply:
    return Reply(ResponseHead(status, b"OK", HTTP_1_1, block(list(fields))), body)


async def answered(request: bytes, reply: Reply, *, draining: bool = False) -> FarEnd:
    async def handler(exchange: Exchange) -> None:
        await respond(exchange, reply)

    front = Front(handler)
    front.server.draining = draining
    client = front.client()
    client.sends(request)
    await settle()
    return client


def coming(length: int) -> Body:
    """A body that is not whole yet, with one piece here."""
    body = Body(length)
    body.feed(b"body")
    return body


async def test_a_known_length_stays_a_length() -> None:
    client = await answered(HTTP_1_1_GET, reply_of(Body.whole(b"body"), (b"Content-Length", b"4")))
    assert client.got == b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n" + DATED + b"\r\nbody"
    assert client.heard


async def test_a_target_that_tells_the_date_is_believed() -> None:
    fields = (b"Date", b"Tue, 15 Nov 1994 08:12:31 GMT"), (b"Content-Length", b"0")
    client = await answered(HTTP_1_1_GET, reply_of(Body.whole(b""), *fields))
    assert client.got == b"HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("length", [CHUNKED, UNTIL_CLOSE])
async def test_an_unknown_length_goes_out_in_chunks(length: int) -> None:
    body = coming(length)
    client = await answered(HTTP_1_1_GET, reply_of(body, (b"Transfer-Encoding", b"chunked"), (b"Connection", b"close")))
    body.end([])
    await settle()
    assert client.got == b"HTTP/1.1 200 OK\r\n" + DATED + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
    assert client.heard


@pytest.mark.parametrize("length", [CHUNKED, UNTIL_CLOSE])
@pytest.mark.parametrize("request_", [HTTP_1_0, HTTP_1_0_KEPT])
async def test_an_http_1_0_client_knows_the_end_of_an_unknown_length_by_the_connections_end(
    request_: bytes, length: int
) -> None:
    body = coming(length)
    client = await answered(request_, reply_of(body))
    body.end([(b"Digest", b"x")])
    await settle()
    assert client.got == b"HTTP/1.1 200 OK\r\n" + DATED + b"Connection: close\r\n\r\nbody"
    assert (client.gone, client.cut) == (True, False)


async def test_an_http_1_0_client_may_keep_its_connection_where_the_length_is_known() -> None:
    client = await answered(HTTP_1_0_KEPT, reply_of(Body.whole(b""), (b"Content-Length", b"0")))
    assert client.got == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + DATED + b"Connection: keep-alive\r\n\r\n"
    assert client.heard


async def test_an_answer_that_comes_whole_in_chunks_is_framed_as_chunks() -> None:
    body = coming(CHUNKED)
    body.end([(b"Digest", b"x")])
    client = await answered(HTTP_1_1_GET, reply_of(body))
    assert client.got.endswith(b"\r\n\r\n4\r\nbody\r\n0\r\nDigest: x\r\n\r\n")


@pytest.mark.parametrize("length", [CHUNKED, UNTIL_CLOSE])
async def test_an_empty_answer_of_unknown_length_is_its_last_chunk(length: int) -> None:
    body = Body(length)
    body.end([])
    client = await answered(HTTP_1_1_GET, reply_of(body))
    assert client.got.endswith(b"chunked\r\n\r\n0\r\n\r\n")


@pytest.mark.parametrize("request_", [HTTP_1_1_GET, HTTP_1_0])
async def test_an_answer_that_breaks_off_never_looks_whole(request_: bytes) -> None:
    broken: list[Refusal] = []
    body = coming(CHUNKED)

    async def handler(exchange: Exchange) -> None:
        try:
            await respond(exchange, reply_of(body))
        except Refusal as refusal:
            broken.append(refusal)

    client = Front(handler).client()
    client.sends(request_)
    await settle()
    body.fail(Refusal(refusals.BROKEN))
    await settle()
    assert [each.problem for each in broken] == [refusals.BROKEN]
    assert not client.got.endswith(b"0\r\n\r\n")
    assert client.cut
    assert client.socket.options


@pytest.mark.parametrize(
    ("request_", "draining"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf", False),
        (HTTP_1_1_GET, True),
    ],
    ids=["asked for", "body unread", "draining"],
)
async def test_an_answer_says_when_the_connection_ends(request_: bytes, draining: bool) -> None:
    client = await answered(request_, reply_of(Body.whole(b""), (b"Content-Length", b"0")), draining=draining)
    assert client.got == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + DATED + b"Connection: close\r\n\r\n"
    assert client.told_end


async def test_an_answer_waits_for_its_client() -> None:
    done = asyncio.Event()
    big = Body.whole(b"x" * 200_000)

    async def handler(exchange: Exchange) -> None:
        await respond(exchange, reply_of(big))
        done.set()

    client = Front(handler).client()
    client.stops_taking()
    client.sends(HTTP_1_1_GET)
    await settle()
    assert not done.is_set()
    client.takes()
    await settle()
    assert done.is_set()


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
async def test_a_problem_is_told_under_the_requests_name(method: bytes) -> None:
    async def handler(exchange: Exchange) -> None:
        await refuse(exchange, refusals.NO_ROUTE, "abc")

    client = Front(handler).client()
    client.sends(method + b" / HTTP/1.1\r\nHost: a\r\n\r\n")
    await settle()
    head, _, body = client.got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\nDate: %b\r\nContent-Type: application/problem+json\r\n" % DATE)
    assert client.heard
    if method == b"HEAD":
        assert body == b""
    else:
        assert json.loads(body)["instance"] == "urn:request:abc"
