"""A side's own error in the platform's one format, for routes that say `errors: problem`.

The law of this file: the status stays, and with it the fields by which a caller can act; not a word of the side's own
does, for it may be a stack trace or a page of a system that nobody is to see. What is a problem already (RFC 9457) is
the side's word to the caller, and passes as it stands. Nothing but the caller's answer is changed: whoever compares,
judges or counts sees what the side said.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from facade.problem import MEDIA_TYPE, Problem, Refusal
from facade.proxy.respond import respond
from facade.wire.body import HIGH_WATER, Body
from facade.wire.exchange import Exchange
from facade.wire.message import HTTP_1_1, ResponseHead, name
from facade.wire.reply import Reply

CONTENT_TYPE: Final = name("content-type")

_ERROR: Final = 400
_FAILURE: Final = 500
_NO_STATUS: Final = 600
"""From here on a status has no meaning (RFC 9110 section 15)."""

_BAD_GATEWAY: Final = 502

_KEPT: Final = (
    b"accept-encoding:",
    b"accept-patch:",
    b"accept-post:",
    b"accept:",
    b"access-control-",
    b"age:",
    b"allow:",
    b"cache-control:",
    b"date:",
    b"deprecation:",
    b"expires:",
    b"ratelimit",
    b"retry-after:",
    b"set-cookie:",
    b"strict-transport-security:",
    b"sunset:",
    b"vary:",
    b"www-authenticate:",
    b"x-request-id:",
)
"""How fields begin by which a caller, a browser or a cache acts; all others describe the side or its words."""

_REST_PATIENCE: Final = 1.0
"""Seconds that the side's words, which nobody reads, may take to pass, so that its connection can be used again."""


def is_foreign(head: ResponseHead) -> bool:
    """Whether an answer is an error in a format that is not the platform's."""
    if head.status < _ERROR:
        return False
    said = head.only(CONTENT_TYPE) or b""
    return said.partition(b";")[0].strip().lower() != MEDIA_TYPE.encode()


async def translate(exchange: Exchange, reply: Reply, request_id: str) -> None:
    """Answer with the problem that this error is, and let go of what the side says of it."""
    await respond(exchange, translated(reply.head, request_id, head_only=exchange.head.method == b"HEAD"))
    await _spent(reply.body)


def translated(head: ResponseHead, request_id: str, *, head_only: bool) -> Reply:
    """The answer in place of one with this head; `received-status` is the side's own (RFC 9209 section 2.1.5)."""
    problem = _problem(head.status)
    document = problem.document(request_id)
    lines = [line for line in head.lines() if line.lower().startswith(_KEPT)]
    lines += [
        b"Content-Type: " + MEDIA_TYPE.encode(),
        b"Content-Length: %d" % len(document),
        b"Proxy-Status: facade; received-status=%d" % head.status,
    ]
    block = b"".join(b"\r\n" + line for line in lines)
    answer = ResponseHead(problem.status, problem.phrase.encode("ascii"), HTTP_1_1, block)
    return Reply(answer, Body.whole(b"" if head_only else document))


def _problem(status: int) -> Problem:
    """What the caller is told of a side's error, by its class alone."""
    if status < _FAILURE:
        return Problem(
            status,
            "side_refused",
            "The service behind this operation refused the request; its own words are not passed on.",
            type="urn:problem:refused",
            summary="The request was refused",
        )
    return Problem(
        status if status < _NO_STATUS else _BAD_GATEWAY,
        "side_failed",
        "The service behind this operation failed; its own words are not passed on.",
        type="urn:problem:failed",
        summary="The service failed",
    )


async def _spent(body: Body) -> None:
    """Let what is left of a short body pass by. A long or slow one is cut by whoever lets go of the reply."""
    with suppress(Refusal, TimeoutError):  # the caller has their answer: how these words end is nobody's affair
        async with asyncio.timeout(_REST_PATIENCE):
            await body.collect(HIGH_WATER)
