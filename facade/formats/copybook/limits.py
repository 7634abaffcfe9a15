"""What a record may be at most: a copybook is small, and what it describes need not be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from facade.formats.copybook.mistakes import Mistake
from facade.formats.copybook.spots import Spot
from facade.formats.copybook.tree import Item

MAX_RECORD: Final = 1024 * 1024
"""Bytes of a record: mainframes end far below, and several are in memory at a time."""

MAX_VALUES: Final = 100_000
"""Values in a record: the rows of all its tables by their fields."""

MAX_TABLES: Final = 7
"""Tables inside one another, as COBOL has it (ISO/IEC 1989, subscripts)."""


def limit_mistakes(root: Item, spots: Iterable[Spot]) -> Iterator[Mistake]:
    place = root.entry.place
    if root.size > MAX_RECORD:
        yield Mistake(place, f"the record has {root.size} bytes; one of at most {MAX_RECORD} is read, so divide it")
    if root.values > MAX_VALUES:
        yield Mistake(place, f"the record has {root.values} values; one of at most {MAX_VALUES} is read, so divide it")
    if not root.size:
        yield Mistake(place, "the record has no bytes; write its fields")
    for spot in spots:
        if sum(each.item.entry.occurs is not None for each in (*spot.groups, spot)) > MAX_TABLES:
            yield Mistake(
                spot.item.entry.place, f"more than {MAX_TABLES} tables are inside one another; divide the record"
            )
