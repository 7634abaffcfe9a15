"""`redefines`: which reading of the same bytes holds, by other fields' values, as an operator writes it.

    {DETAIL-B: {DETAIL-KIND: B}}                 DETAIL-B where DETAIL-KIND is B, else what it redefines
    {DETAIL-B: {DETAIL-KIND: [B, C]}}            where it is one of them
    {DETAIL-A: {DETAIL-KIND: A}, DETAIL-B: …}    neither where DETAIL-KIND says neither
    {BIRTH-PARTS: {}}                            always

A redefinition that is not named is never read. A value may be the name of a level 88.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from facade.formats.copybook.entry import Name
from facade.formats.copybook.spots import Spot
from facade.formats.copybook.tree import Item
from facade.formats.copybook.values import Test
from facade.formats.error import FormatError

if TYPE_CHECKING:
    from facade.formats.copybook.compiler import Compiler

Redefines: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Reading, field, values."""


class ChoiceError(FormatError):
    """A `redefines` that does not fit its copybook: `keys` say where in it, `problem` is `what; mend`."""

    def __init__(self, keys: tuple[str, ...], problem: str) -> None:
        super().__init__(f"{'.'.join(keys)}: {problem}")
        self.keys = keys
        self.problem = problem


def read_choices(
    redefines: Redefines, spots: Iterable[Spot], compiler: Compiler
) -> dict[Item, tuple[tuple[Spot, Test], ...]]:
    """The readings with the tests that choose them; raise ChoiceError."""
    choices = {}
    for reading, fields in redefines.items():
        item = _item(reading, spots)
        tests = []
        for name, texts in fields.items():
            found = compiler.choice(item, name_of(name), texts)
            if isinstance(found, str):
                raise ChoiceError((reading, name), found)
            tests.append(found)
        choices[item] = tuple(tests)
    return choices


def name_of(text: str) -> Name:
    """A COBOL name as an operator writes it, `NAME OF GROUP`, in any case."""
    name, *groups = text.upper().replace(" IN ", " OF ").split(" OF ")
    return Name(name.strip(), tuple(group.strip() for group in groups))


def _item(reading: str, spots: Iterable[Spot]) -> Item:
    found = [spot.item for spot in spots if spot.item.name == reading.upper() and spot.shares]
    if len(found) == 1:
        return found[0]
    what = "names several" if found else "neither redefines anything nor is redefined"
    raise ChoiceError((reading,), f"{reading} {what}; name a redefinition of the copybook")
