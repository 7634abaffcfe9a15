"""A simple type's text as a value: of an element, of an attribute, of an item. What its type has not is Unreadable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapters.soap.lexical import BuiltIn, Misfit
from adapters.soap.schema import built_in, item_of_list

Read = Callable[[Any], Any]
"""An element's value; raises Unreadable."""

XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
NIL: Final = f"{XSI}nil"
TYPE: Final = f"{XSI}type"
TRUE: Final = frozenset({"true", "1"})

_REFERENCES: Final = frozenset({"href", "{http://www.w3.org/2003/05/soap-encoding}ref"})
"""What stands for a value that is elsewhere in the message (SOAP 1.1 section 5.1, SOAP 1.2 part 2 section 3.1.5)."""


class Unreadable(ValueError):  # noqa: N818 - says what the reply is
    """A reply that the WSDL does not have. Its words name an element, never what is in it."""


def simple_reader(kind: Any, default: str | None) -> Read:
    """The reader of an element of a simple type."""
    read = text_reader(kind)

    def read_element(element: Any) -> Any:
        if element.attrib:
            for name, value in element.items():
                if name == NIL and value.strip() in TRUE:
                    return None
                check_attribute(name, element)
        if len(element):
            raise Unreadable(f"{name_of(element)} has something in it that the WSDL does not have there")
        try:
            return read(element.text or default or "")
        except Misfit as misfit:
            raise Unreadable(f"{name_of(element)} {misfit}") from None

    return read_element


def text_reader(kind: Any) -> Callable[[str], Any]:
    item = item_of_list(kind)
    if item is not None:
        read_item = text_reader(item)
        return lambda text: [read_item(each) for each in text.split()]
    return _spaced(built_in(kind))


def _spaced(kind: BuiltIn) -> Callable[[str], Any]:
    """Reads text of any spacing: all types but text itself ignore it (XML Schema part 2 section 4.3.6)."""
    read = kind.read
    return (lambda text: text) if kind.keeps_space or kind.name == "anySimpleType" else lambda text: read(text.strip())


def text_of(element: Any) -> str:
    if len(element):
        raise Unreadable(f"{name_of(element)} has something in it that the WSDL does not have there")
    return element.text or ""


def fitting(read: Callable[[str], Any], text: str, name: str) -> Any:
    try:
        return read(text)
    except Misfit as misfit:
        raise Unreadable(f"{name} {misfit}") from None


def check_reference(element: Any) -> None:
    if not _REFERENCES.isdisjoint(element.keys()):
        raise Unreadable(f"{name_of(element)} refers to another element, which is not followed")


def check_attribute(name: str, element: Any) -> None:
    """Attributes of other namespaces say nothing of the value, but those that stand for it."""
    if name in _REFERENCES:
        check_reference(element)
    if not name.startswith("{"):
        raise Unreadable(f"{name_of(element)} has an attribute that the WSDL does not have")


def name_of(element: Any) -> str:
    """An element's name: the silo's own, or nobody's."""
    tag = element.tag
    return tag.rpartition("}")[2][:100] if isinstance(tag, str) else "something"
