"""YAML text as nodes: composed from the parser's events, never constructed.

The law of this file: reading is safe before it is anything else.

- A file is bounded in bytes before it is parsed, and in values and depth while it is.
- Nothing is constructed: tags (`!!python/...`) are refused, and no text becomes a number, a date or a truth.
- A value stands where it is used: aliases (`*name`) and merge keys (`<<`) are refused. So nothing expands, nothing is
  its own part, each value has one line, and `facade move` changes one route and no other.
- A key that stands twice is a mistake that names both lines.

Events and not `yaml.compose`: the composer recurses in C, follows aliases and lets the last of two keys win; libyaml's
scanner takes quadratic time over nested brackets, which only a reader that stops at a depth can cut short.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from facade.config.mistake import Mistake, quote
from facade.config.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from facade.routing.route import Place

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
"""Bytes of one file: 10,000 routes of 300 bytes, and some air."""

MAX_NODES: Final = 400_000
"""Values in one file, keys counted too: 10,000 routes of 40. It bounds memory, at some 200 bytes a value."""

MAX_DEPTH: Final = 32
"""Blocks within blocks. The language itself needs eight."""

BYTE_ORDER_MARK: Final = "\ufeff"
"""Some editors begin a UTF-8 file with one. It says nothing, so it is passed over."""

_STANDARD_TAG: Final = "tag:yaml.org,2002:"
"""What `!!` stands for (YAML 1.2.2 section 6.8.2)."""

_QUOTE_IT: Final = "put the value in quotes"
_BRACES: Final = "write one, or put the braces in quotes if they belong to a template"
PLAIN_WORDS: Final = {
    "found character that cannot start any token": (
        "a tab, or a character that YAML keeps for itself, begins a value",
        f"indent with spaces, or {_QUOTE_IT}",
    ),
    "mapping values are not allowed in this context": (
        "a colon stands where no key can be",
        f"mend the indentation, or {_QUOTE_IT}",
    ),
    "did not find expected ',' or '}'": ("these braces do not close", "put a value that holds braces in quotes"),
    "did not find expected ',' or ']'": ("these brackets do not close", "close them, or put the value in quotes"),
    "did not find expected node content": (
        "a value is missing, or brackets or braces do not close",
        "close them, or write the value",
    ),
    "did not find expected key": ("a key was expected", "mend the indentation of this line or of the one above"),
    "found unexpected end of stream": ("a quote is never closed", "close it"),
}
"""What libyaml says, and what an operator is told; anything else is told in libyaml's words."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The documents of one file that hold anything, and what is wrong with its YAML."""

    documents: tuple[Node, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def compose(file: str, data: bytes) -> Composed:
    """Read one file. A file that is not YAML has one mistake and no document."""
    if len(data) > MAX_FILE_BYTES:
        size = f"is longer than {MAX_FILE_BYTES} bytes"  # how long is not known: no more of it was read
        return Composed(mistakes=(Mistake(Place(file, 1), size, "split it into several files"),))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = Place(file, data.count(b"\n", 0, error.start) + 1)
        return Composed(mistakes=(Mistake(place, "is not UTF-8 text", "save it as UTF-8"),))
    return compose_text(file, text.removeprefix(BYTE_ORDER_MARK))


def compose_text(file: str, text: str) -> Composed:
    """Read one file's text, which has no byte order mark."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _Unreadable as unreadable:
        return Composed(mistakes=(*builder.mistakes, unreadable.mistake))
    except yaml.YAMLError as error:
        return Composed(mistakes=(_not_yaml(file, text, error),))
    if not builder.documents:
        return Composed(mistakes=(Mistake(Place(file, 1), "is empty", "write its keys, or delete the file"),))
    return Composed(tuple(builder.documents), tuple(builder.mistakes))


class _Unreadable(Exception):  # noqa: N818 - it ends the reading of a file and never leaves this module
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.what)
        self.mistake = mistake


@dataclass(slots=True)
class _Open:
    """A list or block whose end is not yet read. `key` is the key that waits for its value."""

    place: Place
    items: list[Node] | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    key: ScalarNode | None = None
    key_is_next: bool = True
    in_braces: bool = False

    def close(self) -> Node:
        if self.items is not None:
            return SequenceNode(self.place, self.items)
        return MappingNode(self.place, self.entries, self.in_braces)


class _Builder:
    """Takes events one by one. What is open stands in a list of its own, so depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.documents: list[Node] = []
        self.mistakes: list[Mistake] = []
        self._place = Place(file, 1)
        self._open: list[_Open] = []
        self._nodes = 0

    def take(self, event: Event) -> None:
        if isinstance(event, ScalarEvent):
            self._count(event)
            self._put(self._scalar(event))
        elif isinstance(event, MappingStartEvent):
            self._count(event)
            self._open.append(_Open(self._place, in_braces=bool(event.flow_style)))
        elif isinstance(event, SequenceStartEvent):
            self._count(event)
            self._open.append(_Open(self._place, items=[]))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._put(self._open.pop().close())
        elif isinstance(event, AliasEvent):
            self._move_to(event)
            self._refuse(f"*{event.anchor} is an alias", "write the value out: each value stands where it is used")

    def _count(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        self._move_to(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse(f"holds more than {MAX_NODES} values", "split the file into several")
        if len(self._open) >= MAX_DEPTH:
            self._refuse(f"is more than {MAX_DEPTH} levels deep", "write it flatter")
        if event.tag is not None and event.tag != "!":
            tag = event.tag.replace(_STANDARD_TAG, "!!")
            self._mistake(f"the tag {quote(tag)} is not read", "remove it: a value is read as its key wants")

    def _move_to(self, event: Event) -> None:
        line = _mark(event.start_mark).line + 1
        if line != self._place.line:
            self._place = Place(self._place.file, line)

    def _scalar(self, event: ScalarEvent) -> ScalarNode:
        start, end = _mark(event.start_mark).index, _mark(event.end_mark).index
        return ScalarNode(self._place, event.value, start, end, event.style or "", event.value)

    def _put(self, node: Node) -> None:
        if not self._open:
            if not (isinstance(node, ScalarNode) and node.is_absent):
                self.documents.append(node)
            return
        container = self._open[-1]
        if container.items is not None:
            container.items.append(self._present(node, "-", "write one, or remove it"))
        elif container.key_is_next:
            container.key, container.key_is_next = self._key(node), False
        else:
            self._enter(container, node)
            container.key_is_next = True

    def _key(self, node: Node) -> ScalarNode | None:
        if not isinstance(node, ScalarNode):
            self.mistakes.append(Mistake(node.place, "a list or block stands as a key", "quote what holds braces"))
            return None
        if node.text == "<<" and not node.style:
            self.mistakes.append(Mistake(node.place, "the merge key << is not read", "write the keys out"))
            return None
        return node

    def _enter(self, container: _Open, value: Node) -> None:
        key = container.key
        if key is None:
            return
        earlier = container.entries.get(key.text)
        if earlier is None:
            mend = _BRACES if container.in_braces else "write one, or remove it"
            container.entries[key.text] = Entry(key.place, self._present(value, key.text, mend))
        else:
            what = f"{quote(key.text)} stands twice, here and in line {earlier.place.line}"
            self.mistakes.append(Mistake(key.place, what, "keep one of the two"))

    def _present(self, value: Node, name: str, mend: str) -> Node:
        if not (isinstance(value, ScalarNode) and value.is_absent):
            return value
        self.mistakes.append(Mistake(value.place, f"{quote(name)} has no value", mend))
        return replace(value, spoiled=True)

    def _mistake(self, what: str, mend: str) -> None:
        self.mistakes.append(Mistake(self._place, what, mend))

    def _refuse(self, what: str, mend: str) -> None:
        raise _Unreadable(Mistake(self._place, what, mend))


def _mark(mark: Any) -> Any:
    """A mark of the C parser: it has an index, a line and a column, whatever its stub says."""
    return mark


def _not_yaml(file: str, text: str, error: yaml.YAMLError) -> Mistake:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        # libyaml tells the end of the file where something was never closed; where it began says more.
        mark = error.context_mark or error.problem_mark if error.problem in _NEVER_CLOSED else error.problem_mark
        problem = error.problem or "unreadable"
        what, mend = PLAIN_WORDS.get(problem, (problem, f"mend the line, or {_QUOTE_IT}"))
        # At the end of a file libyaml counts a line that is not there.
        line = min(mark.line, text.rstrip().count("\n")) + 1
        return Mistake(Place(file, line), f"is not YAML: {what}", mend)
    at = text.count("\n", 0, getattr(error, "position", 0)) + 1
    return Mistake(Place(file, at), "is not YAML: it holds a control character", "remove it, or save the file as text")


_NEVER_CLOSED: Final = frozenset(
    {"did not find expected ',' or '}'", "did not find expected ',' or ']'", "found unexpected end of stream"}
)
