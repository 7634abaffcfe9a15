"""Texts: PIC X and A, in the record's code page, filled with spaces, never cut."""

from __future__ import annotations

import codecs
import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.pages import GAP, Page
from facade.formats.copybook.storage import Storage

_MOST: Final = 400
"""Powers of ten of a number that becomes a text: one of a million zeros is nobody's."""


def text_storage(width: int, page: Page, *, justified: bool) -> Storage:
    """A text of `width` bytes. Read without its trailing spaces; where it is `justified`, without its leading ones."""
    if justified:
        return Storage(width, _justified(width), lambda value: _encoded(value, width, page).rjust(width, page.space))
    return Storage(width, _left(width), _left_writer(width, page))


def _left(width: int) -> Callable[[Image, int], str]:
    def read(image: Image, at: int) -> str:
        text = image.text[at : at + width].rstrip(" ")
        return _unfilled(image, at, at + width) if GAP in text else text

    return read


def _justified(width: int) -> Callable[[Image, int], str]:
    def read(image: Image, at: int) -> str:
        text = image.text[at : at + width].lstrip(" ")
        return _unfilled(image, at, at + width) if GAP in text else text

    return read


def _unfilled(image: Image, start: int, end: int) -> str:
    """A field that no program has filled yet is low-values, and empty; any other control character is an error."""
    if image.raw[start:end].strip(b"\0" + image.page.space):
        raise Misfit(f"holds a byte that is no text in code page {image.page.name}")
    return ""


def _left_writer(width: int, page: Page) -> Callable[[object], bytes]:
    encoding, space, encode = page.encoding, page.space, codecs.charmap_encode

    def write(value: object) -> bytes:
        if type(value) is str and len(value) <= width and GAP not in value:
            try:
                return encode(value, "strict", encoding)[0].ljust(width, space)
            except UnicodeEncodeError:
                raise Misfit(_no_character(page)) from None
        return _encoded(value, width, page).ljust(width, space)

    return write


def _encoded(value: object, width: int, page: Page) -> bytes:
    text = value if type(value) is str else _as_text(value)
    try:
        encoded = page.encode(text)
    except ValueError:
        raise Misfit(_no_character(page)) from None
    if len(encoded) > width:
        raise Misfit(f"is too long: it has room for {width} characters")
    return encoded


def _no_character(page: Page) -> str:
    return f"holds a character that code page {page.name} has not"


def _as_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | datetime.date):
        raise Misfit("must be text")
    if isinstance(value, Decimal):
        return _digits(value)
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _digits(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > _MOST:
        raise Misfit("has too many digits")
    return format(value, "f")
