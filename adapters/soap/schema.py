"""A type of the WSDL as requests and replies see it: its elements and attributes, flat, with how often each may come.

zeep reads schemas (imports, extensions, groups, references); this is the one module that looks inside its types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from zeep.xsd import elements, types
from zeep.xsd.types.builtins import default_types
from zeep.xsd.types.collection import ListType, UnionType

from adapters.soap.lexical import BUILT_INS, TEXT, BuiltIn

_BUILDING: Final[dict[type, str]] = {type(each): name.localname for name, each in default_types.items()}
"""zeep's classes by the local name of the built-in type that each is."""


@dataclass(frozen=True, slots=True)
class Child:
    """An element of a complex type. `tag` is in Clark notation, `key` what zeep's constructors call it.

    `many` if it may repeat, itself or in a group; `grouped` if in a group, which one argument cannot fill.
    """

    tag: str
    name: str
    key: str
    type: Any = field(repr=False)
    many: bool = False
    grouped: bool = False
    required: bool = True
    nillable: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a complex type."""

    tag: str
    name: str
    type: Any = field(repr=False)
    required: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """What a complex type holds: elements, or the text of a simple type (`text`), or the items of a SOAP array."""

    children: tuple[Child, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    open: bool = False
    """Whether elements that no schema names may stand in it (`xsd:any`)."""
    choices: tuple[frozenset[str], ...] = ()
    """The names of which one must be there, by choice."""
    text: Any = None
    item: Any = None

    @property
    def named(self) -> tuple[Child | Attribute, ...]:
        """Elements and attributes: what becomes fields."""
        return (*self.children, *self.attributes)


def is_complex(kind: Any) -> bool:
    return isinstance(kind, types.ComplexType)


def is_simple(kind: Any) -> bool:
    return isinstance(kind, types.AnySimpleType)


def content_of(kind: Any) -> Content:
    """The content of a complex type."""
    attributes = tuple(
        Attribute(each.qname.text, each.name, each.type, bool(each.required), each.default)
        for _, each in kind.attributes
        if each.name is not None and each.array_type is None
    )
    if array := kind._array_type:  # noqa: SLF001 - zeep has no public name for it
        return Content(attributes=attributes, item=array.array_type)
    inside = kind._element  # noqa: SLF001 - as above; `elements` would lose what repeats as a group
    if isinstance(inside, elements.Element):
        return Content(attributes=attributes, text=inside.type)
    if inside is None or inside == []:
        return Content(attributes=attributes)
    found = tuple(_walk(inside, optional=False, repeats=False))
    children = tuple(each for each in found if each is not None)
    return Content(_merged(children), attributes, len(children) < len(found), tuple(_choices(inside)))


def text_type(kind: Any) -> Any:
    """The simple type of an element's text: its own type, or its content's beside attributes; None where neither is."""
    text = content_of(kind).text if is_complex(kind) else kind
    return text if is_simple(text) else None


def child_of(element: Any, *, optional: bool = False, repeats: bool = False) -> Child:
    """An element that zeep knows, as a child of something."""
    return Child(
        tag=element.qname.text,
        name=element.name,
        key=element.attr_name,
        type=element.type,
        many=repeats or element.accepts_multiple,
        grouped=repeats,
        required=not optional and not element.is_optional,
        nillable=element.nillable,
        default=element.default,
    )


def built_in(kind: Any) -> BuiltIn:
    """The built-in type that a simple type is made from; a union, and what is not listed, is text."""
    if isinstance(kind, UnionType):
        return TEXT
    for ancestor in type(kind).__mro__:
        found = BUILT_INS.get(_BUILDING.get(ancestor, ""))
        if found is not None:
            return found
    return TEXT


def item_of_list(kind: Any) -> Any:
    """The type of the items of an `xsd:list`, None for any other type."""
    return kind.item_type if isinstance(kind, ListType) else None


def type_name(kind: Any) -> str | None:
    """In Clark notation; None for a type without one, and for a list or a union, whose facets are not its items'."""
    if kind.qname is None or isinstance(kind, ListType | UnionType):
        return None
    return str(kind.qname.text)


def is_extension(kind: Any, base: Any) -> bool:
    """Whether one complex type extends the other, however far."""
    return is_complex(kind) and is_complex(base) and base._value_class in kind.accepted_types  # noqa: SLF001 - as above


def _walk(node: Any, *, optional: bool, repeats: bool) -> Iterator[Child | None]:
    """Every element below an indicator; None where any may stand."""
    if isinstance(node, elements.Any):
        yield None
    elif isinstance(node, elements.Element):
        yield child_of(node, optional=optional, repeats=repeats)
    else:
        optional = optional or node.is_optional or isinstance(node, elements.Choice)
        repeats = repeats or node.accepts_multiple
        for each in [node.child] if isinstance(node, elements.Group) else node:
            yield from _walk(each, optional=optional, repeats=repeats)


def _choices(node: Any) -> Iterator[frozenset[str]]:
    """The choices that must be made, but those in other choices."""
    if isinstance(node, elements.Any | elements.Element) or node.min_occurs == 0:  # zeep's choices are all optional
        return
    if isinstance(node, elements.Choice):
        below = tuple(_walk(node, optional=True, repeats=False))
        if None not in below:
            yield frozenset(each.name for each in below if each is not None)
    else:
        for each in [node.child] if isinstance(node, elements.Group) else node:
            yield from _choices(each)


def _merged(children: tuple[Child, ...]) -> tuple[Child, ...]:
    """An element that stands in several places of one type may come several times; in a choice, at most once each."""
    merged: dict[str, Child] = {}
    for each in children:
        other = merged.get(each.tag)
        if other is None:
            merged[each.tag] = each
        else:
            many = each.many or other.many or (each.required and other.required)
            merged[each.tag] = Child(
                tag=each.tag,
                name=each.name,
                key=other.key,
                type=other.type,
                many=many,
                grouped=True,
                required=each.required or other.required,
                nillable=each.nillable or other.nillable,
                default=other.default,
            )
    return tuple(merged.values())
