"""A whole configuration from the bytes of its files: read each, judge them together, and make the frozen values.

Nothing is read from the disk but the secrets and certificates that the files name. So what was accepted once can be
served again from its bytes alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from facade.callers.register import Register
from facade.config.beside import Beside
from facade.config.callers_file import FILE as CALLERS
from facade.config.checks import RULES, WARNINGS, judge
from facade.config.compile import compile_route, with_api_key_header, with_sides
from facade.config.draft import Draft, DraftFacade, DraftGroup, DraftRoute, DraftSilo
from facade.config.environment import unknown_variables
from facade.config.files import Look
from facade.config.identity import identity
from facade.config.kinds import Kinds
from facade.config.mistake import Mistake, in_order
from facade.config.network import HostPort
from facade.config.read_callers import CallersReading, read_callers
from facade.config.read_facade import NAME, admin_address, read_facade, state_folder
from facade.config.read_silos import Surroundings, read_silos
from facade.config.reading import Reading
from facade.config.remembered import Remembered
from facade.config.settings import Configuration, Listeners, Settings
from facade.config.silo_file import EXTERNALS, SILOS
from facade.config.standing import ROUTES
from facade.config.substitute import Secrets
from facade.routing.route import Place

Value = TypeVar("Value")

PARTS: Final = (SILOS, EXTERNALS, ROUTES)
"""The folders of a configuration, in the order in which they are read."""

SUFFIX: Final = ".yaml"

REVISION_DIGITS: Final = 12
"""Hexadecimal digits of a revision: 48 bits tell any two of a year's configurations apart, and can be read aloud."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a set of files. `configuration` is None where there are mistakes; what else is told is told then
    too, as far as facade.yaml can be read.

    `listeners` are None where one of them is mistaken, or facade.yaml could not be read at all, as `is_facade_read`
    says; `admin` is where that listener is, even if others are mistaken, and None where that cannot be told.

    `mistakes` and `warnings` are in order and bounded. `files` are the bytes that were read, by path relative to the
    folder, and `revision` is their hash; `looks` are what those that silos name looked like before they were read.
    Nothing of it holds a secret but `configuration`, which does not show it.
    """

    configuration: Configuration | None
    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    revision: str
    files: Mapping[str, bytes] = field(repr=False)
    looks: Mapping[Path, Look] = field(default_factory=dict, repr=False)
    state: Path = Settings().state
    listeners: Listeners | None = None
    admin: HostPort | None = None
    is_facade_read: bool = False


def parse(
    files: Mapping[str, bytes],
    folder: Path,
    kinds: Kinds,
    environment: Mapping[str, str],
    *,
    serving: bool,
    unread: Sequence[Mistake] = (),
    beside: Beside | None = None,
    remembered: Remembered | None = None,
) -> Loaded:
    """Make a configuration of `files`, by path relative to `folder`; `unread` says why others could not be read.

    The files that silos name are read from `beside`, and are among `files` if that is None. What is `remembered` of
    files of routes is not read again.
    """
    folder = folder.absolute()  # what is relative to it must not move with the working folder
    secrets = Secrets(environment, serving=serving)
    facade = _facade(files, folder, environment, secrets, serving=serving)
    beside = beside or Beside(folder, files)
    callers = read_callers(files, secrets)
    silos = list(_silos(files, Surroundings(folder, kinds, secrets, _zone(facade), serving, beside)))
    remembered = remembered or Remembered()
    routes, groups = _routes(files, folder / ROUTES, remembered, serving=serving)
    without = [*unread, *_absent(files, unread)]
    draft = _join(facade, callers, silos, routes, groups, without, remembered)
    readings: tuple[Reading[Any], ...] = (facade, callers.callers, callers.issuers, *silos, *routes, *groups)
    mistakes = [*without, *(each for reading in readings for each in reading.mistakes), *secrets.mistakes]
    mistakes += judge(draft, RULES)
    warnings = [*(each for reading in readings for each in reading.warnings), *secrets.warnings]
    warnings += [*unknown_variables(environment, secrets.variables), *judge(draft, WARNINGS)]
    every_file = {**files, **beside.contents}
    revision = revision_of(every_file)
    return Loaded(
        configuration=None if mistakes else _configuration(draft, revision),
        mistakes=in_order(mistakes),
        warnings=in_order(warnings),
        revision=revision,
        files=every_file,
        looks=beside.looks,
        state=state_folder(draft.facade.node if draft.facade else None, folder, environment),
        listeners=draft.facade.listeners if draft.facade else None,
        admin=admin_address(draft.facade.node) if draft.facade else None,
        is_facade_read=draft.facade is not None,
    )


def revision_of(files: Mapping[str, bytes]) -> str:
    """The hash of every name and content, lengths included so that no two sets of files look alike."""
    digest = hashlib.sha256()
    for name in sorted(files):
        encoded = name.encode()
        digest.update(b"%d %d\n" % (len(encoded), len(files[name])) + encoded + files[name])
    return digest.hexdigest()[:REVISION_DIGITS]


def _absent(files: Mapping[str, bytes], unread: Sequence[Mistake]) -> Iterator[Mistake]:
    if NAME not in files and not any(each.place.file == NAME for each in unread):
        yield Mistake(Place(NAME, 1), "does not exist", "create it, beside the folders silos and routes")


def _facade(
    files: Mapping[str, bytes], folder: Path, environment: Mapping[str, str], secrets: Secrets, *, serving: bool
) -> Reading[DraftFacade]:
    if NAME in files:
        return read_facade(files[NAME], folder, environment, secrets, serving=serving)
    return Reading(is_whole=False)


def _zone(facade: Reading[DraftFacade]) -> ZoneInfo:
    """Whose clock times are written by; any will do while facade.yaml is mistaken, for then nothing serves."""
    settings = facade.written[0].settings if facade.written else None
    return ZoneInfo((settings or Settings()).timezone)


def _silos(files: Mapping[str, bytes], around: Surroundings) -> Iterator[Reading[DraftSilo]]:
    """The files of silos, then those of externals; the folder of `around` is that of both."""
    for part in (SILOS, EXTERNALS):
        here = dataclasses.replace(around, folder=around.folder / part, is_external=part == EXTERNALS)
        yield from (read_silos(name, files[name], here) for name in _below(files, part))


def _routes(
    files: Mapping[str, bytes], folder: Path, remembered: Remembered, *, serving: bool
) -> tuple[list[Reading[DraftRoute]], list[Reading[DraftGroup]]]:
    names = _below(files, ROUTES)
    remembered.keep(names)
    pairs = [remembered.read(name, files[name], folder, serving=serving) for name in names]
    return [routes for routes, _ in pairs], [groups for _, groups in pairs]


def _below(files: Mapping[str, bytes], folder: str) -> list[str]:
    """The files that an operator writes in a folder; beside and below them lie those that silos name."""
    written = (PurePosixPath(name) for name in files)
    return sorted(str(each) for each in written if str(each.parent) == folder and each.suffix == SUFFIX)


def _join(
    facade: Reading[DraftFacade],
    callers: CallersReading,
    silos: list[Reading[DraftSilo]],
    routes: list[Reading[DraftRoute]],
    groups: list[Reading[DraftGroup]],
    without: list[Mistake],
    remembered: Remembered,
) -> Draft:
    """The draft of a whole: each route with its group, and so with its stage."""
    zone = _zone(facade)
    every_group = tuple(each for reading in groups for each in reading.written)
    group_of: dict[str, DraftGroup] = {}
    for group in every_group:
        for name in group.members:
            group_of.setdefault(name, group)
    unread = {each.place.file.split("/")[0] for each in without}
    unread |= {SILOS for each in silos if not each.is_whole} | {ROUTES for each in routes if not each.is_whole}
    if not (callers.callers.is_whole and callers.issuers.is_whole):
        unread.add(CALLERS)
    return Draft(
        facade=facade.written[0] if facade.written else None,
        callers=tuple(callers.callers.written),
        issuers=tuple(callers.issuers.written),
        api_key_header=callers.api_key_header,
        silos=tuple(each for reading in silos for each in reading.written),
        routes=tuple(
            each
            for reading in routes
            for each in remembered.joined(reading, lambda route: group_of.get(route.name or ""), zone, _joined)
        ),
        groups=every_group,
        unread=frozenset(unread),
    )


def _joined(written: DraftRoute, group: DraftGroup | None, zone: ZoneInfo) -> DraftRoute:
    if written.block is None or (group is not None and group.block is None):
        return dataclasses.replace(written, group=group)
    block = group.block if group is not None else None
    route = compile_route(written.block, block, written.place, written.folder, zone)
    if route is not None:
        texts = (identity(written.node), group.identity if group is not None else "")
        route = dataclasses.replace(route, written=" ".join(texts).rstrip())
    return dataclasses.replace(written, group=group, route=route)


def _configuration(draft: Draft, revision: str) -> Configuration:
    """What a draft without mistakes means. Every part of it has its value: else there would be a mistake."""
    assert draft.facade is not None
    assert draft.facade.settings is not None
    systems = {silo.name: silo for silo in (_whole(each.silo) for each in draft.silos)}
    return Configuration(
        revision=revision,
        settings=draft.facade.settings,
        silos={name: silo for name, silo in systems.items() if not silo.is_external},
        externals={name: silo for name, silo in systems.items() if silo.is_external},
        routes=tuple(
            with_api_key_header(with_sides(_whole(each.route), systems), draft.api_key_header) for each in draft.routes
        ),
        groups=tuple(_whole(each.group) for each in draft.groups),
        callers=Register(
            tuple(_whole(each.caller) for each in draft.callers),
            tuple(_whole(each.issuer) for each in draft.issuers),
            draft.api_key_header,
        ),
    )


def _whole(value: Value | None) -> Value:
    assert value is not None
    return value
