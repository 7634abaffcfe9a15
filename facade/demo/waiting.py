"""Waiting with a deadline, which says what it waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from facade.demo.trouble import Trouble

_LOOK_EVERY: Final = 0.05
"""Seconds between two looks: a twentieth is not felt, and costs nothing beside the traffic."""


async def until(holds: Callable[[], Awaitable[bool]], within: float, what: str) -> None:
    """Return when `holds` does; after `within` seconds give up, naming `what` was waited for."""
    try:
        async with asyncio.timeout(within):
            while not await holds():  # noqa: ASYNC110 - what is asked is another process: nobody here could set an Event
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        raise Trouble(f"waited {within:g} s for {what}, in vain") from None
