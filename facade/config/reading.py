"""What came out of reading one file: what is written in it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic

from facade.config.draft import Named
from facade.config.mistake import MAX_MISTAKES, Mistake
from facade.config.nodes import MappingNode, Node


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
