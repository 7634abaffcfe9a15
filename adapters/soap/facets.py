"""The facets of a schema's simple types: length, span, digits, enumeration, pattern. Pure.

zeep reads past them, so they are read here from the schemas themselves; what a caller sends is then refused before the
silo sees it. A pattern is checked where it is sure to be cheap on any text: one that repeats a group, or that could be
tried in too many ways, is left to the silo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from adapters.soap.lexical import Misfit

XSD: Final = "{http://www.w3.org/2001/XMLSchema}"

MAX_PATTERN_TEXT: Final = 200
"""Characters of a value that is held against a pattern: codes are shorter, and longer text is the silo's to judge."""

MAX_WAYS: Final = 100_000
"""Ways in which a pattern's repeats can share a text out, at most: a few milliseconds if all had to be tried."""

_REPEAT: Final = re.compile(r"(?<!\\)(\))?([*+?]|\{([0-9]+)(,([0-9]*))?\})")
_UNTRANSLATED: Final = re.compile(r"\\[pPiIcC]|\[[^\]]*-\[|\(\?|[\^$]")
"""What XML Schema's patterns have and Python's read otherwise: its `^` and `$`, outside a class, are characters."""

Facet = Callable[[str], str | None]
"""Says what would have fitted, None where the text does."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What one simple type adds to its base, by the base's name in Clark notation."""

    base: str | None
    facets: tuple[Facet, ...]


def restrictions(schemas: Iterator[Any]) -> Mapping[str, Restriction]:
    """By name, those of named types and of the types that elements and attributes give themselves.

    The latter stand under their element's name, as zeep calls them; where two of one name differ, neither is known.
    """
    found: dict[str, Restriction] = {}
    inline: dict[str, str] = {}
    for schema in schemas:
        namespace = schema.get("targetNamespace")
        for node in schema.iter(f"{XSD}simpleType"):
            written = node.find(f"{XSD}restriction")
            name = node.get("name") or node.getparent().get("name")
            if written is None or name is None:
                continue
            key = f"{{{namespace}}}{name}" if namespace else name
            text = "" if node.get("name") else _source(written)
            if inline.setdefault(key, text) != text:
                found[key] = Restriction(None, ())
                continue
            found[key] = Restriction(_base(written), tuple(_facets(written)))
    return found


def check_facets(text: str, name: str | None, known: Mapping[str, Restriction]) -> None:
    """Hold the text against the type `name` and those it restricts; raise Misfit."""
    for _ in range(len(known)):
        restriction = known.get(name or "")
        if restriction is None:
            return
        for facet in restriction.facets:
            if words := facet(text):
                raise Misfit(words)
        name = restriction.base


def _source(restriction: Any) -> str:
    facets = sorted((str(each.tag), each.get("value", "")) for each in restriction)
    return repr((restriction.get("base"), facets))


def _base(restriction: Any) -> str | None:
    prefix, _, local = (restriction.get("base") or "").rpartition(":")
    namespace = restriction.nsmap.get(prefix or None)
    return f"{{{namespace}}}{local}" if namespace else local or None


def _facets(restriction: Any) -> Iterator[Facet]:
    values: dict[str, list[str]] = {}
    for each in restriction:
        if isinstance(each.tag, str) and each.get("value") is not None:
            values.setdefault(each.tag.removeprefix(XSD), []).append(each.get("value"))
    if allowed := values.get("enumeration"):
        yield _enumeration(frozenset(allowed))
    if patterns := values.get("pattern"):
        yield from _patterns(patterns)
    for name, make in _FACETS.items():
        for value in values.get(name, ()):
            try:
                yield make(value)
            except (InvalidOperation, ValueError):
                continue  # a schema's own slip, such as a date's bound: the silo judges


def _enumeration(allowed: frozenset[str]) -> Facet:
    return lambda text: None if text in allowed else "must be one of the values that the WSDL lists"


def _patterns(patterns: list[str]) -> Iterator[Facet]:
    """Of one type's several patterns any may match (XML Schema part 2 section 4.3.4.3)."""
    if not all(is_cheap(each) for each in patterns):
        return
    try:
        compiled = tuple(re.compile(each) for each in patterns)
    except re.error:
        return
    words = "must match the pattern that the WSDL gives"
    yield lambda text: None if len(text) > MAX_PATTERN_TEXT or any(each.fullmatch(text) for each in compiled) else words


def is_cheap(pattern: str) -> bool:
    """Whether no text can make this pattern slow.

    >>> is_cheap("[A-Z]{1,3}[0-9]{1,6}"), is_cheap("([a-z]+)*x")
    (True, False)
    """
    if _UNTRANSLATED.search(pattern):
        return False
    ways = 1
    for group, sign, least, span, most in _REPEAT.findall(pattern):
        if group and sign != "?":
            return False
        if sign in {"*", "+"} or (span and not most):
            ways *= MAX_PATTERN_TEXT
        elif span:
            ways *= max(int(most) - int(least) + 1, 1)
    return ways <= MAX_WAYS


def _length(least: int | None, most: int | None) -> Facet:
    words = f"must have {least} characters" if least == most else ""
    words = words or (
        f"must have at least {least} characters" if most is None else f"must have at most {most} characters"
    )

    def facet(text: str) -> str | None:
        fits = (least is None or len(text) >= least) and (most is None or len(text) <= most)
        return None if fits else words

    return facet


def _bound(value: str, fits: Callable[[Decimal, Decimal], bool], words: str) -> Facet:
    bound = Decimal(value)
    return lambda text: None if fits(Decimal(text), bound) else f"must be {words} {value}"


def _digits(most: int, *, fraction: bool) -> Facet:
    words = f"must have at most {most} digits{' after its point' if fraction else ''}"

    def facet(text: str) -> str | None:
        whole, _, decimals = text.lstrip("+-").partition(".")
        decimals = decimals.rstrip("0")
        digits = len(decimals) if fraction else len(whole.lstrip("0") + decimals)
        return None if digits <= most else words

    return facet


_FACETS: Final[Mapping[str, Callable[[str], Facet]]] = {
    "length": lambda value: _length(int(value), int(value)),
    "minLength": lambda value: _length(int(value), None),
    "maxLength": lambda value: _length(None, int(value)),
    "minInclusive": lambda value: _bound(value, lambda number, bound: number >= bound, "at least"),
    "maxInclusive": lambda value: _bound(value, lambda number, bound: number <= bound, "at most"),
    "minExclusive": lambda value: _bound(value, lambda number, bound: number > bound, "more than"),
    "maxExclusive": lambda value: _bound(value, lambda number, bound: number < bound, "less than"),
    "totalDigits": lambda value: _digits(int(value), fraction=False),
    "fractionDigits": lambda value: _digits(int(value), fraction=True),
}
