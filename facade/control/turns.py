"""Turns: of all who make long answers one goes on at a time, and the event loop looks at everything else in between.

The law of this file: giving the loop back is not enough where many do it, for all of them would go on in its next
round. Here one does in each round, in the order in which they asked.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """Who waits for a turn. It belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_going = False

    def __repr__(self) -> str:
        return f"<Turns waiting={len(self._waiting)}>"

    async def pause(self) -> None:
        """Give the event loop back, and go on when it is one's turn."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        if not self._is_going:
            self._is_going = True
            loop.call_soon(self._next)
        await turn

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # else whoever waited has left
                turn.set_result(None)
                turn.get_loop().call_soon(self._next)
                return
        self._is_going = False
