"""`extract`: what is read from a page, and where it stands. Pure.

    "td.holder"                       the text of the one element that the CSS selector finds
    "a.document @href"                an attribute of it
    "li.condition[]"                  of every element, in order; a list, empty if there is none
    "td.note?"                        null if there is none
    "td.expires | date:%d/%m/%Y"      as a value: date, int, decimal
    {each: "tr.fee", fields: {…}}     a list of objects, one an element, whose fields are sought inside it

None where one must be, or several where one may be, is a page that changed: it is never read as an empty answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field, PlainValidator
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from adapters.screen.conversion import Conversion, Unconverted
from adapters.screen.decoding import LOST
from adapters.screen.texts import text_of

ITSELF: Final = "."
"""Stands for the element itself, inside `each`."""

_WRITTEN: Final = re.compile(
    r"(?P<selector>\S.*?)(?: @(?P<attribute>[A-Za-z][\w:.-]*))?(?P<many>\[\])?(?P<optional>\?)?(?: \| (?P<made>\S.*))?"
)
_MAX_SELECTOR: Final = 500
"""Characters: more than anyone reads."""

_MAX_DEPTH: Final = 4
"""Lists in lists."""

_NOWHERE: Final = LexborHTMLParser("<p></p>")


class Changed(ValueError):  # noqa: N818 - the page has
    """A page that does not look as described: `holder stands there 2 times`. No value is shown."""


def _selector(text: str) -> str:
    try:
        if 0 < len(text) <= _MAX_SELECTOR:
            _NOWHERE.css(text)
            return text
    except SelectolaxError:
        pass
    raise ValueError("this is no CSS selector; write one such as table#result td.name")


Selector = Annotated[str, AfterValidator(_selector)]
Name = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Sought:
    """One value, or a list of them."""

    selector: str
    attribute: str | None = None
    many: bool = False
    optional: bool = False
    conversion: Conversion | None = None

    @classmethod
    def parse(cls, text: str) -> Sought:
        """Compile what an operator wrote; raise ValueError with `what; mend`."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError("this finds nothing; write a CSS selector, such as td.name")
        many, optional = found["many"] is not None, found["optional"] is not None
        if many and optional:
            raise ValueError("a list is empty where there is none; take the question mark out")
        selector = found["selector"] if found["selector"] == ITSELF else _selector(found["selector"])
        made = None if found["made"] is None else Conversion.parse(found["made"])
        return cls(selector, found["attribute"], many, optional, made)

    @property
    def must_be(self) -> bool:
        """Whether a page without it is another page."""
        return not (self.many or self.optional)

    def of(self, name: str, place: LexborNode) -> object:
        """The value in a part of a page; raise Changed."""
        found = within(place, self.selector)
        if self.many:
            return [self._value(name, each) for each in found]
        if not found and self.optional:
            return None
        if len(found) != 1:
            raise Changed(f"{name} stands there {len(found)} times" if found else f"{name} is not there")
        return self._value(name, found[0])

    def _value(self, name: str, node: LexborNode) -> object:
        if self.attribute is None:
            text = text_of(node)
        elif self.attribute.lower() in node.attributes:
            text = node.attributes[self.attribute.lower()] or ""
        elif self.optional:
            return None
        else:
            raise Changed(f"{name} has no attribute {self.attribute}")
        if LOST in text:
            raise Changed(f"{name} holds bytes that are no characters of the page's encoding")
        return self._converted(name, text)

    def _converted(self, name: str, text: str) -> object:
        if self.conversion is None:
            return text
        if self.optional and not text:
            return None
        try:
            return self.conversion.of(text.strip())
        except Unconverted as unconverted:
            raise Changed(f"{name}: {unconverted}") from None


@dataclass(frozen=True, slots=True)
class Each:
    """A list of objects, one for each element that `selector` finds."""

    selector: str
    fields: Mapping[str, Extraction]

    must_be: ClassVar[bool] = False

    @classmethod
    def parse(cls, written: Mapping[Any, Any], depth: int) -> Each:
        """Compile what an operator wrote; raise ValueError with `what; mend`."""
        each, fields = written.get("each"), written.get("fields")
        if set(written) != {"each", "fields"} or not isinstance(each, str) or not isinstance(fields, dict):
            raise ValueError("this is no list of objects; write {each: SELECTOR, fields: {NAME: SELECTOR}}")
        if not fields or not depth:
            raise ValueError("this holds nothing, or lists in lists in lists; write fields for what stands in each")
        return cls(_selector(each), {str(name): _extraction(value, depth - 1) for name, value in fields.items()})

    def of(self, name: str, place: LexborNode) -> object:
        """The objects in a part of a page; raise Changed."""
        return [
            {field: sought.of(f"{name}.{field}", each) for field, sought in self.fields.items()}
            for each in within(place, self.selector)
        ]


Extraction = Sought | Each


def within(place: LexborNode, selector: str) -> list[LexborNode]:
    """The elements inside `place` that a selector finds: not itself, which lexbor finds too."""
    if selector == ITSELF:
        return [place]
    return [node for node in place.css(selector) if node.mem_id != place.mem_id]


def _extraction(written: object, depth: int = _MAX_DEPTH) -> Extraction:
    if isinstance(written, Sought | Each):
        return written
    if isinstance(written, dict):
        return Each.parse(written, depth)
    if isinstance(written, str):
        return Sought.parse(written)
    raise ValueError("this is neither a selector nor a list of objects; write a CSS selector, such as td.name")


Extractions = dict[Name, Annotated[Any, PlainValidator(_extraction)]]
"""`extract`: a field each."""
