"""Moves, written into the file they stand in: the scalar between its marks is replaced, every other byte stays.

The law of this file: a move changes the line of `stage`, and with a share the line of `share`, and nothing else;
comments, alignment, quotes and line ends are the operator's. Keys that are held or evicted are said in `keys`, which is
written behind the share where it is not there yet. Whatever else is wrong with the file, its stages can be
changed as long as it is YAML. What can not be written so is refused with what to write by hand. Pure: whoever calls
writes the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final, NamedTuple

from facade.config.compose import BYTE_ORDER_MARK
from facade.config.mistake import quote
from facade.config.nodes import MappingNode, ScalarNode
from facade.config.standing import blocks, documents
from facade.config.types import format_share
from facade.routing.route import Keys
from facade.routing.stage import Stage

_QUOTES: Final = frozenset({"'", '"'})
_GAP: Final = re.compile(r"([^#'\"\r\n]*?)( +)(?=#)")
"""What stands between a scalar and its line's comment; a quote before the `#` may be around it and ends the look."""
_MOVES_WITH: Final = "move the group that names it, or write its stage"
_ADD_CANARY: Final = "write canary: {share: 10%, by: cookie session} below its stage"


class EditRefused(Exception):  # noqa: N818 - the answer to a wish, not a defect
    """The text cannot be changed so: `what; mend`."""


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be written: a stage, and the share and the keys of its canary, None to leave these as they are."""

    stage: Stage
    share: Fraction | None = None
    keys: Keys | None = None


class _Change(NamedTuple):
    """A scalar, the text that is to be its value, and what is written anew behind it or on a line below."""

    node: ScalarNode
    value: str
    behind: str = ""
    below: str = ""


def set_stages(text: str, moves: Mapping[str, Move]) -> str:
    """The text of a routes file with each route or group of these names moved, wherever in it one of the name stands.

    One line differs for each, two where stage and share stand on two and both change, three with keys. Raises
    EditRefused where one of the names is not in this file, or there is no scalar to change.
    """
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    body = text.removeprefix(mark)
    found = [block for _, block in blocks(documents(body)) if block.text("name") in moves]
    for name in moves.keys() - {block.text("name") for block in found}:
        raise EditRefused(f"{quote(name)} is no route or group of this file; name one that is")
    return mark + _moved(body, found, moves)


def set_known_stages(text: str, moves: Mapping[str, Move]) -> tuple[str, frozenset[str]]:
    """The same for those of these names that say a stage in this text; and which these are."""
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    body = text.removeprefix(mark)
    every = (block for _, block in blocks(documents(body)) if isinstance(block.get("stage"), ScalarNode))
    found = [block for block in every if block.text("name") in moves]
    return mark + _moved(body, found, moves), frozenset(block.text("name") or "" for block in found)


def _moved(body: str, found: Iterable[MappingNode], moves: Mapping[str, Move]) -> str:
    return _written(body, [change for block in found for change in _changes(body, block, moves[_name(block)])])


def _name(block: MappingNode) -> str:
    return block.text("name") or ""


def _changes(text: str, block: MappingNode, move: Move) -> Iterator[_Change]:
    name = block.text("name") or ""
    node = _scalar(text, block, "stage", f"{quote(name)} has no stage of its own", _MOVES_WITH)
    yield _Change(node, str(move.stage))
    if move.share is None and move.stage is not Stage.CANARY:
        return
    canary = block.get("canary")
    if not isinstance(canary, MappingNode):
        raise EditRefused(f"{quote(name)} has no canary; {_ADD_CANARY}")
    keys = canary.get("keys")
    is_new = keys is None and move.keys not in (None, Keys.OPEN)
    if move.share is not None or is_new:
        node = _scalar(text, canary, "share", f"the canary of {quote(name)} has no share", "write one")
        share = node.text if move.share is None else _share(move.share)
        told = f"keys: {move.keys}" if is_new else ""
        yield _Change(node, share, f", {told}" * bool(told and canary.in_braces), told * (not canary.in_braces))
    if keys is not None and move.keys is not None:
        node = _scalar(text, canary, "keys", f"the canary of {quote(name)} says keys and not which", "write open")
        yield _Change(node, move.keys)


def _scalar(text: str, block: MappingNode, key: str, what: str, mend: str) -> ScalarNode:
    node = block.get(key)
    if not isinstance(node, ScalarNode) or node.is_absent:
        raise EditRefused(f"{what}; {mend}")
    if len(text[node.start : node.end].splitlines()) > 1:
        raise EditRefused(f"{key} in line {node.place.line} is a text of several lines; write it on one")
    return node


def _written(text: str, changes: Iterable[_Change]) -> str:
    """The text with every change made, line by line: a file has thousands of routes, and each may move."""
    pieces, at = [], 0
    in_order = sorted(changes, key=lambda change: change.node.start)
    for start, on_line in groupby(in_order, lambda change: text.rfind("\n", 0, change.node.start) + 1):
        line = list(on_line)
        ends = text.find("\n", line[-1].node.end)
        stop = len(text) if ends < 0 else ends
        pieces += [text[at:start], _line(text[start:stop], start, line)]
        at = stop
    return "".join([*pieces, text[at:]])


def _line(line: str, start: int, changes: list[_Change]) -> str:
    """A line that begins at `start`, with its changes made from its end on, so that the marks before them hold."""
    whole = line
    for node, value, behind, below in reversed(changes):
        written = f"{node.style}{value}{node.style}" if node.style in _QUOTES else value
        whole = _replaced(whole, node.start - start, node.end - start, written + behind)
        if below:
            indent = line[: len(line) - len(line.lstrip(" "))]
            line_end = "\r" if line.endswith("\r") else ""
            whole = f"{whole}\n{indent}{below}{line_end}"
    return whole


def _replaced(line: str, start: int, end: int, written: str) -> str:
    """The line with a scalar replaced. A comment behind it stays in its column, as far as there is room."""
    behind = line[end:]
    gap = _GAP.match(behind)
    if gap is not None:
        spaces = max(1, len(gap[2]) - len(written) + end - start)
        behind = gap[1] + " " * spaces + behind[gap.end() :]
    return line[:start] + written + behind


def _share(share: Fraction) -> str:
    if not 0 <= share <= 1:
        raise EditRefused("a share lies between 0% and 100%; give one that does")
    return format_share(share)
