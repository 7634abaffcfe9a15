"""The platform's listener: accepts clients, counts them, and drains them."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from facade.problem import Problem
from facade.wire.deadlines import Deadlines
from facade.wire.downstream import Downstream
from facade.wire.exchange import Exchange
from facade.wire.limits import Limits

_BACKLOG: Final = 1024
"""Connections the kernel keeps while the loop is busy; Linux's own default bound is 4096."""

Handler = Callable[[Exchange], Awaitable[None]]


class Server:
    """All client connections of one listener. `limits` is asked anew each time, so that a reload changes it."""

    def __init__(
        self,
        handler: Handler,
        limits: Callable[[], Limits],
        deadlines: Deadlines,
        refused: Callable[[Problem], None],
    ) -> None:
        self.handler = handler
        self.limits = limits
        self.deadlines = deadlines
        self.refused = refused
        self.draining = False
        self.loop = asyncio.get_running_loop()
        self._clients: set[Downstream] = set()
        self._emptied: asyncio.Event | None = None
        self._listener: asyncio.Server | None = None

    def __repr__(self) -> str:
        return f"<Server clients={len(self._clients)} draining={self.draining}>"

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Start to accept; returns the port, which the system chooses for port 0."""
        self._listener = await self.loop.create_server(
            lambda: Downstream(self), host, port, ssl=tls, backlog=_BACKLOG, reuse_address=True
        )
        bound: int = self._listener.sockets[0].getsockname()[1]
        return bound

    def joined(self, client: Downstream) -> bool:
        """Count a client in; False when there are as many as the limits allow."""
        self._clients.add(client)
        return len(self._clients) <= self.limits().connections

    def left(self, client: Downstream) -> None:
        self._clients.discard(client)
        if not self._clients and self._emptied is not None:
            self._emptied.set()

    async def drain(self, limit: float) -> int:
        """Stop accepting, let running requests end within `limit` seconds; returns how many had to be cut."""
        self.draining = True
        if self._listener is not None:
            self._listener.close()
        for client in tuple(self._clients):
            client.close_if_idle()
        self._emptied = asyncio.Event()
        if self._clients:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._emptied.wait(), limit)
        return self.cut()

    def cut(self) -> int:
        """Cut every connection that is left; returns how many there were."""
        cut = tuple(self._clients)
        for client in cut:
            client.abort()
        return len(cut)
