"""What came out of reading one file: what is written in it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic

from facade.config.draft import Named
from facade.config.mistake import MAX_MISTAKES, Mistake
from facade.config.nodes import MappingNode, Node, ScalarNode, SequenceNode


@dataclass(slots=True)
class Reading(Generic[Named]):
    """One file. `is_whole` is False where names that stand in it may not be known."""

    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    written: list[Named] = field(default_factory=list)
    is_whole: bool = True

    @property
    def is_hopeless(self) -> bool:
        """Whether there is more wrong than will be told: reading on would only take time."""
        return len(self.mistakes) > MAX_MISTAKES


def as_block(node: Node, mistakes: list[Mistake]) -> MappingNode | None:
    """A node that has to be a block of keys; the mistake where it is none."""
    if isinstance(node, MappingNode):
        return node
    mistakes.append(Mistake(node.place, "is not a block of keys", 'write keys, such as "name: value", one a line'))
    return None


def items(root: MappingNode, key: str, reading: Reading[Any]) -> Iterator[MappingNode]:
    """The blocks of a list of blocks."""
    listing = root.get(key)
    if listing is None or (isinstance(listing, ScalarNode) and listing.spoiled):
        return
    if not isinstance(listing, SequenceNode):
        reading.mistakes.append(Mistake(listing.place, f"{key} is not a list", 'begin each of them with "- "'))
        reading.is_whole = False
        return
    for item in listing.items:
        if reading.is_hopeless:
            reading.is_whole = False
            return
        block = as_block(item, reading.mistakes)
        if block is None:
            reading.is_whole = False
        else:
            yield block
