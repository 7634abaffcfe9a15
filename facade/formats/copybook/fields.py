"""One field's storage, chosen by its clauses; and the bytes that its literals stand for."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Final

from facade.formats.copybook import literals
from facade.formats.copybook.binary import binary_storage, native_storage
from facade.formats.copybook.entry import Form, Literal, Usage
from facade.formats.copybook.floats import float_storage
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.packed import packed_storage
from facade.formats.copybook.pages import Page
from facade.formats.copybook.storage import Storage
from facade.formats.copybook.text import text_storage
from facade.formats.copybook.tree import Item
from facade.formats.copybook.zoned import zoned_storage


class Numbers(enum.StrEnum):
    """What COMP-5, COMP-1 and COMP-2 are on the machine that wrote a record.

    `ibm` is a mainframe: the most significant byte first, hexadecimal floats. The others have IEEE's.
    """

    IBM = "ibm"
    BIG = "big"
    LITTLE = "little"


def storage_of(item: Item, page: Page, numbers: Numbers) -> Storage:
    """The storage of a field without mistakes."""
    picture, entry = item.entry.picture, item.entry
    if item.usage in {Usage.SINGLE, Usage.DOUBLE}:
        return float_storage(item.size, numbers)
    assert picture is not None
    if not picture.is_number:
        return text_storage(picture.size, page, justified=entry.justified)
    if item.usage is Usage.PACKED:
        return packed_storage(picture)
    if item.usage is Usage.BINARY:
        return binary_storage(picture, item.size)
    if item.usage is Usage.NATIVE:
        return native_storage(picture, item.size, "little" if numbers is Numbers.LITTLE else "big")
    return zoned_storage(picture, item.sign, page, blank_when_zero=entry.blank_when_zero)


def is_text(item: Item) -> bool:
    return item.entry.picture is not None and not item.entry.picture.is_number


def is_whole(item: Item) -> bool:
    """Whether every value of the field is a whole number."""
    picture = item.entry.picture
    return picture is not None and picture.is_number and picture.scale <= 0


def initial_of(item: Item, storage: Storage, page: Page) -> bytes:
    """What a field holds before a program puts anything there: its VALUE, or spaces, or zero; raise Misfit."""
    if item.entry.value is not None:
        return literal_bytes(item.entry.value, item, storage, page)
    return storage.write("" if is_text(item) else 0)


def literal_bytes(literal: Literal, item: Item, storage: Storage, page: Page) -> bytes:
    """A literal as the field stores it; raise Misfit where it does not fit."""
    width = storage.width
    if literal.form is Form.BYTES:
        return _filled(bytes.fromhex(literal.text), literal, width, page)
    if literal.form is Form.FIGURATIVE and (is_text(item) or literal.text != literals.ZERO):
        return (
            _FIGURES[literal.text] * width if literal.text in _FIGURES else page.encode(_LETTERS[literal.text]) * width
        )
    if literal.form is Form.FIGURATIVE:
        return storage.write(0)
    if not is_text(item):
        return storage.write(Decimal(literal.text) if literal.form is Form.NUMBER else literal.text)
    if not literal.fills:
        return storage.write(literal.text)
    try:
        return _filled(page.encode(literal.text), literal, width, page)
    except ValueError:
        raise Misfit(f"holds a character that code page {page.name} has not") from None


_FIGURES: Final = {literals.LOW: b"\0", literals.HIGH: b"\xff"}
_LETTERS: Final = {literals.SPACE: " ", literals.ZERO: "0", literals.QUOTE: '"'}


def _filled(raw: bytes, literal: Literal, width: int, page: Page) -> bytes:
    if len(raw) > width:
        raise Misfit(f"is too long: it has room for {width} characters")
    return (raw * (width // len(raw) + 1))[:width] if literal.fills else raw.ljust(width, page.space)
