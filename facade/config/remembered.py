"""What files of routes meant when they were last read: a reload reads again only those that have changed.

The law of this file: what is remembered is what reading would find. A file of routes means what its bytes mean, but for
one that names certificates, which is read each time; and a route means what it says, beside its group and the zone that
its times are written in. Remembering shares frozen values between two configurations and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from facade.config.draft import DraftGroup, DraftRoute
from facade.config.nodes import MappingNode
from facade.config.read_routes import read_routes
from facade.config.reading import Reading

RoutesRead: TypeAlias = tuple[Reading[DraftRoute], Reading[DraftGroup]]

Joining: TypeAlias = Callable[[DraftRoute, DraftGroup | None, ZoneInfo], DraftRoute]


@dataclass(frozen=True, slots=True)
class _File:
    """A file's bytes, where it lay and for whom it was read; and what was found."""

    asked: tuple[bytes, Path, bool]
    found: RoutesRead


@dataclass(frozen=True, slots=True)
class _Route:
    """A route as it was written, its group and zone; and what they meant."""

    written: DraftRoute
    group: DraftGroup | None
    zone: ZoneInfo
    joined: DraftRoute


@dataclass(slots=True)
class Remembered:
    """The files of the last loads, by name, and their routes. It is bounded by what a configuration may hold.

    Loads in several threads may share it: each entry is replaced as a whole, and serves only who asks for the same.
    """

    _files: dict[str, _File] = field(default_factory=dict, repr=False)
    _routes: dict[str, list[_Route]] = field(default_factory=dict, repr=False)

    def read(self, file: str, data: bytes, folder: Path, *, serving: bool) -> RoutesRead:
        """As `read_routes`, which is asked only if anything is not as it was."""
        known, asked = self._files.get(file), (data, folder, serving)
        if known is not None and known.asked == asked:
            return known.found
        found = read_routes(file, data, folder, serving=serving)
        if not any(map(_names_files, found[0].written)):
            self._files[file] = _File(asked, found)
        return found

    def joined(
        self,
        reading: Reading[DraftRoute],
        groups: Callable[[DraftRoute], DraftGroup | None],
        zone: ZoneInfo,
        join: Joining,
    ) -> list[DraftRoute]:
        """The routes of one file with their groups, by `join` where anything is not as it was."""
        if not reading.written:
            return []
        file = reading.written[0].place.file
        known = self._routes.get(file, ())
        fitting = known if len(known) == len(reading.written) else [None] * len(reading.written)
        now = [
            _again(before, written, groups(written), zone, join)
            for before, written in zip(fitting, reading.written, strict=True)
        ]
        self._routes[file] = now
        return [each.joined for each in now]

    def keep(self, files: Collection[str]) -> None:
        """Forget all files but these."""
        for each in (self._files, self._routes):
            for gone in set(each).difference(files):
                each.pop(gone, None)


def _again(
    before: _Route | None, written: DraftRoute, group: DraftGroup | None, zone: ZoneInfo, join: Joining
) -> _Route:
    same = before is not None and before.written is written and before.group is group and before.zone == zone
    return before if same and before is not None else _Route(written, group, zone, join(written, group, zone))


def _names_files(written: DraftRoute) -> bool:
    """Whether what a route means depends on files beside it: those of its platform's TLS."""
    platform = written.node.get("platform")
    return isinstance(platform, MappingNode) and "tls" in platform.entries
