"""How many of a day's calls, and of the keys in its sample, change side by a change of one route. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from facade.control.preview.differing import Change
from facade.control.preview.sides import all_at, moved, split_of
from facade.control.usage.sample import Basis
from facade.control.usage.tally import Band
from facade.routing.stage import Side


@dataclass(slots=True)
class Count:
    """What a day says of one route: its calls by who answered them, and its keys in the sample.

    `calls_to` and `keys_to` are those that change side, by where they go. `is_expected` where keys get new places, so
    that the numbers are what is to be expected and not what is known.
    """

    calls: dict[Side, float] = field(default_factory=lambda: defaultdict(float))
    keys: float = 0.0
    calls_to: dict[Side, float] = field(default_factory=lambda: defaultdict(float))
    keys_to: dict[Side, float] = field(default_factory=lambda: defaultdict(float))
    is_expected: bool = False

    @property
    def all_calls(self) -> float:
        return sum(self.calls.values())


def counts(
    changes: Iterable[Change], bases: tuple[Basis, ...], bands: Iterable[Band], instead: Mapping[str, Side]
) -> Mapping[str, Count]:
    """What the day says of each changed route, by its name. `instead` is who answers the calls of removed ones then."""
    by_route: dict[str, list[Change]] = defaultdict(list)
    found: dict[str, Count] = {}
    for change in changes:
        if change.was is not None:
            by_route[change.was.name].append(change)
            found[change.name] = Count()
    for band in bands:
        basis = bases[band.basis]
        for change in by_route.get(basis.route, ()):
            _add(found[change.name], change, basis, band, instead.get(change.name, Side.OWN))
    return found


def _add(count: Count, change: Change, basis: Basis, band: Band, instead: Side) -> None:
    count.calls[basis.side] += band.calls
    count.keys += band.keys
    if change.was is None:
        return
    has_key = band.band is not None
    before = split_of(change.was, basis, has_key=has_key)
    after = all_at(instead) if change.will is None else split_of(change.will, basis, has_key=has_key)
    is_same = basis.subject == change.was.subject and (change.will is None or change.will.subject == basis.subject)
    is_placed = is_same and before.is_placed and after.is_placed
    for side, part in moved(before, after, band.band, is_placed=is_placed).items():
        count.calls_to[side] += band.calls * part
        count.keys_to[side] += band.keys * part
    if not is_placed and (before.is_divided or after.is_divided):
        count.is_expected = True
