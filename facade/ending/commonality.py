"""The same fields in the answers of several silos: what a platform would hold once. From the operators' YAML. Pure.

The law of this file: only names are looked at, no call and no value. Two names are the same where they are the same
words in the same order, however they are joined and cased, in the singular or the plural: `HomeAddress`, `home-address`
and `home_addresses` are one, `address` is another. That one word means one thing to two silos, a person has to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from facade.formats import snake_case

MOST: Final = 200
"""Fields that are told, those of the most silos first: nobody merges more in one go."""

_NO_PLURALS: Final = ("ss", "us", "is")
"""Endings of words in the singular: address, status, basis."""


class Answered(NamedTuple):
    """The fields that one operation of a silo answers with, by its `answer`; none where it has no such key."""

    silo: str
    operation: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldField:
    """A field that several silos answer with: `operations` are `SILO.OPERATION`, `names` the ways it is written."""

    field: str
    silos: tuple[str, ...]
    operations: tuple[str, ...]
    names: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Commonality:
    """Such fields, and `more` that are not told. `unread` are silos of which no field is known."""

    fields: tuple[HeldField, ...]
    more: int
    unread: tuple[str, ...]


def commonality(silos: Iterable[str], answered: Iterable[Answered]) -> Commonality:
    """What these silos have in common, by their operations."""
    by_field: defaultdict[str, list[tuple[Answered, str]]] = defaultdict(list)
    read = set()
    for each in answered:
        for name in each.fields:
            read.add(each.silo)
            by_field[normal(name)].append((each, name))
    held = [_held(field, found) for field, found in by_field.items() if len({each.silo for each, _ in found}) > 1]
    held.sort(key=lambda each: (-len(each.silos), each.field))
    unread = tuple(sorted({*silos} - read))
    return Commonality(tuple(held[:MOST]), max(0, len(held) - MOST), unread)


def normal(name: str) -> str:
    """A field's name as it is compared.

    >>> normal("HomeAddresses"), normal("TAX-STATUS"), normal("charges"), normal("Categories")
    ('home_address', 'tax_status', 'charge', 'category')
    """
    words = snake_case(name)
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    if words.endswith("sses"):
        return words[:-2]
    return words[:-1] if words.endswith("s") and not words.endswith(_NO_PLURALS) else words


def _held(field: str, found: Iterable[tuple[Answered, str]]) -> HeldField:
    silos = tuple(sorted({each.silo for each, _ in found}))
    operations = tuple(sorted({f"{each.silo}.{each.operation}" for each, _ in found}))
    names = tuple(sorted({name for _, name in found}))
    return HeldField(field, silos, operations, names, f"{field} is held by {len(silos)} silos")
