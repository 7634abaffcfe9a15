"""Opens and closes a read-only listener, `observe` or `admin`: a `Site` on a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from facade.config.settings import Listener
from facade.control.binding import address, cannot_listen, server_context
from facade.control.connections import Connections
from facade.control.site import Site

CLOSE_WITHIN: Final = 2.0
"""Seconds that running answers get when the listener closes."""


class OpenListener:
    """A listener that answers. `address` is where, with the port that was really taken."""

    def __init__(self, name: str, sockets: asyncio.Server, connections: Connections) -> None:
        self.name = name
        self._sockets = sockets
        self._connections = connections
        host, port = sockets.sockets[0].getsockname()[:2]
        self.host: str = host
        self.port: int = port

    def __repr__(self) -> str:
        return f"<OpenListener {self.name} {self.address}>"

    @property
    def address(self) -> str:
        return address(self.host, self.port)

    async def close(self) -> None:
        """Take no more connections, let running answers end, close what is left."""
        self._sockets.close()
        self._connections.pre_shutdown()
        await self._connections.shutdown(CLOSE_WITHIN)


async def open_listener(name: str, listener: Listener, site: Site, request_id: Callable[[], str]) -> OpenListener:
    """Open listener `name` (its key in facade.yaml). Raises `StartError` where that cannot be done."""
    context = await asyncio.to_thread(server_context, name, listener.tls)
    connections = Connections(site, request_id)
    try:
        sockets = await asyncio.get_running_loop().create_server(
            connections.accept, listener.host, listener.port, ssl=context
        )
    except OSError as error:
        raise cannot_listen(name, listener, error) from error
    return OpenListener(name, sockets, connections)
