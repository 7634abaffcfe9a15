"""The floor: bytes from one socket to the other and back, with no HTTP at all. Nothing on this loop can cost less.

Usage: `python -m bench.byte_relay PORT UPSTREAM_PORT`
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop


class Relay(asyncio.Protocol):
    """One side of a pair; `far` is the other, whose transport gets what comes in here."""

    far: asyncio.WriteTransport

    def __init__(self, upstream: int | None = None) -> None:
        self._upstream = upstream
        self._opening: asyncio.Task[None] | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._upstream is not None:
            self._opening = asyncio.ensure_future(self._open(cast(asyncio.WriteTransport, transport), self._upstream))

    async def _open(self, near: asyncio.WriteTransport, upstream: int) -> None:
        far, other = await asyncio.get_running_loop().create_connection(Relay, "127.0.0.1", upstream)
        other.far, self.far = near, far
        far.writelines(self._early)

    def data_received(self, data: bytes) -> None:
        if hasattr(self, "far"):
            self.far.write(data)
        else:
            self._early.append(data)

    def connection_lost(self, error: Exception | None) -> None:
        if hasattr(self, "far"):
            self.far.close()


async def serve(port: int, upstream: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Relay(upstream), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
