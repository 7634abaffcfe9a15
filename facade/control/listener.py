"""Opens and closes a read-only listener, `observe` or `admin`: a `Site` on a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from facade.control.binding import address, server_context
from facade.control.connections import Connections
from facade.control.site import Site
from facade.control.succession.doors import Door

BACKLOG: Final = 32
"""Connections that wait to be accepted, and are all accepted in one go: each is 0.1 ms of work that calls wait for."""

CLOSE_WITHIN: Final = 2.0
"""Seconds that running answers get when the listener closes."""


class OpenListener:
    """A listener that answers. `address` is where, with the port that was really taken."""

    def __init__(self, name: str, servers: Sequence[asyncio.Server], connections: Connections) -> None:
        self.name = name
        self._servers = servers
        self._connections = connections
        host, port = servers[0].sockets[0].getsockname()[:2]
        self.host: str = host
        self.port: int = port

    def __repr__(self) -> str:
        return f"<OpenListener {self.name} {self.address}>"

    @property
    def address(self) -> str:
        return address(self.host, self.port)

    def shut(self) -> None:
        """Take no more connections."""
        for server in self._servers:
            server.close()

    async def close(self) -> None:
        """Take no more connections, let running answers end, close what is left."""
        self.shut()
        self._connections.pre_shutdown()
        await self._connections.shutdown(CLOSE_WITHIN)


async def open_listener(door: Door, site: Site, request_id: Callable[[], str]) -> OpenListener:
    """Answer at a door, which belongs to the listener from then on. Raises `StartError` where that cannot be done."""
    tls = door.listener.tls
    context = None if tls is None else await asyncio.to_thread(server_context, door.name, tls)
    connections = Connections(site, request_id)
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(connections.accept, sock=each, ssl=context, backlog=BACKLOG) for each in door.sockets
    ]
    return OpenListener(door.name, servers, connections)
