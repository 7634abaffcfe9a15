"""The answer goes to the client: a target's reply, or a problem of the facade's own."""

from __future__ import annotations

from facade.problem import Problem
from facade.wire.answers import problem_answer
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.framing import CHUNKED, UNTIL_CLOSE
from facade.wire.headers import response_bytes
from facade.wire.message import DATE
from facade.wire.reply import Reply


async def respond(exchange: Exchange, reply: Reply) -> None:
    """Send a reply. A known length stays Content-Length; an unknown one goes in chunks to whoever reads them. One that
    tells no date gets the present (RFC 9110 section 6.6.1).

    Raises the body's `Refusal` when the target breaks off on the way.
    """
    length = reply.body.length
    chunked = exchange.takes_chunks and length in (CHUNKED, UNTIL_CLOSE)
    if not chunked and length < 0:
        exchange.wants_keep_alive = False  # HTTP/1.0 knows the end of such a body by the connection's end
    close = exchange.closes()
    date = None if reply.head.has(DATE) else exchange.date()
    http_1_1, told = exchange.takes_chunks, exchange.told
    head = response_bytes(reply.head, date, chunked=chunked, http_1_1=http_1_1, close=close, told=told)
    await exchange.send(head, reply.body, chunked=chunked)


async def refuse(exchange: Exchange, problem: Problem, request_id: str) -> None:
    """Send a problem."""
    answer = problem_answer(
        problem,
        exchange.date(),
        request_id=request_id,
        close=exchange.closes(),
        head_only=exchange.head.method == b"HEAD",
        told=exchange.told,
    )
    await exchange.send(answer, Body.whole(b""), chunked=False)
