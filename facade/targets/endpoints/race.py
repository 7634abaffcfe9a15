"""Connecting where one of several endpoints may be dead: the next is tried when one fails, or keeps us waiting.

That is Happy Eyeballs (RFC 8305 section 5) over all endpoints of a target, the two families of one name among them.
Nothing of a request has been sent yet, so any request may go to whichever is connected first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from facade.problem import Problem, Refusal
from facade.targets.endpoints.origin import Member
from facade.wire import refusals
from facade.wire.pool import CONNECT
from facade.wire.upstream import Upstream

STAGGER: Final = 0.25
"""Seconds until another endpoint is tried beside one that has not answered (RFC 8305 section 8: 250 ms)."""

_Attempt = asyncio.Task[Upstream | Refusal]


async def race(
    members: Iterable[Member], until: float, failed: Callable[[Member, Problem], None]
) -> tuple[Member, Upstream]:
    """Connect to one of `members`, tried in this order, before the moment `until` of the loop's clock.

    `failed` is told of each that could not be connected to, or was overtaken. Raises the last one's `Refusal`.
    """
    loop = asyncio.get_running_loop()
    until = min(until, loop.time() + CONNECT)
    waiting = deque(members)
    running: dict[_Attempt, Member] = {}
    verdict = Refusal(refusals.UNREACHABLE)
    try:
        while waiting or running:
            if waiting:
                member = waiting.popleft()
                running[loop.create_task(_attempt(member, until))] = member
            patience = STAGGER if waiting else None
            done, _ = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for attempt in [each for each in running if each in done]:
                result = attempt.result()
                if isinstance(result, Upstream):
                    return _won(attempt, result, running, failed)
                failed(running.pop(attempt), result.problem)
                verdict = result
        raise verdict
    finally:
        for attempt in running:
            attempt.cancel()
            attempt.add_done_callback(_let_go)


def _won(
    winner: _Attempt, upstream: Upstream, running: dict[_Attempt, Member], failed: Callable[[Member, Problem], None]
) -> tuple[Member, Upstream]:
    """Those that were tried before the winner, and are still silent, have failed."""
    for attempt, member in running.items():
        if attempt is winner:
            break
        failed(member, refusals.CONNECT_LATE)
    return running.pop(winner), upstream


async def _attempt(member: Member, until: float) -> Upstream | Refusal:
    try:
        return await member.pool.connect(until)
    except Refusal as refusal:
        return refusal


def _let_go(attempt: _Attempt) -> None:
    """Nobody wants this connection any more."""
    if not attempt.cancelled() and isinstance(upstream := attempt.result(), Upstream):
        upstream.abort()
