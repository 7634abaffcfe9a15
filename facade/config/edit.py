"""One move, written into the file it stands in: the scalar between its marks is replaced, every other byte stays.

The law of this file: a move changes the line of `stage`, and with a share the line of `share`, and nothing else;
comments, alignment, quotes and line ends are the operator's. What can not be written so is refused with what to write
by hand. Pure: whoever calls writes the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from facade.config.compose import BYTE_ORDER_MARK, compose_text
from facade.config.mistake import quote
from facade.config.nodes import MappingNode, Node, ScalarNode, SequenceNode
from facade.config.types import format_share
from facade.routing.stage import Stage

_LISTS: Final = ("routes", "groups")
_QUOTES: Final = frozenset({"'", '"'})
_GAP: Final = re.compile(r"([^#'\"\r\n]*?)( +)(?=#)")
"""What stands between a scalar and the comment of its line; a quote before the `#` may be around it, so it ends the look."""
_FOUND_IN: Final = "the file"
_MOVES_WITH: Final = "move the group that names it, or write its stage"
_ADD_CANARY: Final = "write canary: {share: 10%, by: cookie session} below its stage"


class EditRefused(Exception):  # noqa: N818 - the answer to a wish, not a defect
    """The text cannot be changed so: `what; mend`."""


def set_stage(text: str, name: str, stage: Stage, share: Fraction | None) -> str:
    """The text of a routes file with the route or group `name` at `stage`, and its canary at `share` if one is given.

    One line differs, two where stage and share stand on two and both change. Raises EditRefused where the name is not
    in this file, where the file is not YAML, or where there is no scalar to change.
    """
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    body = text.removeprefix(mark)
    block = _find(body, name)
    canary = _canary(block, name) if share is not None or stage is Stage.CANARY else None
    changes = [(_scalar(block, "stage", f"{quote(name)} has no stage of its own", _MOVES_WITH), str(stage))]
    if canary is not None and share is not None:
        what = f"the canary of {quote(name)} has no share"
        changes.append((_scalar(canary, "share", what, "write one"), _share(share)))
    for node, value in sorted(changes, key=lambda change: change[0].start, reverse=True):
        body = _replaced(body, node, _as_written(node, value))
    return mark + body


def names(text: str) -> frozenset[str]:
    """The routes and groups that `set_stage` can move in this text; none where it is not YAML."""
    body = text.removeprefix(BYTE_ORDER_MARK)
    named = {block.text("name") for block in _blocks(body) if isinstance(block.get("stage"), ScalarNode)}
    return frozenset(name for name in named if name is not None)


def _find(text: str, name: str) -> MappingNode:
    mistakes = compose_text(_FOUND_IN, text).mistakes
    if mistakes:
        raise EditRefused(f"{mistakes[0]}")
    found = [block for block in _blocks(text) if block.text("name") == name]
    if not found:
        raise EditRefused(f"{quote(name)} is no route or group of this file; name one that is")
    if len(found) > 1:
        lines = " and ".join(str(block.place.line) for block in found)
        raise EditRefused(f"{quote(name)} stands in the lines {lines}; rename one of them")
    return found[0]


def _blocks(text: str) -> Iterator[MappingNode]:
    """Every route and group of every document."""
    for document in compose_text(_FOUND_IN, text).documents:
        for key in _LISTS:
            yield from _items(document, key)


def _items(document: Node, key: str) -> Iterator[MappingNode]:
    listing = document.get(key) if isinstance(document, MappingNode) else None
    if isinstance(listing, SequenceNode):
        yield from (item for item in listing.items if isinstance(item, MappingNode))


def _canary(block: MappingNode, name: str) -> MappingNode:
    canary = block.get("canary")
    if not isinstance(canary, MappingNode):
        raise EditRefused(f"{quote(name)} has no canary; {_ADD_CANARY}")
    return canary


def _scalar(block: MappingNode, key: str, what: str, mend: str) -> ScalarNode:
    node = block.get(key)
    if not isinstance(node, ScalarNode) or node.is_absent:
        raise EditRefused(f"{what}; {mend}")
    if node.style not in {"", *_QUOTES}:
        raise EditRefused(f"{key} in line {node.place.line} is a text of several lines; write it on one")
    return node


def _replaced(text: str, node: ScalarNode, written: str) -> str:
    """The text with the scalar replaced. A comment behind it stays in its column, as far as there are spaces to give."""
    behind = text[node.end :]
    gap = _GAP.match(behind)
    if gap is not None:
        spaces = max(1, len(gap[2]) - len(written) + node.end - node.start)
        behind = gap[1] + " " * spaces + behind[gap.end() :]
    return text[: node.start] + written + behind


def _as_written(node: ScalarNode, value: str) -> str:
    return f"{node.style}{value}{node.style}" if node.style in _QUOTES else value


def _share(share: Fraction) -> str:
    if not 0 <= share <= 1:
        raise EditRefused("a share lies between 0% and 100%; give one that does")
    return format_share(share)
