"""A request's body collected before it goes on, to a target that cannot read chunks: with Content-Length instead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

from facade.problem import Refusal
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.deadlines import NEVER
from facade.wire.message import EXPECT, HTTP_1_1, RequestHead, ResponseHead

MOST: Final = 16 * 1024 * 1024
"""Bytes of one collected body, which are all held in memory: a form with scanned pages has a few MiB."""

_CUT: Final = (b"expect:", b"trailer:")
"""Fields without a meaning once the body is whole (RFC 9110 sections 10.1.1 and 6.6.2)."""

_Arrived = TypeVar("_Arrived")


async def collect(request: Request) -> None:
    """Wait for the whole body and give the request its length. A `Refusal`: 413 too large, 408 not in time."""
    if request.head.has(EXPECT) and not request.body.ended:
        request.interim(ResponseHead(100, b"Continue", HTTP_1_1, b""))  # nobody else can say so before it has come
    data = await _in_time(request.body.collect(MOST), request.until)
    request.body = Body.whole(data)
    request.head = _with_length(request.head, len(data))


async def arrival(request: Request) -> None:
    """Wait until the body is here, or as much as may wait; it is passed on as it came. A `Refusal`: 408 not in time."""
    await _in_time(request.body.arrived(), request.until)


async def _in_time(arriving: Awaitable[_Arrived], until: float) -> _Arrived:
    try:
        async with asyncio.timeout_at(None if until == NEVER else until):
            return await arriving
    except TimeoutError as error:
        raise Refusal(refusals.SLOW_REQUEST) from error


def _with_length(head: RequestHead, length: int) -> RequestHead:
    kept = [line for line in head.lines() if not line.lower().startswith(_CUT)]
    block = b"".join([b"\r\n" + line for line in kept]) + b"\r\nContent-Length: %d" % length
    return RequestHead(head.method, head.target, head.minor, block)
