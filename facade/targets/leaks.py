"""Addresses of a silo in the bodies of its answers: counted, never changed.

A body may be signed, compressed, half of something or in any coding, so the facade changes none. But whoever means to
switch a silo off has to know that its pages still send people there.
"""

from __future__ import annotations

import re
from typing import Final

from facade.targets.address import LONGEST_MENTION
from facade.telemetry.series import Counter
from facade.wire.message import ResponseHead, name

LOOKED_AT: Final = 64 * 1024
"""Bytes of a body that are looked at: a page shows within them how it writes its links, and that takes 0.1 ms."""

_CONTENT_TYPE: Final = name("content-type")
_CONTENT_ENCODING: Final = name("content-encoding")

_TEXT: Final = re.compile(
    rb"(?:text/[^;\s]+|application/(?:[^;\s]*\+)?(?:json|xml)|application/(?:x-)?(?:java|ecma)script)\s*(?:;|\Z)",
    re.IGNORECASE,
)
"""Media types that hold links in ASCII (RFC 6839 for `+json` and `+xml`)."""


def readable(head: ResponseHead) -> bool:
    """Whether the body is text that nothing has encoded."""
    if head.has(_CONTENT_ENCODING):
        return False
    media_type = head.get(_CONTENT_TYPE)
    return media_type is not None and _TEXT.match(media_type) is not None


class LeakCounter:
    """Counts mentions in one body as its pieces pass; a mention may be cut in two anywhere."""

    __slots__ = ("_counter", "_kept", "_mention", "_room")

    def __init__(self, mention: re.Pattern[bytes], counter: Counter) -> None:
        self._mention = mention
        self._counter = counter
        self._kept = b""
        self._room = LOOKED_AT

    def see(self, data: bytes) -> None:
        if self._room <= 0:
            return
        text = self._kept + data[: self._room].lower()
        self._room -= len(data)
        # What begins near the end may go on in the next piece, so it is left for then.
        self._count(text, len(text) if self._room <= 0 else max(0, len(text) - LONGEST_MENTION))

    def end(self) -> None:
        self._count(self._kept, len(self._kept))

    def _count(self, text: bytes, end: int) -> None:
        """Count what begins before `end`, and keep the rest."""
        self._counter.value += sum(match.start() < end for match in self._mention.finditer(text))
        self._kept = text[end:]
