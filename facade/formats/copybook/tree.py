"""Entries nested by their levels: items, with what they inherit from their groups and the bytes they take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from facade.formats.copybook.entry import FILLER, Entry, Sign, Usage
from facade.formats.copybook.mistakes import Mistake
from facade.formats.copybook.sizes import entry_mistakes, width_of

IMPLIED: Final = 0
"""The level of the group around a copybook that begins below 01."""

DISPLAY_SIGN: Final = Sign()


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An entry in its place. `size` is the bytes of one occurrence, at most; `least` at least.

    `variable` says that a table inside it has no fixed number of rows. `values` are the values in it at most.
    """

    entry: Entry
    children: tuple[Item, ...]
    usage: Usage
    sign: Sign
    size: int
    least: int
    variable: bool
    values: int

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def most(self) -> int:
        """How often it occurs at most."""
        return self.entry.occurs.most if self.entry.occurs else 1

    @property
    def is_variable(self) -> bool:
        """Whether what follows it moves."""
        return self.variable or (self.entry.occurs is not None and self.entry.occurs.depending is not None)

    def __repr__(self) -> str:
        return f"<Item {self.entry} size={self.size}>"


@dataclass(slots=True)
class _Node:
    entry: Entry
    children: list[_Node] = field(default_factory=list)


def build(entries: list[Entry], mistakes: list[Mistake]) -> Item | None:
    """The record that the entries describe, None where there is none; what is wrong goes to `mistakes`."""
    if not entries:
        return None
    root = _nested(entries, mistakes)
    return _item(root, Usage.DISPLAY, DISPLAY_SIGN, mistakes)


def families(item: Item) -> Iterator[tuple[Item, ...]]:
    """The children of a group, each with those that redefine it."""
    held: list[Item] = []
    for child in item.children:
        if held and not child.entry.redefines:
            yield tuple(held)
            held = []
        held.append(child)
    if held:
        yield tuple(held)


def _nested(entries: list[Entry], mistakes: list[Mistake]) -> _Node:
    first = entries[0]
    root = _Node(first) if first.level in {1, 77} else _Node(Entry(first.place, IMPLIED, ""))
    path = [root]
    for entry in entries[1:] if root.entry is first else entries:
        while len(path) > 1 and path[-1].entry.level >= entry.level:
            path.pop()
        above = path[-1]
        if entry.level in {1, 77}:
            what = f"{entry} begins a second record; put each record into a copybook of its own"
            mistakes.append(Mistake(entry.place, what))
            return root
        if above.children and above.children[0].entry.level != entry.level:
            siblings = above.children[0].entry
            what = f"{entry} stands beside {siblings}; give fields of one group one level"
            mistakes.append(Mistake(entry.place, what))
        above.children.append(_Node(entry))
        path.append(above.children[-1])
    return root


def _item(node: _Node, usage: Usage, sign: Sign, mistakes: list[Mistake]) -> Item:
    entry = node.entry
    usage, sign = entry.usage or usage, entry.sign or sign
    mistakes += [Mistake(entry.place, f"{entry.name or FILLER}: {what}") for what in _wrong(node, usage)]
    if not node.children:
        size = width_of(entry.picture, usage, sign)
        return Item(entry, (), usage, sign, size, size, variable=False, values=1)
    children = tuple(_item(child, usage, sign, mistakes) for child in node.children)
    mistakes += _redefinitions(children)
    standing = [child for child in children if not child.entry.redefines]
    return Item(
        entry,
        children,
        usage,
        sign,
        size=sum(child.size * child.most for child in standing),
        least=sum(child.least * (child.entry.occurs.least if child.entry.occurs else 1) for child in standing),
        variable=any(child.is_variable for child in children),
        values=sum(child.values * child.most for child in children),
    )


def _wrong(node: _Node, usage: Usage) -> Iterator[str]:
    if node.entry.level in {IMPLIED, 1, 77} and node.entry.occurs is not None:
        yield "a record does not repeat; put OCCURS on a field below it"
    if node.entry.level in {IMPLIED, 1, 77} and node.entry.redefines:
        yield "a copybook is one record, so it redefines nothing; give each record a copybook of its own"
    if node.children and node.entry.level == 77:
        yield "level 77 has no fields of its own; write 01"
    yield from entry_mistakes(node.entry, usage, is_group=bool(node.children))


def _redefinitions(children: tuple[Item, ...]) -> Iterator[Mistake]:
    """A redefinition follows what it redefines, or another of the same (ISO/IEC 1989, REDEFINES clause)."""
    original: Item | None = None
    for child in children:
        if not child.entry.redefines:
            original = child
            continue
        what = ""
        if original is None or original.name != child.entry.redefines:
            what = f"{child.entry.redefines} does not stand right before it; put it there"
        elif original.entry.occurs is not None:
            what = f"{original.name} repeats, so nothing can redefine it; redefine a group around it"
        elif child.is_variable or original.is_variable:
            what = "a table inside it has no fixed number of rows; what shares its bytes must have one"
        elif child.size * child.most > original.size:
            what = f"it is longer than {original.name}, {child.size * child.most} bytes and {original.size}; widen that"
        if what:
            yield Mistake(child.entry.place, f"{child.name or FILLER} REDEFINES {child.entry.redefines}: {what}")
