"""The platform's listener: accepts clients, counts them, and drains them."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from facade.problem import Problem
from facade.wire import descriptors
from facade.wire.dates import HttpDate
from facade.wire.deadlines import Deadlines
from facade.wire.descriptors import Wants
from facade.wire.downstream import Downstream
from facade.wire.exchange import Exchange
from facade.wire.handshake import Handshake
from facade.wire.keeping import Keeping
from facade.wire.limits import Limits
from facade.wire.sockets import admit_nobody_new

_SETTLE: Final = 0.3
"""Seconds between the last newcomer and the end of all idle connections: whoever has just connected still asks his
question, and whoever asks often is told in an answer that it was the last."""

_LOOK: Final = 0.1
"""Seconds between two looks for connections that have become idle while draining."""

_AGAIN: Final = 60.0
"""Seconds in which the log is told once that no descriptor is left, however many connections come to nothing."""

_TOLD: Final = 256
"""Clients without a place who are told so at the same time. Each has a descriptor while it is; whoever comes beyond is
closed without a word."""

_log = structlog.get_logger("facade.wire")

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
        self.keeping = Keeping()
        self.loop = asyncio.get_running_loop()
        self._clients: set[Downstream] = set()
        self._handshakes: dict[Downstream, Handshake] = {}
        self._turned_away: set[Downstream] = set()
        self._warned = -math.inf
        self._emptied: asyncio.Event | None = None
        self._sockets: list[socket.socket] = []
        self._listeners: list[asyncio.Server] = []

    def __repr__(self) -> str:
        return f"<Server clients={len(self._clients) + len(self._handshakes)} draining={self.draining}>"

    async def listen(self, sockets: Sequence[socket.socket], tls: ssl.SSLContext | None, backlog: int) -> None:
        """Accept clients from `sockets`, which listen already and belong to the server from now on.

        The system keeps `backlog` connections at each while the loop is busy: to begin to accept is to say so again.
        """
        for each in sockets:
            listener = await self.loop.create_server(
                lambda: Downstream(self) if tls is None else Handshake(self, tls), sock=each, backlog=backlog
            )
            self._sockets.append(each)
            self._listeners.append(listener)

    def joined(self, client: Downstream) -> bool:
        """Count a client in; False when there are as many as the limits allow.

        One that is turned away lingers for a moment, and takes nobody's place meanwhile.
        """
        self._clients.add(client)
        if self._handshakes.pop(client, None) is not None:
            return client not in self._turned_away  # its handshake was counted
        return self._has_place(client)

    def knocked(self, client: Downstream, handshake: Handshake) -> bool:
        """Count in who is to become a client; False when there are too many to be told why.

        Where there is no place the handshake goes on nevertheless: only behind it can anybody be told.
        """
        self._handshakes[client] = handshake
        if self._has_place(client) or not self.crowded:
            return True
        self.turned_back(client)
        return False

    def turned_back(self, client: Downstream) -> None:
        """A handshake is over. If nobody joined behind it, it came to nothing."""
        if self._handshakes.pop(client, None) is not None:
            self._turned_away.discard(client)
            self._look_whether_empty()

    def out_of_descriptors(self) -> None:
        """A connection came to nothing because this process may open no more files and sockets."""
        if self.deadlines.now - self._warned >= _AGAIN:
            self._warned = self.deadlines.now
            _log.warning("no descriptor left", mend="raise the limit of open files, or lower limits.connections")

    def _has_place(self, newcomer: Downstream) -> bool:
        if len(self._clients) + len(self._handshakes) - len(self._turned_away) <= self.limits().connections:
            if descriptors.are_left(Wants.CLIENT):
                return True
            self.out_of_descriptors()
        self._turned_away.add(newcomer)
        return False

    @property
    def crowded(self) -> bool:
        """Whether those who are turned away are too many to be told why."""
        if len(self._turned_away) > min(_TOLD, self.limits().connections):
            return True
        return not descriptors.are_left(Wants.TELLING)

    def left(self, client: Downstream) -> None:
        self._clients.discard(client)
        self._turned_away.discard(client)
        self._look_whether_empty()

    @property
    def _is_empty(self) -> bool:
        return not self._clients and not self._handshakes

    def _look_whether_empty(self) -> None:
        if self._emptied is not None and self._is_empty:
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
        while not self._is_empty:
            for client in tuple(self._clients):
                client.close_if_idle()
            for handshake in tuple(self._handshakes.values()):
                handshake.close_if_slow()
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
        if not self._is_empty:
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
        for handshake in tuple(self._handshakes.values()):
            handshake.abort()
        return len(cut)
