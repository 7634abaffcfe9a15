"""A copybook's text into its record: statements into entries, entries into a tree, every mistake in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from facade.formats.copybook.clauses import read_condition, read_entry
from facade.formats.copybook.copying import Library, no_library, read_tokens
from facade.formats.copybook.entry import Entry
from facade.formats.copybook.limits import limit_mistakes
from facade.formats.copybook.mistakes import CopybookError, Mistake, Place
from facade.formats.copybook.spots import Spot, spots_of
from facade.formats.copybook.tokens import Token, statements_of
from facade.formats.copybook.tree import Item, build


@dataclass(frozen=True, slots=True, repr=False)
class Copybook:
    """A record's description, without mistakes of its own. `place` is its first entry's."""

    root: Item
    spots: tuple[Spot, ...] = field(compare=False)

    @property
    def place(self) -> Place:
        return self.root.entry.place

    @property
    def readings(self) -> frozenset[str]:
        """The names of what redefines or is redefined, which a `redefines` may choose between."""
        return frozenset(spot.item.name for spot in self.spots if spot.shares and spot.item.name)

    def __repr__(self) -> str:
        return f"<Copybook {self.place.file}: {self.root.name or 'a record'} of {self.root.size} bytes>"


def read_copybook(file: str, text: str, library: Library = no_library) -> Copybook:
    """Read the copybook `text`, which mistakes call `file`; `library` finds what it copies. Raise CopybookError."""
    mistakes: list[Mistake] = []
    entries = _entries(read_tokens(file, text, library), mistakes)
    root = build(entries, mistakes) if not mistakes else None
    if root is None and not mistakes:
        mistakes.append(Mistake(Place(file, 1), "there is no entry here; write the fields of one record"))
    if root is None or mistakes:
        raise CopybookError(mistakes)
    spots = spots_of(root)
    mistakes += limit_mistakes(root, spots)
    if mistakes:
        raise CopybookError(mistakes)
    return Copybook(root, spots)


def _entries(tokens: tuple[Token, ...], mistakes: list[Mistake]) -> list[Entry]:
    entries: list[Entry] = []
    for statement in statements_of(tokens):
        try:
            if statement[0].text != "88":
                entries.append(read_entry(statement))
            elif not entries:
                raise CopybookError.at(statement[0].place, "88 names values of no field; put it after one")
            else:
                named = (*entries[-1].conditions, read_condition(statement))
                entries[-1] = replace(entries[-1], conditions=named)
        except CopybookError as error:
            mistakes += error.mistakes
    return entries
