"""A YAML document as placed values: every scalar is the text that was written, and knows its file and line.

The law of this file: nothing is guessed. A node is text, a list or a block of keys; what a text means is for the key
it stands at to say. `locate` finds a value by its path of keys, so that a mistake can be told where it was made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from facade.routing.route import Place

_NOTHING_READ: Final[Mapping[int, object]] = MappingProxyType({})

Step: TypeAlias = "str | int"


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A text. `start` and `end` are its characters in the document, quotes included; `style` its quote, if any.

    `shown` is what a mistake may quote, None for a value that may be secret. A `spoiled` value has been spoken of
    already: whatever else is wrong with it is not told.
    """

    place: Place
    text: str
    start: int = 0
    end: int = 0
    style: str = ""
    shown: str | None = None
    spoiled: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether nothing at all was written after the key."""
        return not self.text and not self.style


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    place: Place
    items: Sequence[Node]


class Entry(NamedTuple):
    """A key of a block and its value."""

    place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A block of keys, one on each line or all of them `in_braces`."""

    place: Place
    entries: Mapping[str, Entry] = field(default_factory=dict)
    in_braces: bool = False

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return None if entry is None else entry.value

    def text(self, key: str) -> str | None:
        """The text at a key; None where there is none, or a list or block stands there."""
        value = self.get(key)
        return value.text if isinstance(value, ScalarNode) and not value.is_absent else None


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


class Located(NamedTuple):
    """Where a path of keys led: the place of its last key, the keys on the way, and what stands there.

    `missing` is the first key that is not there, None if all are.
    """

    place: Place
    trail: tuple[str, ...]
    node: Node
    missing: str | None = None


def locate(root: Node, steps: Iterable[Step]) -> Located:
    """Follow keys and list positions from a node. A step that leads nowhere is passed over, but remembered."""
    place, trail, node, missing = root.place, [], root, None
    for step in steps:
        if isinstance(node, MappingNode) and step in node.entries:
            place, node = node.entries[str(step)]
            trail.append(str(step))
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            missing = missing or str(step)
    return Located(place, tuple(trail), node, missing)


def plain(node: Node, values: Mapping[int, object] = _NOTHING_READ) -> object:
    """The node's value alone, as pydantic reads it: text, list or dict. None: nothing was written.

    `values` are what texts have been read as already, by the id of their node.
    """
    if isinstance(node, MappingNode):
        return {key: plain(entry.value, values) for key, entry in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [plain(item, values) for item in node.items]
    return None if node.is_absent else values.get(id(node), node.text)


def canonical(node: Node) -> str:
    """The node's value as a text that is another for another value, whatever its keys' order."""
    return json.dumps(plain(node), sort_keys=True)


def is_spoiled(node: Node) -> bool:
    """Whether something in the node has been spoken of already."""
    return any(scalar.spoiled for _, scalar in scalars(node))


def scalars(node: Node, trail: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], ScalarNode]]:
    """Every text in a node, with the keys that lead to it."""
    if isinstance(node, MappingNode):
        for key, entry in node.entries.items():
            yield from scalars(entry.value, (*trail, key))
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from scalars(item, trail)
    else:
        yield trail, node


def placed(node: MappingNode, path: Sequence[str], value: Node, place: Place) -> MappingNode:
    """The same block with another value at `path`; blocks on the way are made where they are missing."""
    key, rest = path[0], path[1:]
    if rest:
        inner = node.get(key)
        value = placed(inner if isinstance(inner, MappingNode) else MappingNode(place), rest, value, place)
    return MappingNode(node.place, {**node.entries, key: Entry(place, value)}, node.in_braces)


def without(node: MappingNode, key: str) -> MappingNode:
    """The same block without one of its keys."""
    left = {each: entry for each, entry in node.entries.items() if each != key}
    return MappingNode(node.place, left, node.in_braces)
