"""A body collected for a target that cannot read chunks."""

from __future__ import annotations

import asyncio

import pytest
from calls import request_of
from far_end import settle

from facade.problem import Refusal
from facade.targets import collected as module
from facade.targets.collected import collect
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.framing import CHUNKED
from facade.wire.message import HTTP_1_1, ResponseHead

CHUNKS = (b"Transfer-Encoding", b"chunked")


async def test_the_request_gets_the_length_of_its_body() -> None:
    body = Body(CHUNKED)
    request = request_of(b"POST", b"/", (b"Host", b"a"), CHUNKS, (b"Trailer", b"X-Sum"), (b"X-A", b"\xe9"), body=body)
    collecting = asyncio.ensure_future(collect(request))
    await settle()
    body.feed(b"hel")
    body.feed(b"lo")
    assert not collecting.done()
    body.end([(b"X-Sum", b"1")])
    await collecting
    assert request.body.length == 5
    assert request.body.take() == b"hello"
    assert request.head.block == b"\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-A: \xe9\r\nContent-Length: 5"


async def test_an_empty_body_has_the_length_0() -> None:
    body = Body(CHUNKED)
    body.end([])
    request = request_of(b"POST", b"/", CHUNKS, body=body)
    await collect(request)
    assert request.head.block.endswith(b"\r\nContent-Length: 0")
    assert (request.body.length, request.body.ended) == (0, True)


async def test_a_body_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    for sizes, fits in (((4,), True), ((2, 2), True), ((5,), False), ((2, 3), False)):
        body = Body(CHUNKED)
        for size in sizes:
            body.feed(b"x" * size)
        body.end([])
        if fits:
            await collect(request_of(b"POST", b"/", CHUNKS, body=body))
            continue
        with pytest.raises(Refusal) as caught:
            await collect(request_of(b"POST", b"/", CHUNKS, body=body))
        assert caught.value.problem is refusals.BODY_TOO_LARGE


async def test_a_client_that_waits_is_told_to_go_on_and_the_target_is_not_asked_to() -> None:
    told: list[ResponseHead] = []
    body = Body(CHUNKED)
    request = request_of(b"POST", b"/", CHUNKS, (b"EXPECT", b"100-continue"), body=body, interim=told.append)
    collecting = asyncio.ensure_future(collect(request))
    await settle()
    assert [(head.status, head.reason, head.minor, head.block) for head in told] == [(100, b"Continue", HTTP_1_1, b"")]
    body.end([])
    await collecting
    assert b"expect" not in request.head.lowered


async def test_a_client_whose_body_is_here_already_is_told_nothing() -> None:
    told: list[ResponseHead] = []
    body = Body(CHUNKED)
    body.end([])
    await collect(request_of(b"POST", b"/", CHUNKS, (b"Expect", b"100-continue"), body=body, interim=told.append))
    assert told == []


async def test_a_body_that_is_not_here_when_the_call_is_over_is_late() -> None:
    with pytest.raises(Refusal) as caught:
        await collect(request_of(b"POST", b"/", CHUNKS, body=Body(CHUNKED), until=asyncio.get_running_loop().time()))
    assert caught.value.problem is refusals.SLOW_REQUEST
