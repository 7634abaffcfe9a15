"""An operation's arguments held against the WSDL when the configuration is loaded, and the envelope that they fill.

An argument is named as the silo names its element or attribute, one inside another with points between:
`Applicant.Address.Postcode`. zeep builds the envelope once, with nothing in its leaves; `request` fills in copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.xsd import Nil

from adapters.soap.fitting import template_mistakes
from adapters.soap.request import Leaf, Request
from adapters.soap.schema import Attribute, Child, Content, child_of, content_of, is_complex, text_type
from adapters.soap.texts import NIL
from adapters.soap.wsdl import Exchange, Interface
from facade.port import Template

Mistakes: TypeAlias = list[tuple[str, str]]
"""(key inside the operation, `what; mend`)."""

MAX_DEPTH: Final = 16
"""Elements within one another that a request needs: no form is deeper, and a type that needs itself has no end."""

Tree: TypeAlias = "dict[str, Tree | str]"
"""Arguments by the steps of their names; an argument's own full name at the end."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where an argument goes: the elements from the message's outermost on, and the attribute where it is one."""

    argument: str
    around: tuple[Child, ...]
    attribute: Attribute | None = None

    @property
    def place(self) -> Child | Attribute:
        return self.attribute or self.around[-1]

    @property
    def empties(self) -> int:
        """How many elements around the argument's need not be there either."""
        count = 0
        for each in reversed(self.around[1:] if self.attribute is not None else self.around[1:-1]):
            if each.required:
                break
            count += 1
        return count


@dataclass(slots=True)
class _Plan:
    """What zeep is asked to build, and what was found wrong."""

    call: str
    slots: list[_Slot] = field(default_factory=list)
    mistakes: Mistakes = field(default_factory=list)


def build_request(
    exchange: Exchange, interface: Interface, arguments: Mapping[str, Template]
) -> tuple[Request | None, Mistakes]:
    """The request of an operation, or all that is wrong with its arguments."""
    plan = _Plan(exchange.name)
    outermost, parts = _message(exchange)
    content = _content(outermost)
    given = _tree(arguments, content, plan)
    values = _values(content, given, (outermost,), plan)
    if content.text is not None and all(slot.attribute is not None for slot in plan.slots):
        plan.mistakes.append(("arguments", _missing((), outermost.name, plan.call)))
    for slot in plan.slots:
        template = arguments[slot.argument]
        plan.mistakes += template_mistakes(slot.argument, template, slot.place, interface.restrictions)
    if plan.mistakes:
        return None, plan.mistakes
    try:
        envelope = exchange.zeep.create(*([Nil] if content.text is not None else []), **values).content
    except (ZeepError, TypeError, ValueError) as error:
        words = " ".join(str(error).partition(" Signature:")[0].split()).replace(";", ",").rstrip(".")
        mend = "give all that it needs, and one alternative of each choice"
        return None, [("arguments", f"{exchange.name} cannot be asked with these ({words}); {mend}")]
    leaves = tuple(_leaf(slot, envelope[-1], arguments, skips=parts) for slot in plan.slots)
    for node in envelope.iter(etree.Element):
        node.attrib.pop(NIL, None)
    etree.cleanup_namespaces(envelope)
    return Request(envelope, leaves, interface.restrictions), []


def _message(exchange: Exchange) -> tuple[Child, int]:
    """The message's outermost element, and how many of it stand in no envelope: 1 where the body itself is meant."""
    body = exchange.zeep.input.body if exchange.zeep.input is not None else None
    if body is None:
        return Child("", "", "", None), 1
    return child_of(body), int(exchange.zeep.input._is_body_wrapped)  # noqa: SLF001 - zeep has no other name for it


def _content(outermost: Child) -> Content:
    if outermost.type is None:
        return Content()
    if is_complex(outermost.type):
        return content_of(outermost.type)
    return Content(text=outermost.type)


def _tree(arguments: Mapping[str, Template], content: Content, plan: _Plan) -> Tree:
    tree: Tree = {}
    direct = {each.name for each in content.named}
    for name in arguments:
        *steps, last = [name] if name in direct else name.split(".")
        below: Tree = tree
        for step in steps:
            deeper = below.setdefault(step, {})
            below = deeper if isinstance(deeper, dict) else {}
        if last in below or (steps and not _reached(tree, steps)):
            what = f"{name} is given as a whole and in parts"
            plan.mistakes.append((f"arguments.{name}", f"{what}; give one or the other"))
        below[last] = name
    return tree


def _reached(tree: Tree, steps: list[str]) -> bool:
    below: Tree | str | None = tree
    for step in steps:
        below = below.get(step) if isinstance(below, dict) else None
    return isinstance(below, dict)


def _values(content: Content, given: Tree, around: tuple[Child, ...], plan: _Plan) -> dict[str, Any]:
    """What zeep's constructor of the element takes, Nil where an argument goes."""
    values: dict[str, Any] = {}
    children = {each.name: each for each in content.children}
    attributes = {each.name: each for each in content.attributes}
    for name, below in given.items():
        if name in children:
            child = children[name]
            value = _given(child, below, (*around, child), plan)
            values[child.key] = [value] if child.many else value
        elif name in attributes and isinstance(below, str):
            plan.slots.append(_Slot(below, around, attributes[name]))
        elif content.text is not None and name == around[-1].name and isinstance(below, str):
            plan.slots.append(_Slot(below, around))
        else:
            known = sorted({*children, *attributes}) or ([around[-1].name] if content.text is not None else [])
            for argument in _arguments(below):
                plan.mistakes.append((f"arguments.{argument}", _unknown(argument, around, known, plan.call)))
    for child in content.children:
        if child.required and child.name not in given and not child.nillable:
            values.update(_needed(child, (*around, child), plan))
    for names in content.choices:
        if names.isdisjoint(given):
            one = ", ".join(sorted(names))
            plan.mistakes.append(("arguments", f"{plan.call} needs one of {one}, and arguments has none; add one"))
    for attribute in content.attributes:
        if attribute.required and attribute.name not in given and attribute.default is None:
            plan.mistakes.append(("arguments", _missing((*around[1:],), attribute.name, plan.call)))
    return values


def _given(child: Child, below: Tree | str, around: tuple[Child, ...], plan: _Plan) -> Any:
    inside = content_of(child.type) if is_complex(child.type) else None
    if child.grouped:
        _tell(below, plan, f"{child.name} is in a part that repeats, which an argument cannot fill", "take it out")
        return Nil
    if isinstance(below, str):
        if inside is not None and inside.text is None:
            parts = ", ".join(f"{below}.{each.name}" for each in inside.named[:5])
            _tell(below, plan, f"{child.name} is no value in {plan.call}", f"give its parts: {parts}")
        plan.slots.append(_Slot(below, around))
        return Nil if inside is None else {"_value_1": Nil}
    if inside is None:
        _tell(below, plan, f"{child.name} has no parts in {plan.call}", f"write {child.name} alone")
        return Nil
    values = _values(inside, below, around, plan)
    return values if inside.text is None else {**values, "_value_1": Nil}


def _needed(child: Child, around: tuple[Child, ...], plan: _Plan) -> dict[str, Any]:
    """What stands for an element that must be there and that no argument names: only one without a value of its own."""
    inside = content_of(child.type) if is_complex(child.type) else None
    if inside is None or inside.text is not None or child.many or len(around) > MAX_DEPTH:
        plan.mistakes.append(("arguments", _missing(around[1:-1], child.name, plan.call)))
        return {}
    return {child.key: _values(inside, {}, around, plan)}


def _tell(below: Tree | str, plan: _Plan, what: str, mend: str) -> None:
    plan.mistakes += [(f"arguments.{each}", f"{what}; {mend}") for each in _arguments(below)]


def _arguments(below: Tree | str) -> Iterator[str]:
    if isinstance(below, str):
        yield below
    else:
        for each in below.values():
            yield from _arguments(each)


def _unknown(argument: str, around: tuple[Child, ...], known: list[str], call: str) -> str:
    prefix = "".join(f"{each.name}." for each in around[1:])
    listed = ", ".join(f"{prefix}{each}" for each in known[:10])
    return f"{call} has no {argument}; " + (f"write {listed}" if known else "take it out")


def _missing(around: tuple[Child, ...], name: str, call: str) -> str:
    full = ".".join((*(each.name for each in around), name))
    return f"{call} needs {full}, and arguments has none; add {full}"


def _leaf(slot: _Slot, body: Any, arguments: Mapping[str, Template], skips: int) -> Leaf:
    path = []
    element = body
    for each in slot.around[skips:]:
        index = next(index for index, child in enumerate(element) if child.tag == each.tag)
        path.append(index)
        element = element[index]
    place = slot.place
    nil = isinstance(place, Child) and place.required and place.nillable
    return Leaf(
        argument=slot.argument,
        template=arguments[slot.argument],
        kind=text_type(place.type),
        path=tuple(path),
        attribute=None if slot.attribute is None else slot.attribute.tag,
        nil=nil,
        empties=slot.empties,
    )
