"""The configuration as far as it could be read: what the cross-file rules judge.

A draft keeps what has mistakes too. A route whose share is wrong still has its name, so nobody is told besides that
its group names an unknown route; it has no value, so nothing that needs one is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from facade.callers.register import API_KEY_HEADER, Caller, Issuer
from facade.config.facade_file import FacadeFile
from facade.config.nodes import MappingNode, Step, locate
from facade.config.routes_file import GroupBlock, RouteBlock
from facade.config.settings import Listeners, Settings
from facade.config.silo_file import EXTERNAL, EXTERNALS, SILO, SILOS
from facade.routing.route import Group, Place, Route
from facade.targets.definition import Silo


@dataclass(frozen=True, slots=True)
class Written:
    """Something named that stands in a file."""

    node: MappingNode
    name: str | None

    @property
    def place(self) -> Place:
        return self.node.place

    def at(self, *steps: Step) -> Place:
        """The place of one of its keys."""
        return locate(self.node, steps).place

    def says(self, key: str) -> bool:
        return key in self.node.entries


Named = TypeVar("Named", bound=Written)


@dataclass(frozen=True, slots=True)
class DraftFacade(Written):
    """facade.yaml. `settings` is None where it has mistakes, `listeners` where one is about where and how to listen."""

    block: FacadeFile | None = None
    settings: Settings | None = None
    listeners: Listeners | None = None


@dataclass(frozen=True, slots=True)
class DraftSilo(Written):
    """A silo, or an external. `operations` are the names of its operations, None where they cannot be told."""

    adapter: str | None = None
    operations: frozenset[str] | None = None
    silo: Silo | None = None
    is_external: bool = False

    @property
    def kind(self) -> str:
        """What it is: the key, too, that its name stands at."""
        return EXTERNAL if self.is_external else SILO


@dataclass(frozen=True, slots=True)
class DraftGroup(Written):
    """A group; `members` are the routes it names, `identity` is that of its block."""

    members: tuple[str, ...] = ()
    identity: str = ""
    block: GroupBlock | None = None
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class DraftRoute(Written):
    """A route, and the group that names it. `route` is what it means, None where that cannot be told.

    `folder` is where its file lies.
    """

    block: RouteBlock | None = None
    group: DraftGroup | None = None
    route: Route | None = None
    folder: Path = Path()

    @property
    def mover(self) -> Written:
        """Who says its stage and canary: its group, else the route itself."""
        return self.group or self


@dataclass(frozen=True, slots=True)
class DraftCaller(Written):
    """A caller of callers.yaml; `caller` is None where it has mistakes, or lacks a secret."""

    caller: Caller | None = None


@dataclass(frozen=True, slots=True)
class DraftIssuer(Written):
    """An issuer of tokens, named by its `iss`; `issuer` is None where it has mistakes."""

    issuer: Issuer | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that was read of one configuration."""

    facade: DraftFacade | None = None
    callers: tuple[DraftCaller, ...] = ()
    issuers: tuple[DraftIssuer, ...] = ()
    api_key_header: str = API_KEY_HEADER
    silos: tuple[DraftSilo, ...] = ()
    routes: tuple[DraftRoute, ...] = ()
    groups: tuple[DraftGroup, ...] = ()
    unread: frozenset[str] = field(default_factory=frozenset)
    """Folders, `silos`, `externals` or `routes`, of which a file could not be read, and `callers.yaml`.

    Names may be missing.
    """

    def silo_names(self) -> Mapping[str, DraftSilo]:
        """The silos and the externals, which share their names."""
        return first_of(self.silos)

    @property
    def knows_every_silo(self) -> bool:
        return self.unread.isdisjoint({SILOS, EXTERNALS})


def first_of(written: Iterable[Named]) -> dict[str, Named]:
    """The first of each name."""
    first: dict[str, Named] = {}
    for each in written:
        if each.name is not None:
            first.setdefault(each.name, each)
    return first
