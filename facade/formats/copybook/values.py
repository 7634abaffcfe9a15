"""Level 88, and whatever else asks whether a field holds certain values: a test over the field's bytes and its value.

A number is compared as a number, whatever its sign's half byte; a text as the bytes it is stored in, filled with
spaces, in the code page's own order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from facade.formats.copybook.entry import Form, Literal
from facade.formats.copybook.fields import is_text, literal_bytes
from facade.formats.copybook.image import Image
from facade.formats.copybook.literals import ZERO
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.pages import Page
from facade.formats.copybook.storage import Storage, Value
from facade.formats.copybook.tree import Item

Test: TypeAlias = Callable[[bytes, Value], bool]
"""Whether a field's bytes, and the value that was read from them, are among those named."""

Ranges: TypeAlias = tuple[tuple[Literal, Literal | None], ...]


def test_of(ranges: Ranges, item: Item, storage: Storage, page: Page) -> Test:
    """The test for a field's values; raise Misfit where a literal does not fit the field."""

    def bound(literal: Literal) -> Any:
        raw = literal_bytes(literal, item, storage, page)
        return raw if is_text(item) else storage.read(Image(raw, page), 0)

    readable = [pair for pair in ranges if is_text(item) or not _is_blank(pair[0])]
    points = frozenset(bound(first) for first, last in readable if last is None)
    spans = tuple((bound(first), bound(last)) for first, last in readable if last is not None)
    if any(first > last for first, last in spans):
        raise Misfit("ends before it begins, and so never holds")
    if is_text(item):
        return _among_bytes(points, spans)
    return _among_numbers(points, spans)


def written_ranges(item: Item, text: str) -> Ranges:
    """What an operator's text means for a field: the values that a level 88 of this name has, or itself."""
    named = next((each.ranges for each in item.entry.conditions if each.name == text.upper()), None)
    return named or ((Literal(Form.TEXT, text), None),)


def _is_blank(literal: Literal) -> bool:
    """SPACES or LOW-VALUES in a number: where they stand there is no number to compare."""
    return literal.form is Form.FIGURATIVE and literal.text != ZERO


def _among_bytes(points: frozenset[Any], spans: tuple[tuple[Any, Any], ...]) -> Test:
    return lambda raw, _value: raw in points or any(first <= raw <= last for first, last in spans)


def _among_numbers(points: frozenset[Any], spans: tuple[tuple[Any, Any], ...]) -> Test:
    return lambda _raw, value: value in points or any(first <= value <= last for first, last in spans)
