"""Whether a sidecar makes spans: begun with it where its environment wants them, and ended with it in bounded time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from facade.telemetry.spans import ENDPOINTS, Spans, is_wanted

_LAST_SPANS: Final = 2.0
"""Seconds that the last spans get to leave: nobody waits longer for a collector that does not answer."""

_log = structlog.get_logger("facade.telemetry.tracing")


def begin(version: str, environment: Mapping[str, str], wall: Callable[[], int]) -> Spans | None:
    """The spans of this sidecar; None where none are wanted, or, and that is said, none can be made. Blocks.

    `wall` is Unix time in nanoseconds.
    """
    if not is_wanted(environment):
        return None
    try:
        return Spans.sent(version, environment, wall)
    except ImportError:
        mend = f"install strangler-facade[otel], or unset {' and '.join(ENDPOINTS)}"
    except Exception as error:  # noqa: BLE001 - whatever the SDK makes of its variables, calls are served without spans
        mend = f"mend the variables OTEL_*: {type(error).__name__}"
    _log.warning("no spans", mend=mend)
    return None


async def end(spans: Spans | None) -> None:
    """Send what waits, for a moment at most."""
    if spans is not None:
        closing = threading.Thread(target=spans.close, name="send the last spans", daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, _LAST_SPANS)
