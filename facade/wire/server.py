"""The platform's listener: accepts clients, counts them, and drains them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from facade.problem import Problem
from facade.wire.dates import HttpDate
from facade.wire.deadlines import Deadlines
from facade.wire.downstream import Downstream
from facade.wire.exchange import Exchange
from facade.wire.limits import Limits
from facade.wire.sockets import admit_nobody_new

_HANDSHAKE: Final = 10.0
"""Seconds for a TLS handshake, as long as a head gets by default: it is two round trips and a little arithmetic."""

_SETTLE: Final = 0.3
"""Seconds between the last newcomer and the end of all idle connections: whoever has just connected still asks his
question, and whoever asks often is told in an answer that it was the last."""

_LOOK: Final = 0.1
"""Seconds between two looks for connections that have become idle while draining."""

Handler = Callable[[Exchange], Awaitable[None]]

Refused = Callable[[Problem, str], str]
"""Told of each refusal that no handler makes, and by which id its request goes, if there is one: returns the id."""


class Server:
    """All client connections of one listener. `limits` is asked anew each time, so that a reload changes it.

    `wall` is Unix time in seconds.
    """

    def __init__(
        self,
        handler: Handler,
        limits: Callable[[], Limits],
        deadlines: Deadlines,
        refused: Refused,
        wall: Callable[[], float],
    ) -> None:
        self.handler = handler
        self.limits = limits
        self.deadlines = deadlines
        self.refused = refused
        self.date = HttpDate(wall)
        self.draining = False
        self.kept = 0  # bytes of all clients' that wait for more
        self.loop = asyncio.get_running_loop()
        self._clients: set[Downstream] = set()
        self._turned_away: set[Downstream] = set()
        self._emptied: asyncio.Event | None = None
        self._sockets: list[socket.socket] = []
        self._listeners: list[asyncio.Server] = []

    def __repr__(self) -> str:
        return f"<Server clients={len(self._clients)} draining={self.draining}>"

    async def listen(self, sockets: Sequence[socket.socket], tls: ssl.SSLContext | None) -> None:
        """Accept clients from `sockets`, which listen already and belong to the server from now on."""
        handshake = None if tls is None else _HANDSHAKE
        for each in sockets:
            listener = await self.loop.create_server(
                lambda: Downstream(self), sock=each, ssl=tls, ssl_handshake_timeout=handshake
            )
            self._sockets.append(each)
            self._listeners.append(listener)

    def joined(self, client: Downstream) -> bool:
        """Count a client in; False when there are as many as the limits allow.

        One that is turned away lingers for a moment, and takes nobody's place meanwhile.
        """
        self._clients.add(client)
        if len(self._clients) - len(self._turned_away) <= self.limits().connections:
            return True
        self._turned_away.add(client)
        return False

    @property
    def crowded(self) -> bool:
        """Whether those who are turned away are too many to be told why."""
        return len(self._turned_away) > self.limits().connections

    def left(self, client: Downstream) -> None:
        self._clients.discard(client)
        self._turned_away.discard(client)
        if not self._clients and self._emptied is not None:
            self._emptied.set()

    async def drain(self, limit: float, *, idle: float = 0.0, shared: bool = False) -> int:
        """Stop accepting, let running requests end within `limit` seconds; returns how many had to be cut.

        With `shared`, somebody else accepts from our sockets too: they are left as they are, and clients who are
        connected and idle get `idle` seconds to be told of the end.
        """
        self.draining = True
        self._emptied = asyncio.Event()
        if self._listeners:
            await self._settle(shared=shared)
        await self._wait(self._emptied, idle)
        end = self.loop.time() + limit
        while self._clients:
            for client in tuple(self._clients):
                client.close_if_idle()
            left = end - self.loop.time()
            await self._wait(self._emptied, min(max(left, 0.0), _LOOK))
            if left <= 0:
                break
        return self.cut()

    async def _settle(self, *, shared: bool) -> None:
        """Stop accepting in a way that leaves nobody behind who has knocked already."""
        if shared:
            self._stop_listening()  # whoever waits at the door is let in by somebody else
        else:
            for each in self._sockets:
                admit_nobody_new(each)
        await asyncio.sleep(_SETTLE)
        self._stop_listening()

    async def _wait(self, emptied: asyncio.Event, seconds: float) -> None:
        """Wait until nobody is left, `seconds` at the most."""
        if self._clients:
            emptied.clear()  # it may have been set before somebody new came
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(emptied.wait(), seconds)

    def _stop_listening(self) -> None:
        for listener in self._listeners:
            listener.close()

    def cut(self) -> int:
        """Cut every connection that is left; returns how many there were."""
        cut = tuple(self._clients)
        for client in cut:
            client.abort()
        return len(cut)
