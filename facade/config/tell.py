"""One error of pydantic's as a mistake: placed at the node it is about, named by its keys, worded for an operator.

The law of this file: one mistake a value, and none for a value that has been spoken of already. An unknown key is told
with the one that was perhaps meant, or as not built yet. A sentence that holds a secret is not told.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from facade.config.mistake import Mistake, quote
from facade.config.nodes import Node, ScalarNode, SequenceNode, is_spoiled, locate
from facade.config.wording import Wording, subject, unknown, word

MAX_LEVELS: Final = 6
"""Blocks within blocks that are searched for a key like the one written: a model may hold itself."""

Trail = tuple[str, ...]
"""The keys that lead to a value."""

_SLIP: Final = 0.8
"""How like a known key an unknown one is that was mistyped: `limit` is so like `limits`."""

_ALIKE: Final = 0.6
"""How like it has to be to be mentioned at all: `ulr` is so like `url`."""

_KEY_ITSELF: Final = "[key]"
"""How pydantic ends the path to a key of a dict, where not the value but the key is wrong."""


class Teller:
    """What is wrong in one node that was read by one model. `under` are the keys above the node."""

    def __init__(
        self,
        model: type[BaseModel],
        node: Node,
        under: Trail = (),
        unbuilt: frozenset[str] = frozenset(),
        hides: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.mistakes: list[Mistake] = []
        self._model = model
        self._node = node
        self._under = under
        self._unbuilt = unbuilt
        self._hides = hides
        self._told: set[tuple[int, str]] = set()

    def tell(self, details: ErrorDetails) -> None:
        kind, steps = details["type"], details["loc"]
        located = locate(self._node, steps)
        missing = str(steps[-1]) if kind == "missing" else ""
        if _is_spoken_of(located.node, kind) or (id(located.node), missing) in self._told:
            return
        self._told.add((id(located.node), missing))
        trail = (*located.trail, missing) if missing else located.trail
        wording = self._word(details, trail)
        quoted = _quoted(located.node) if _is_about_value(details, wording) else ""
        what = f"{subject((*self._under, *trail))}{quoted}{wording.joint}{wording.predicate}"
        self.mistakes.append(Mistake(located.place, what, wording.mend))

    def _word(self, details: ErrorDetails, trail: Trail) -> Wording:
        if details["type"] == "extra_forbidden":
            return self._unknown(trail)
        wording = word(details["type"], details.get("ctx", {}), details["msg"])
        if self._hides(wording.predicate + wording.mend):
            return Wording("is not accepted", "mend it; what is wrong with it may hold a secret and is not shown")
        return wording

    def _unknown(self, trail: Trail) -> Wording:
        if ".".join((*self._under, *trail)) in self._unbuilt:
            return Wording("is not built yet", "remove it")
        every = _trails(self._model)
        siblings = [each[-1] for each in every if each[:-1] == trail[:-1]]
        meant = next(_perhaps_meant(trail, every, siblings), None)
        return unknown(siblings, None if meant is None else ".".join((*self._under, *meant)))


def _perhaps_meant(trail: Trail, every: tuple[Trail, ...], siblings: list[str]) -> Iterator[Trail]:
    """Keys that an unknown one may stand for: mistyped, misplaced, a little alike; the likeliest first."""
    *parent, key = trail
    yield from ((*parent, each) for each in difflib.get_close_matches(key, siblings, 1, _SLIP))
    yield from (each for each in every if each[-1] == key)
    yield from ((*parent, each) for each in difflib.get_close_matches(key, siblings, 1, _ALIKE))


def _is_spoken_of(node: Node, kind: str) -> bool:
    """Whether the error follows from what has its mistake already: the value itself, a block's sum, a list's items."""
    if isinstance(node, ScalarNode):
        return node.spoiled and kind != "extra_forbidden"
    if kind == "too_short":
        return isinstance(node, SequenceNode) and bool(node.items)  # it holds something: items that are wrong
    return kind == "value_error" and is_spoiled(node)


def _is_about_value(details: ErrorDetails, wording: Wording) -> bool:
    about_key = details["type"] in {"missing", "extra_forbidden"} or _KEY_ITSELF in details["loc"]
    return not about_key and wording.joint == " "


def _quoted(node: Node) -> str:
    return f" {quote(node.shown)}" if isinstance(node, ScalarNode) and node.shown is not None else ""


@lru_cache(maxsize=64)  # a model for each kind of file, and two for each kind of adapter
def _trails(model: type[BaseModel]) -> tuple[Trail, ...]:
    return tuple(_walk(model, ()))


def _walk(model: type[BaseModel], above: Trail) -> Iterator[Trail]:
    """The path of every key of a model, blocks within blocks included."""
    for name, field in model.model_fields.items():
        trail = (*above, field.alias or name)
        yield trail
        if len(trail) < MAX_LEVELS:
            for inner in _models(field.annotation):
                yield from _walk(inner, trail)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
