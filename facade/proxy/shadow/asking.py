"""What the other side answers to a copy, within its time and its size, or why there is nothing to compare."""

from __future__ import annotations

import asyncio
import enum
from typing import Final, NamedTuple

from facade.compare.answer import MAX_BODY
from facade.problem import Refusal
from facade.proxy.shadow.copy import Copy, asks, question
from facade.wire.message import ResponseHead

_LATE: Final = 504

_NOW: Final = 0.0
"""A moment of the loop's clock that is long over."""


class Answered(NamedTuple):
    """An answer that can be compared."""

    head: ResponseHead
    body: bytes


class Nothing(enum.StrEnum):
    """Why there is no answer to compare; the words are those of `facade_shadow_total`."""

    DROPPED = enum.auto()
    LATE = enum.auto()
    ERROR = enum.auto()


async def ask(copy: Copy, patience: float) -> Answered | Nothing:
    """Ask the other side, for so many seconds at most. What is larger than can be compared is an error."""
    until = asyncio.get_running_loop().time() + patience
    limit = asyncio.timeout_at(until)
    try:
        async with limit:
            return await _lent(copy, until, limit)
    except TimeoutError:
        return Nothing.DROPPED if limit.when() == _NOW else Nothing.LATE
    except Refusal as refusal:
        return Nothing.LATE if refusal.problem.status == _LATE else Nothing.ERROR


async def _lent(copy: Copy, until: float, limit: asyncio.Timeout) -> Answered | Nothing:
    """Ask with a slot that no caller needs; one who needs it meanwhile ends the question."""

    def leave() -> None:
        if not limit.expired():
            limit.reschedule(_NOW)

    protection = copy.target.protection
    if protection is None:
        return await _asked(copy, until)
    loan = protection.lend(leave)
    if loan is None:
        return Nothing.DROPPED
    with loan:
        return await _asked(copy, until)


async def _asked(copy: Copy, until: float) -> Answered:
    target, asked = copy.target, question(copy, until)
    span = asks(copy, asked)
    target.in_flight.value += 1
    reply = None
    try:
        reply = await target.ask(asked)
        return Answered(reply.head, await reply.body.collect(MAX_BODY))
    finally:
        target.in_flight.value -= 1
        if span is not None:
            span.end(None if reply is None else reply.head.status)
        if reply is not None:
            reply.body.abandon()
