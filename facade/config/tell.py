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
from facade.config.nodes import Node, ScalarNode, is_spoiled, locate
from facade.config.wording import Wording, subject, unknown, word

MAX_LEVELS: Final = 6
"""Blocks within blocks that are searched for a key like the one written: a model may hold itself."""

_LIKENESS: Final = 0.7
"""How like a known key an unknown one must be to be taken for a slip: `shares` is like `share`, `part` is not."""

_KEY_ITSELF: Final = "[key]"
"""How pydantic ends the path to a key of a dict, where not the value but the key is wrong."""


class Teller:
    """What is wrong in one node that was read by one model. `under` are the keys above the node."""

    def __init__(
        self,
        model: type[BaseModel],
        node: Node,
        under: tuple[str, ...] = (),
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

    def _word(self, details: ErrorDetails, trail: tuple[str, ...]) -> Wording:
        if details["type"] == "extra_forbidden":
            return self._unknown(trail)
        wording = word(details["type"], details.get("ctx", {}), details["msg"])
        if self._hides(wording.predicate + wording.mend):
            return Wording("is not accepted", "mend it; what is wrong with it may hold a secret and is not shown")
        return wording

    def _unknown(self, trail: tuple[str, ...]) -> Wording:
        if ".".join(trail) in self._unbuilt:
            return Wording("is not built yet", "remove it")
        *parent, key = trail
        every = _trails(self._model)
        siblings = [each[-1] for each in every if each[:-1] == tuple(parent)]
        for like in difflib.get_close_matches(key, siblings, 1, _LIKENESS):
            return unknown(siblings, ".".join((*self._under, *parent, like)))
        elsewhere = next((".".join((*self._under, *each)) for each in every if each[-1] == key), None)
        return unknown(siblings, elsewhere)


def _is_spoken_of(node: Node, kind: str) -> bool:
    """Whether the error follows from a value that has its mistake already: the value itself, or a block's sum."""
    if isinstance(node, ScalarNode):
        return node.spoiled and kind != "extra_forbidden"
    return kind == "value_error" and is_spoiled(node)


def _is_about_value(details: ErrorDetails, wording: Wording) -> bool:
    about_key = details["type"] in {"missing", "extra_forbidden"} or _KEY_ITSELF in details["loc"]
    return not about_key and wording.joint == " "


def _quoted(node: Node) -> str:
    return f" {quote(node.shown)}" if isinstance(node, ScalarNode) and node.shown is not None else ""


@lru_cache(maxsize=64)  # a model for each kind of file, and two for each kind of adapter
def _trails(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    return tuple(_walk(model, ()))


def _walk(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
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
