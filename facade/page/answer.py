"""A template and what it shows, as an answer that is made while it is sent."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Mapping
from itertools import chain

from facade.control.answers import HTML, Pause, Reply
from facade.page.environment import slices
from facade.page.headers import HEADERS
from facade.page.sources import Sources


def page(
    sources: Sources, template: str, at: datetime.datetime, context: Mapping[str, object], status: int = 200
) -> Reply:
    """The page that this template makes of what there was at a moment, which is aware, in UTC.

    Its first piece is made here, so that a page that cannot be made is no page that was cut.
    """
    frame = {"version": sources.overview.version, "at": at, "since": f"{at.timestamp():.6f}", "here": ""}
    pieces = slices(template, {**frame, **context})
    first = next(pieces, b"")
    return Reply(status, HTML, _paused(chain((first,), pieces), sources.pause), HEADERS)


async def _paused(pieces: chain[bytes], pause: Pause) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await pause()
