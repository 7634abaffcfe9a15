"""The tree of path templates: finds the templates a path fits, best first.

The law of this file: at every segment a literal comes before `{x}`, and `{x}` before `{x...}`; what does not fit is
passed over and the next best tried. A search enters no node twice, so it costs at most 2 ** (segments where a literal
has an `{x}` beside it) steps, and never more than there are nodes under that host: a table without such twins is walked
straight down, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from facade.routing.route import Match, SegmentKind

Leaf = TypeVar("Leaf")

Shape = tuple[tuple[SegmentKind, str], ...]
"""A template without the names of its parameters: two templates of one shape take the same paths."""


def shape(match: Match) -> Shape:
    """The shape of a match's path template."""
    return tuple((each.kind, each.text if each.kind is SegmentKind.LITERAL else "") for each in match.segments)


@dataclass(slots=True)
class Node(Generic[Leaf]):
    """One place in the tree, after some segments. `leaf` is what ends here, `rest` a node for whatever follows."""

    leaf: Leaf | None = None
    literals: dict[str, Node[Leaf]] = field(default_factory=dict)
    one: Node[Leaf] | None = None
    rest: Node[Leaf] | None = None

    def plant(self, template: Shape, leaf: Leaf) -> None:
        """Put a leaf at the end of a template."""
        node = self
        for kind, text in template:
            node = node._child(kind, text)
        node.leaf = leaf

    def leaves(self, segments: Sequence[str]) -> Iterator[Leaf]:
        """The leaves of the templates that a path fits, best first.

        `segments` is the path split at every slash, its empty first part included, each in its literal form.
        """
        node, depth, length = self, 1, len(segments)
        waiting: list[tuple[Node[Leaf], int]] = []
        while True:
            if node.rest is not None:
                waiting.append((node.rest, length))
            if depth < length:
                segment = segments[depth]
                depth += 1
                literal, one = node.literals.get(segment), node.one if segment else None
                if literal is not None:
                    if one is not None:
                        waiting.append((one, depth))
                    node = literal
                    continue
                if one is not None:
                    node = one
                    continue
            elif node.leaf is not None:
                yield node.leaf
            if not waiting:
                return
            node, depth = waiting.pop()

    def _child(self, kind: SegmentKind, text: str) -> Node[Leaf]:
        if kind is SegmentKind.LITERAL:
            return self.literals.setdefault(text, Node())
        if kind is SegmentKind.ONE:
            self.one = self.one or Node()
            return self.one
        self.rest = self.rest or Node()
        return self.rest
