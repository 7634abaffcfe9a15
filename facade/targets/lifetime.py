"""Adapters opened and closed, each by itself and within bounds.

One that fails or hangs as it opens is a silo that cannot be opened, and not a sidecar that cannot start or reload
again; one that does so as it closes keeps no other open, and no sidecar from its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import structlog

from facade.port import Adapter, Services, SiloError
from facade.targets.definition import Adapted
from facade.tasks import spawn

OPENING: Final = 60.0
"""Seconds for an adapter to open: it waits for no silo, but a large WSDL takes a machine that is busy some of them."""

PATIENCE: Final = 5.0
"""Seconds for an adapter to let go of its silo: a log-off and the end of a connection take less."""

_log = structlog.get_logger("facade.targets")


async def open_adapter(silo: str, reach: Adapted, services: Services, patience: float = OPENING) -> Adapter:
    """The silo's adapter, open; raises SiloError, which names the silo and shows nothing of what the adapter raised."""
    try:
        async with asyncio.timeout(patience):
            return await reach.kind.open(reach.settings, reach.operations, services)
    except SiloError:
        raise
    except TimeoutError as error:
        raise SiloError(f"{silo}: its adapter does not open") from error
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        _log.error("adapter failed as it opened", silo=silo, exc_info=error)
        raise SiloError(f"{silo}: its adapter failed, with {type(error).__name__}") from error


async def close_adapters(adapters: Iterable[tuple[str, Adapter]], patience: float = PATIENCE) -> None:
    """Close all of them, named by their silos, and wait `patience` seconds at most; raises nothing of theirs."""
    closing = [spawn(_closed(silo, adapter), f"close adapter {silo}") for silo, adapter in adapters]
    if not closing:
        return
    try:
        _, hanging = await asyncio.wait(closing, timeout=patience)
    except asyncio.CancelledError:
        for each in closing:
            each.cancel()
        raise
    for each in hanging:
        _log.error("adapter does not close", task=each.get_name())
        each.cancel()


async def _closed(silo: str, adapter: Adapter) -> None:
    """An adapter may raise anything, with anything in its words, so only the kind of its error is told."""
    try:
        await adapter.close()
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - a third party's code
        _log.error("adapter failed as it closed", silo=silo, error=type(error).__name__)
