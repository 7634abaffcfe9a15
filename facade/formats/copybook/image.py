"""A record as it is read: its bytes, and the same bytes as text and as digits, turned over once for all fields."""

from __future__ import annotations

import codecs
from decimal import Decimal
from typing import Final

from facade.formats.copybook.pages import Page

_PLACES: Final = {
    b"\x00": "holds low-values where a number must be",
    b"\xff": "holds high-values where a number must be",
}


class Image:
    """One record. `seen` holds what later parts of it depend on, by the number of the field: its bytes and its value.

    One shorter than `most` is read as if low-values followed; `length` is its own.
    """

    __slots__ = ("digits", "length", "page", "raw", "seen", "text")

    def __init__(self, raw: bytes, page: Page, most: int = 0) -> None:
        self.length = len(raw)
        self.raw = raw = raw.ljust(most, b"\0")
        self.page = page
        self.text = codecs.charmap_decode(raw, "strict", page.texts)[0]
        self.digits = codecs.charmap_decode(raw, "strict", page.digits)[0]
        self.seen: dict[int, tuple[bytes, str | int | Decimal]] = {}

    def __repr__(self) -> str:
        return f"<Image of {self.length} bytes>"

    def complaint(self, start: int, end: int) -> str:
        """What stands where a number must be, in words that do not show it."""
        raw = self.raw[start:end]
        if raw == self.page.space * len(raw):
            return "holds spaces where a number must be"
        if raw and raw[:1] * len(raw) == raw and raw[:1] in _PLACES:
            return _PLACES[raw[:1]]
        return "holds what is no number"
