"""Where a field begins, if it begins at one place in every record."""

from __future__ import annotations

from facade.formats.copybook.spots import Spot
from facade.formats.copybook.tree import Item, families


def offset_of(spot: Spot) -> int | None:
    """The bytes before a field; None inside a table, and behind one whose rows are counted by a field."""
    offset = 0
    for group, inner in zip(spot.groups, (*spot.groups[1:], spot), strict=True):
        before = _before(inner.item, group.item)
        if before is None or inner.item.entry.occurs is not None:
            return None
        offset += before
    return offset


def _before(item: Item, group: Item) -> int | None:
    offset = 0
    for family in families(group):
        if item in family:
            return offset
        if family[0].is_variable:
            return None
        offset += family[0].size * family[0].most
    return None
