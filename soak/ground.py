"""The tests' ground, fit for a million exchanges: on the sidecar's own kind of loop, and with its defects heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
import uvloop
from far_end import settle
from ground import TURNS, Ground
from network import Network

__all__ = ["TURNS", "Ground", "Loop", "clear", "listen"]

NETWORK: Final = Network()
"""Where the loops' connections lead, in place of sockets."""


class Loop(uvloop.Loop):
    """A loop that connects to nobody outside."""

    async def create_connection(  # type: ignore[override]  # as much of it as a pool uses
        self, protocol_factory: Callable[[], asyncio.Protocol], host: str, port: int, **more: Any
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        return await NETWORK.create_connection(protocol_factory, host, port, **more)


def listen(defects: list[str]) -> None:
    """Keep what nobody handled: exceptions that reach the loop or the log."""

    def hear(_: object, __: str, event: Any) -> Any:
        if "exc_info" in event:
            defects.append(f"{event['event']}: {event['exc_info']!r}")
        raise structlog.DropEvent

    structlog.configure(processors=[hear])
    asyncio.get_running_loop().set_exception_handler(lambda _, context: defects.append(repr(context)))


async def clear(ground: Ground) -> None:
    """End what is idle, and forget what was."""
    for far in ground.network.ends:
        if not far.gone:
            far.resets()
    await settle(TURNS)
    ground.network.ends.clear()
    ground.network.asked.clear()
