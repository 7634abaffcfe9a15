"""A request: the envelope that zeep builds once of an operation's arguments, filled in for each call.

A value becomes the text of an element that is there already, or of an attribute, so nothing in it can be markup. What
is wrong with an operator's arguments is found when the envelope is made (`arguments`), as the configuration is loaded.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from adapters.soap.facets import Restriction, check_facets
from adapters.soap.lexical import TEXT, Misfit, as_lexical
from adapters.soap.schema import built_in, item_of_list, type_name
from adapters.soap.texts import NIL
from facade.port import BadArgument, Call, Template


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place in the envelope that an argument fills: `path` are the elements from the body on, by their index.

    `attribute` is its name where it is one. An absent value is `nil` where the element must be there, else its element
    is taken out, with as many of those around it as `empties`, if nothing else is in them.
    """

    argument: str
    template: Template
    kind: Any = field(repr=False)
    path: tuple[int, ...] = ()
    attribute: str | None = None
    nil: bool = False
    empties: int = 0


class Request:
    """The request of one operation, ready to be filled in."""

    def __init__(self, envelope: Any, leaves: tuple[Leaf, ...], known: Mapping[str, Restriction]) -> None:
        self._envelope = envelope
        self._leaves = leaves
        self._known = known

    def fill(self, call: Call) -> bytes:
        """The message of one call; raise BadArgument for what its type does not have."""
        envelope = copy.deepcopy(self._envelope)
        body = envelope[-1]
        absent: list[tuple[Leaf, Any]] = []
        for leaf in self._leaves:
            text = self._text(leaf, call)
            element = body
            for index in leaf.path:
                element = element[index]
            if text is None:
                absent.append((leaf, element))
            elif leaf.attribute is not None:
                element.set(leaf.attribute, text)
            else:
                element.text = text
        for leaf, element in absent:  # only now, or the others' indices would change
            _leave_out(leaf, element)
        return bytes(etree.tostring(envelope, encoding="UTF-8", xml_declaration=True))

    def _text(self, leaf: Leaf, call: Call) -> str | None:
        value = leaf.template.fill(call)
        if value is None:
            return None
        try:
            return lexical(as_lexical(value), leaf.kind, self._known)
        except Misfit as misfit:
            raise BadArgument(leaf.template.field, str(misfit)) from None


def lexical(text: str, kind: Any, known: Mapping[str, Restriction]) -> str:
    """The text, if the simple type (None: any) has it; else raise Misfit."""
    if kind is None:
        TEXT.read(text)
        return text
    item = item_of_list(kind)
    if item is not None:
        return " ".join(lexical(each, item, known) for each in text.split())
    made_from = built_in(kind)
    made_from.read(text)
    if made_from.name not in {"base64Binary", "hexBinary"}:  # their lengths are of the bytes
        check_facets(text, type_name(kind), known)
    return text


def _leave_out(leaf: Leaf, element: Any) -> None:
    if leaf.nil:
        element.set(NIL, "true")
        return
    if leaf.attribute is None:
        element = _taken_out(element)
    for _ in range(leaf.empties):
        if element is None or len(element) or element.attrib or element.text:
            return
        element = _taken_out(element)


def _taken_out(element: Any) -> Any:
    """What the element was in; None where it was taken out with another argument's already."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
    return parent
