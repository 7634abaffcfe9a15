"""A copybook, a code page and an operator's choice of readings compiled into steps, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from facade.formats.copybook.entry import FILLER, Name
from facade.formats.copybook.fields import Numbers, initial_of, is_whole, literal_bytes, storage_of
from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import Misfit, Mistake
from facade.formats.copybook.pages import Page
from facade.formats.copybook.parse import Copybook
from facade.formats.copybook.spots import Spot, families_left, key_of, names_of, referred
from facade.formats.copybook.steps import Fields, Marked, NamedValues, Step, sequence
from facade.formats.copybook.storage import Storage, Value
from facade.formats.copybook.tables import Choice, Count, Reading, Rows, Scalars
from facade.formats.copybook.tree import Item, families
from facade.formats.copybook.values import Test, test_of, written_ranges

Choices: TypeAlias = Mapping[Item, tuple[tuple[Spot, Test], ...]]
"""The readings that an operator's `redefines` names, each with the fields that choose it."""

_NOTHING: Final = ""
"""The key of bytes that no value is given for."""


class _Run:
    """Steps as they are put together: plain fields gather until something else comes between."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._leaves: list[tuple[str, str, int, Callable[[Image, int], Value]]] = []
        self._parts: list[tuple[str, str, Callable[[object], bytes], bytes]] = []
        self._offset = 0

    def put(self, name: str, key: str, storage: Storage, initial: bytes) -> None:
        if key:
            self._leaves.append((name, key, self._offset, storage.read))
        self._parts.append((name, key, storage.write, initial))
        self._offset += len(initial)

    def add(self, step: Step) -> None:
        self._flush()
        self._steps.append(step)

    def step(self) -> Step:
        self._flush()
        return sequence(self._steps)

    def _flush(self) -> None:
        if self._parts:
            self._steps.append(Fields(tuple(self._leaves), tuple(self._parts)))
            self._leaves, self._parts, self._offset = [], [], 0


class Compiler:
    """One compilation. What it finds wrong stands in `mistakes`."""

    def __init__(self, copybook: Copybook, page: Page, numbers: Numbers) -> None:
        self.mistakes: list[Mistake] = []
        self.names = names_of(copybook.spots, self.mistakes)
        self._page = page
        self._numbers = numbers
        self._spots = copybook.spots
        self._spot = {spot.item: spot for spot in copybook.spots}
        self._storages: dict[Item, Storage] = {}
        self._counts: dict[Item, Count] = {}
        self._watched: set[Item] = set()
        self._counted: dict[Item, str] = {}
        self._choices: Choices = {}
        self._uses: list[tuple[Spot, Spot]] = []
        for spot in copybook.spots:
            self._count(spot)

    def storage(self, item: Item) -> Storage:
        if item not in self._storages:
            self._storages[item] = storage_of(item, self._page, self._numbers)
        return self._storages[item]

    def compile(self, root: Item, choices: Choices) -> Step:
        """The steps of a record. Where `mistakes` has any they are not to be used."""
        self._choices = choices
        self._watched |= {spot.item for tests in choices.values() for spot, _ in tests}
        self._uses += [(spot, self._spot[item]) for item, tests in choices.items() for spot, _ in tests]
        for found, user in self._uses:
            if any(item in choices for family in families_left(found, user) for item in family):
                name = found.item.name
                what = f"{user.item.name} is said by {name}, which another reading may replace; choose by another field"
                self.mistakes.append(Mistake(user.item.entry.place, what))
        return self._step(root)

    def _count(self, spot: Spot) -> None:
        """How many rows a table has, and which field says it."""
        occurs, item = spot.item.entry.occurs, spot.item
        if occurs is None:
            return
        count = Count(item.name or FILLER, occurs.least, occurs.most, item.least)
        if occurs.depending is not None:
            says = referred(occurs.depending, spot, spot.number, self._spots)
            if isinstance(says, str):
                self.mistakes.append(Mistake(item.entry.place, f"{item.name}: OCCURS DEPENDING ON {says}"))
                return
            if not is_whole(says.item):
                what = f"{item.name}: OCCURS DEPENDING ON {says.item.name} is no whole number; name a field that is"
                self.mistakes.append(Mistake(item.entry.place, what))
                return
            self._watched.add(says.item)
            self._uses.append((says, spot))
            if says.table is spot.table and item in self.names:
                self._counted[says.item] = key_of(self.names[item])
            count = Count(item.name, occurs.least, occurs.most, item.least, says.number, says.item.name)
        self._counts[item] = count

    def _step(self, item: Item) -> Step:
        """One occurrence of an item."""
        run = _Run()
        self._put_once(item, run)
        return run.step()

    def _put_once(self, item: Item, run: _Run) -> None:
        if not item.children:
            self._put_field(item, run)
        for family in families(item):
            self._put_family(family, run)

    def _put(self, item: Item, run: _Run) -> None:
        if item.entry.occurs is None:
            self._put_once(item, run)
        elif item in self.names and item in self._counts:
            run.add(self._table(item, self._counts[item]))
        else:
            run.put(FILLER, _NOTHING, self.storage(item), self._initial(item) * item.most)

    def _table(self, item: Item, count: Count) -> Step:
        key = key_of(self.names[item])
        if item.children:
            return Rows(key, count, self._step(item))
        return Scalars(key, count, self.storage(item), self._initial(item))

    def _put_field(self, item: Item, run: _Run) -> None:
        storage, initial = self.storage(item), self._initial(item)
        if item not in self.names:
            run.put(FILLER, _NOTHING, storage, initial)
            return
        name = self.names[item]
        marks = self._marks(item, storage)
        if not marks and item not in self._watched:
            run.put(str(name), key_of(name), storage, initial)
            return
        counted = self._counted.get(item, _NOTHING)
        run.add(Marked(str(name), key_of(name), self._spot[item].number, storage, initial, marks, counted))

    def _marks(self, item: Item, storage: Storage) -> tuple[NamedValues, ...]:
        marks = []
        for condition in item.entry.conditions:
            name = self.names[condition]
            try:
                holds = test_of(condition.ranges, item, storage, self._page)
                true = literal_bytes(condition.ranges[0][0], item, storage, self._page)
                false = literal_bytes(condition.false, item, storage, self._page) if condition.false else None
            except Misfit as misfit:
                what = f"88 {condition.name}: its VALUE {misfit}; write one that fits {item.name}"
                self.mistakes.append(Mistake(condition.place, what))
                continue
            marks.append(NamedValues(str(name), key_of(name), holds, true, false))
        return tuple(marks)

    def _put_family(self, family: tuple[Item, ...], run: _Run) -> None:
        """Without a choice the first of those that share their bytes stands for all."""
        original = family[0]
        if not any(item in self._choices for item in family):
            self._put(original, run)
            return
        chosen = [item for item in family[1:] if item in self._choices]
        readings = tuple(self._reading(item, original) for item in [*chosen, original])
        run.add(Choice(readings, original.size, self._initial(original)))

    def _reading(self, item: Item, original: Item) -> Reading:
        run = _Run()
        self._put(item, run)
        tests = tuple((spot.number, test) for spot, test in self._choices.get(item, ()))
        rest = self._initial(original)[item.size * item.most :]
        return Reading(item.name or FILLER, run.step(), tests, rest)

    def _initial(self, item: Item) -> bytes:
        """What one occurrence holds before anything is put there."""
        if item.children:
            standing = [child for child in item.children if not child.entry.redefines]
            return b"".join(self._initial(child) * child.most for child in standing)
        storage = self.storage(item)
        try:
            return initial_of(item, storage, self._page)
        except Misfit as misfit:
            what = f"{item.name or FILLER}: its VALUE {misfit}; write one that fits its PICTURE"
            self.mistakes.append(Mistake(item.entry.place, what))
            return bytes(storage.width)

    def choice(self, item: Item, name: Name, texts: tuple[str, ...]) -> tuple[Spot, Test] | str:
        """The field that chooses a reading and the test for its values; or what is wrong with either."""
        spot = self._spot[item]
        family = next(each for each in families(spot.groups[-1].item) if item in each)
        found = referred(name, spot, self._spot[family[0]].number, self._spots)
        if isinstance(found, str):
            return found
        return self.named_values(found, texts)

    def named_values(self, spot: Spot, texts: tuple[str, ...]) -> tuple[Spot, Test] | str:
        """The test for values as an operator writes them: the name of a level 88, or a value itself."""
        storage = self.storage(spot.item)
        tests: list[Test] = []
        for text in texts:
            ranges = written_ranges(spot.item, text)
            try:
                tests.append(test_of(ranges, spot.item, storage, self._page))
            except Misfit as misfit:
                return f"{spot.item.name} {misfit}; write one of its values"
        return spot, lambda raw, value: any(test(raw, value) for test in tests)
