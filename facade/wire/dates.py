"""The `Date` of the facade's own answers (RFC 9110 section 6.6.1). Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate


class HttpDate:
    """Tells the date as HTTP writes it. `wall` is Unix time in seconds; within one second the text is made once."""

    __slots__ = ("_second", "_text", "_wall")

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._second = -1
        self._text = b""

    def __call__(self) -> bytes:
        """An IMF-fixdate (RFC 9110 section 5.6.7)."""
        second = int(self._wall())
        if second != self._second:
            self._second = second
            self._text = formatdate(second, usegmt=True).encode("ascii")
        return self._text
