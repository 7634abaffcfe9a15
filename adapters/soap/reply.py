"""A reply's elements as fields, by readers that are compiled once from the types of the WSDL.

zeep's own reading is not used: where a text is none of its type it logs the text and answers with nothing, it reads
xsd:double as a binary float, and it takes an element of the right name in no namespace. Here what the WSDL does not
have is Unreadable, and told by the element's name alone.

What comes of an element: absent, no field; `xsi:nil`, None; of a type that may repeat, always a list; of a complex
type, a mapping of its attributes and elements by their names in snake_case. Simple content beside attributes is the
field `value`, elements of `xsd:any` are the list `any`, and an `xsi:type` counts where it extends the type that is due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from adapters.soap.lexical import Misfit
from adapters.soap.schema import Attribute, Content, content_of, is_complex, is_extension, is_simple
from adapters.soap.texts import (
    NIL,
    TRUE,
    TYPE,
    Read,
    Unreadable,
    check_attribute,
    check_reference,
    fitting,
    name_of,
    simple_reader,
    text_of,
    text_reader,
)
from adapters.soap.wrong import WsdlError
from facade.formats import snake_case

_VALUE: Final = "value"
_ANY: Final = "any"


class Readers:
    """The readers of one WSDL, each compiled when it is first needed. `find_type` gives a global type, or None."""

    def __init__(self, find_type: Callable[[str], Any], find_element: Callable[[str], Any]) -> None:
        self._find_type = find_type
        self._find_element = find_element
        self._made: dict[int, Read] = {}
        self._making: dict[int, Read] = {}
        self._lock = threading.RLock()  # large replies are read in threads, and a type may first be met there
        self._kept: list[Any] = []  # so that no id is another's while this lives

    def of(self, kind: Any, default: str | None = None) -> Read:
        """The reader of a type; raises WsdlError where two of its names become one field."""
        if default is not None and is_simple(kind):
            return simple_reader(kind, default)
        made = self._made.get(id(kind))
        if made is not None:
            return made
        with self._lock:
            return self._made.get(id(kind)) or self._making.get(id(kind)) or self._make(kind)

    def of_rpc(self, kind: Any, namespace: str | None) -> Read:
        """The reader of an rpc wrapper. Its parts are in no namespace (WS-I Basic Profile 1.1, R2735) or, as several
        libraries write them all the same, in the wrapper's own.
        """
        reader = ComplexReader(self, kind)
        reader.compile(also_in=namespace)
        return reader

    def _make(self, kind: Any) -> Read:
        """Make a reader, and those that it needs; nobody else gets any of them before all are whole."""
        self._kept.append(kind)
        if not is_complex(kind):
            made = self._made[id(kind)] = simple_reader(kind, None) if is_simple(kind) else AnyReader(self)
            return made
        is_outermost = not self._making
        reader = self._making[id(kind)] = ComplexReader(self, kind)  # before its parts: a type may be within itself
        try:
            reader.compile()
            if is_outermost:
                self._made.update(self._making)
        finally:
            if is_outermost:
                self._making.clear()
        return reader

    def extension(self, element: Any, written: str, due: Any) -> Any:
        """The type that `xsi:type` names, if it extends the one that is due (None: any)."""
        prefix, _, local = written.strip().rpartition(":")
        namespace = element.nsmap.get(prefix or None)
        named = self._find_type(f"{{{namespace}}}{local}" if namespace else local)
        fits = named is not None and (due is None or is_extension(named, due))
        return named if fits else None

    def known(self, tag: str) -> Read | None:
        """The reader of a global element."""
        element = self._find_element(tag)
        return None if element is None else self.of(element.type)


@dataclass(slots=True)
class _Member:
    field: str
    many: bool
    read: Read


class ComplexReader:
    """The reader of one complex type."""

    def __init__(self, readers: Readers, kind: Any) -> None:
        self._readers = readers
        self._kind = kind
        self._members: dict[str, _Member] = {}
        self._attributes: dict[str, tuple[str, Callable[[str], Any]]] = {}
        self._lists: tuple[str, ...] = ()
        self._required: tuple[tuple[str, str], ...] = ()
        self._defaults: dict[str, Any] = {}
        self._text: Callable[[str], Any] | None = None
        self._item: Read | None = None
        self._open = False

    def compile(self, also_in: str | None = None) -> None:
        """Read the type: it may hold itself, so this is after its reader is known."""
        content = content_of(self._kind)
        fields = _fields(self._kind, content)
        for child in content.children:
            read = self._readers.of(child.type, child.default)
            member = self._members[child.tag] = _Member(fields[child.tag], child.many, read)
            if also_in and not child.tag.startswith("{"):
                self._members[f"{{{also_in}}}{child.tag}"] = member
        for attribute in content.attributes:
            field, read_text = fields[attribute.tag], text_reader(attribute.type)
            self._attributes[attribute.tag] = (field, read_text)
            if attribute.default is not None:
                self._defaults[field] = _default(self._kind, attribute, read_text)
        self._lists = tuple(fields[each.tag] for each in content.children if each.many)
        self._lists += (_ANY,) if content.open else ()
        self._required = tuple((fields[each.tag], each.name) for each in content.named if each.required)
        self._open = content.open
        self._text = None if content.text is None else text_reader(content.text)
        self._item = None if content.item is None else self._readers.of(content.item)

    def __call__(self, element: Any) -> Any:
        fields = dict(self._defaults)
        if element.attrib:
            if element.get(NIL, "").strip() in TRUE:
                return None
            other = self._other_type(element)
            if other is not None:
                return other(element)
            self._read_attributes(element, fields)
        if self._item is not None:
            return [self._item(each) for each in element]
        if self._text is not None:
            fields[_VALUE] = fitting(self._text, text_of(element), name_of(element))
        else:
            self._elements(element, fields)
        for field, name in self._required:
            if field not in fields:
                raise Unreadable(f"{name_of(element)} has no {name}")
        for field in self._lists:
            fields.setdefault(field, [])
        return fields

    def _other_type(self, element: Any) -> Read | None:
        written = element.get(TYPE)
        named = None if written is None else self._readers.extension(element, written, self._kind)
        return None if named is None or named is self._kind else self._readers.of(named)

    def _read_attributes(self, element: Any, fields: dict[str, Any]) -> None:
        for name, value in element.items():
            if name in self._attributes:
                field, read = self._attributes[name]
                fields[field] = fitting(read, value, field)
            else:
                check_attribute(name, element)

    def _elements(self, element: Any, fields: dict[str, Any]) -> None:
        members = self._members
        for child in element:
            member = members.get(child.tag)
            if member is None:
                fields.setdefault(_ANY, []).append(self._other(child, element))
            elif member.many:
                values = fields.get(member.field)
                if values is None:
                    fields[member.field] = [member.read(child)]
                else:
                    values.append(member.read(child))
            elif member.field in fields:
                raise Unreadable(f"{name_of(element)} has more than one {name_of(child)}")
            else:
                fields[member.field] = member.read(child)

    def _other(self, child: Any, element: Any) -> dict[str, Any]:
        """An element that the type does not name, where it lets any stand."""
        if not self._open or not isinstance(child.tag, str):
            raise Unreadable(f"{name_of(element)} has something in it that the WSDL does not have there")
        read = self._readers.known(child.tag) or AnyReader(self._readers)
        return {snake_case(name_of(child)): read(child)}


class AnyReader:
    """The reader of `xsd:anyType`: by `xsi:type` where that is known, else text, or fields that are told by no type."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def __call__(self, element: Any) -> Any:
        if element.attrib:
            if element.get(NIL, "").strip() in TRUE:
                return None
            written = element.get(TYPE)
            named = None if written is None else self._readers.extension(element, written, None)
            if named is not None and (is_simple(named) or is_complex(named)):
                return self._readers.of(named)(element)
            check_reference(element)
        if not len(element):
            return element.text or ""
        fields: dict[str, Any] = {}
        for child in element:
            if not isinstance(child.tag, str):
                raise Unreadable(f"{name_of(element)} has a processing instruction in it")
            fields.setdefault(snake_case(name_of(child)), []).append(self(child))
        return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _default(kind: Any, attribute: Attribute, read: Callable[[str], Any]) -> Any:
    try:
        return read(attribute.default or "")
    except Misfit as misfit:
        raise WsdlError(f"{_type_name(kind)} gives {attribute.name} a default, and it {misfit}; mend it") from None


def _fields(kind: Any, content: Content) -> dict[str, str]:
    """The field of each tag; raises WsdlError where two become one."""
    taken = {_VALUE: "its text"} if content.text is not None else {_ANY: "what any may be"} if content.open else {}
    fields: dict[str, str] = {}
    for each in content.named:
        field = fields[each.tag] = snake_case(each.name)
        other = taken.setdefault(field, each.name)
        if len(set(fields.values())) < len(fields) or other != each.name or not field:
            what = f"{_type_name(kind)} has {other} and {each.name}, which both become the field {field!r}"
            raise WsdlError(f"{what}; have one of them renamed in the WSDL")
    return fields


def _type_name(kind: Any) -> str:
    return f"type {kind.qname.localname}" if kind.qname is not None else "a type without a name"
