"""A client of a TLS listener before it is one: it shakes hands (RFC 8446 section 4), and has its place meanwhile.

Whoever connects takes a place of `limits.connections` at once. A listener with a TLS context of its own tells only of
the connections that are done with their handshake, so any number of others could stand at its door. Here it listens
without one, and each connection is taken from it and counted before the first byte is read.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

from facade.tasks import spawn
from facade.wire.downstream import Downstream
from facade.wire.sockets import taken_from

if TYPE_CHECKING:
    from facade.wire.server import Server

_PATIENCE: Final = 10.0
"""Seconds for a handshake, as long as a head gets by default: it is two round trips and a little arithmetic."""

_QUICK: Final = 1.0
"""Seconds in which nearly every handshake is over, also one around the world; a drain waits no longer for one."""


class Handshake(asyncio.Protocol):
    """One connection until its handshake is over, well or not."""

    __slots__ = ("_client", "_connection", "_server", "_since", "_task", "_tls")

    def __init__(self, server: Server, tls: ssl.SSLContext) -> None:
        self._server = server
        self._tls = tls
        self._since = server.deadlines.now
        self._client = Downstream(server)
        self._connection: socket.socket | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        both_ways = cast(asyncio.Transport, transport)
        if not self._server.knocked(self._client, self):
            both_ways.abort()
            return
        try:
            self._connection = connection = taken_from(both_ways)
        except OSError:  # there is no descriptor for it (EMFILE, ENFILE)
            both_ways.abort()
            self._server.turned_back(self._client)
            self._server.out_of_descriptors()
        else:
            self._task = spawn(self._shake_hands(connection), "TLS handshake")

    async def _shake_hands(self, connection: socket.socket) -> None:
        try:
            await self._server.loop.connect_accepted_socket(
                lambda: self._client, connection, ssl=self._tls, ssl_handshake_timeout=_PATIENCE
            )
        except OSError:
            pass  # whoever fails is counted, by OpenSSL's own word for it, where the certificate is kept
        finally:
            self._server.turned_back(self._client)

    def close_if_slow(self) -> None:
        """Draining: whoever has just connected still asks his question, and nobody else is waited for."""
        if self._server.deadlines.now - self._since > _QUICK:
            self.abort()

    def abort(self) -> None:
        if self._connection is not None:
            with suppress(OSError):  # it has just ended by itself
                self._connection.shutdown(socket.SHUT_RDWR)
