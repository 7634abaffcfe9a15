"""What overrides are, and what they make of a configuration. Pure.

The law of this file: the file is the truth, and its next change of a route or journey ends that one's override. So an
override holds while its subject's own text says what it said when it was made; what is written elsewhere, and what is
worked out of it, ends none. And it only ever holds for what still has a way back.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from facade.config.identity import VERSION
from facade.config.settings import Configuration
from facade.config.standing import Standing, standing_of
from facade.control.because import Because
from facade.routing.route import Group, Route
from facade.routing.stage import Stage

Subject = TypeVar("Subject", Route, Group)

HAS_A_WAY_BACK: Final = frozenset({Stage.SHADOW, Stage.CANARY, Stage.PLATFORM, Stage.LEGACY})


@dataclass(frozen=True, slots=True)
class Override:
    """One subject (a route, or a group for all of its routes) and where it stands in place of what its file says.

    `written` identifies what the file said of it then. `at` is aware, in UTC.
    """

    subject: str
    written: str
    to: Standing
    at: datetime.datetime
    because: Because


def subject_of(route: Route) -> str:
    """What moves when the route moves: its group, if it is in one."""
    return route.group or route.name


def written(routes: Iterable[Route]) -> str:
    """What identifies the text of a subject's routes: it changes with whatever is said of one of them."""
    texts = sorted(route.written for route in routes)
    return VERSION + hashlib.sha256("\n".join(texts).encode()).hexdigest()


def identified(overrides: Iterable[Override], configuration: Configuration) -> tuple[Override, ...]:
    """Overrides that were kept by whoever identifies texts otherwise hold for the text that is there: until it changes.

    Which text was theirs cannot be told, and the platform must not get calls back by an upgrade.
    """
    known = members(configuration)
    return tuple(
        replace(each, written=written(known[each.subject]))
        if each.subject in known and not each.written.startswith(VERSION)
        else each
        for each in overrides
    )


def members(configuration: Configuration) -> Mapping[str, tuple[Route, ...]]:
    """The routes of every subject."""
    found: dict[str, tuple[Route, ...]] = {}
    for route in configuration.routes:
        found[subject_of(route)] = (*found.get(subject_of(route), ()), route)
    return found


def holding(overrides: Iterable[Override], configuration: Configuration) -> tuple[Override, ...]:
    """Those that still hold for these files: their subjects are what they were, and stand elsewhere by their file."""
    known = members(configuration)
    return tuple(each for each in overrides if _holds(each, known.get(each.subject, ())))


def overridden(configuration: Configuration, overrides: Iterable[Override]) -> Configuration:
    """The configuration with its routes and groups where the overrides put them."""
    to = {each.subject: each.to for each in overrides}
    if not to:
        return configuration
    return replace(
        configuration,
        routes=tuple(_moved(route, to.get(subject_of(route))) for route in configuration.routes),
        groups=tuple(_moved(group, to.get(group.name)) for group in configuration.groups),
    )


def _holds(override: Override, routes: tuple[Route, ...]) -> bool:
    if not routes or written(routes) != override.written:
        return False
    return all(
        route.stage in HAS_A_WAY_BACK and standing_of(route.stage, route.canary) != override.to for route in routes
    )


def _moved(subject: Subject, to: Standing | None) -> Subject:
    if to is None:
        return subject
    canary = subject.canary
    if canary is not None and to.share is not None:
        canary = replace(canary, share=to.share, keys=to.keys)
    return replace(subject, stage=to.stage, canary=canary)
