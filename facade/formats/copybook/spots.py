"""Where each field stands: the groups around it, what it is called in a record's values, and what it can refer to.

A field's key is its name in snake_case. Groups that do not repeat are not seen in the values: their fields are the
record's, or their row's. Where two fields of one record or row have one name, each says its group too, as COBOL does:
`NAME OF BUYER` is `name_of_buyer`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from facade.formats.copybook.entry import Condition, Name
from facade.formats.copybook.mistakes import Mistake, Place
from facade.formats.copybook.tree import Item, families
from facade.formats.names import snake_case


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """An item, its groups from the record inwards, and its number in the order of the copybook.

    `shares` says that others redefine its bytes, or it theirs.
    """

    number: int
    item: Item
    groups: tuple[Spot, ...]
    shares: bool

    @property
    def table(self) -> Spot | None:
        """The table in whose rows it is, None outside every table."""
        return next((group for group in reversed(self.groups) if group.item.entry.occurs), None)

    @property
    def has_value(self) -> bool:
        """Whether the record's values have it: a field or a table, with a name."""
        return bool(self.item.name) and (not self.item.children or self.item.entry.occurs is not None)


Part: TypeAlias = Item | Condition
"""What has a key in a record's values: a field or a table, or the name of some of a field's values."""


@dataclass(frozen=True, slots=True)
class _Named:
    part: Part
    name: str
    groups: tuple[str, ...]
    place: Place

    def called(self, qualifiers: int) -> Name:
        return Name(self.name, self.groups[:qualifiers])


def spots_of(root: Item) -> tuple[Spot, ...]:
    """Every item, in the copybook's order."""
    spots: list[Spot] = []
    _walk(root, (), spots, shares=False)
    return tuple(spots)


def _walk(item: Item, groups: tuple[Spot, ...], spots: list[Spot], *, shares: bool) -> None:
    spot = Spot(len(spots), item, groups, shares)
    spots.append(spot)
    for family in families(item):
        for child in family:
            _walk(child, (*groups, spot), spots, shares=len(family) > 1)


def names_of(spots: Iterable[Spot], mistakes: list[Mistake]) -> Mapping[Part, Name]:
    """What COBOL calls each part that has a value, qualified as far as needed; those alike go to `mistakes`."""
    rows: dict[Spot | None, list[_Named]] = {}
    for spot in spots:
        if spot.has_value:
            rows.setdefault(spot.table, []).extend(_named(spot))
        elif spot.item.entry.occurs and (spot.item.children or spot.item.entry.occurs.depending):
            mistakes.append(Mistake(spot.item.entry.place, "this table has no name; give it one in place of FILLER"))
    names: dict[Part, Name] = {}
    for members in rows.values():
        names.update(_told_apart(members, mistakes))
    return names


def _named(spot: Spot) -> Iterator[_Named]:
    groups = tuple(group.item.name for group in reversed(spot.groups) if group.item.name)
    yield _Named(spot.item, spot.item.name, groups, spot.item.entry.place)
    if spot.item.entry.occurs is None:
        for condition in spot.item.entry.conditions:
            yield _Named(condition, condition.name, (spot.item.name, *groups), condition.place)


def _told_apart(members: list[_Named], mistakes: list[Mistake]) -> Iterator[tuple[Part, Name]]:
    keys: Counter[str] = Counter()
    alike = Counter(each.name for each in members)
    for each in members:
        name = each.called(0)
        if alike[each.name] > 1:
            others = [other for other in members if other.name == each.name and other is not each]
            name = _qualified(each, others)
        keys[key_of(name)] += 1
        if keys[key_of(name)] > 1:
            what = f"{name} is there already, as {key_of(name)}; give it a name of its own"
            mistakes.append(Mistake(each.place, what))
        yield each.part, name


def _qualified(each: _Named, others: list[_Named]) -> Name:
    for count in range(1, len(each.groups) + 1):
        if all(other.called(count) != each.called(count) for other in others):
            return each.called(count)
    return each.called(len(each.groups))


def key_of(name: Name | str) -> str:
    """The key of a COBOL name, with its qualifiers: `NAME OF BUYER` is name_of_buyer."""
    return snake_case(str(name).upper())


def referred(name: Name, user: Spot, before: int, spots: Iterable[Spot]) -> Spot | str:
    """The field that `name` means where `user` stands, declared before number `before`; or what is wrong with it."""
    found = [spot for spot in spots if spot.number < before and _is_called(spot, name)]
    if not found:
        return f"{name} is no field before it; name one that is"
    if len(found) > 1:
        return f"{name} may be any of {len(found)} fields; write {name} OF its group"
    around = {*user.groups, user}
    places = [each for each in (*found[0].groups, found[0]) if each not in around]
    if any(each.item.entry.occurs or each.item.entry.redefines for each in places):
        return f"{name} repeats or is not always there; name a field that every record has"
    return found[0]


def families_left(found: Spot, user: Spot) -> Iterator[tuple[Item, ...]]:
    """The families of readings that a field is in and its user is not: it is there only where they are read so."""
    around = {*user.groups, user}
    for each in (*found.groups, found):
        if each.shares and each not in around:
            yield next(family for family in families(each.groups[-1].item) if each.item in family)


def _is_called(spot: Spot, name: Name) -> bool:
    if spot.item.name != name.text or spot.item.children:
        return False
    groups = iter([group.item.name for group in reversed(spot.groups)])
    return all(wanted in groups for wanted in name.groups)
