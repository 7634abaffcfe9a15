"""The overrides that hold on this sidecar, and their file."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.overrides.override import (
    Override,
    holding,
    identified,
    members,
    overridden,
    subject_of,
    written,
)
from facade.control.overrides.store import OverrideStore
from facade.control.sealed import Damaged
from facade.routing.route import Route
from facade.routing.stage import Stage

LEGACY: Final = Standing(Stage.LEGACY)

_LOST: Final = Because("start", "overrides.json was damaged: whether it had gone back before the restart is not known")

_ON_PLATFORM: Final = frozenset({Stage.CANARY, Stage.PLATFORM})
"""Stages in which the platform answers and which have a way back."""

_log = structlog.get_logger("facade.control.overrides")


class Overrides:
    """What holds now. `clock` tells the time of day, aware, in UTC. `load` and `save` block."""

    def __init__(self, state: Path, clock: Callable[[], datetime.datetime]) -> None:
        self._store = OverrideStore(state)
        self._clock = clock
        self.now: tuple[Override, ...] = ()

    def __repr__(self) -> str:
        return f"<Overrides {[each.subject for each in self.now]}>"

    def load(self, files: Configuration) -> None:
        """Take up what held before a restart.

        Where that cannot be read, all that the platform answers goes back to legacy, for any of it may have gone back.
        """
        try:
            kept = self._store.read()
        except (Damaged, OSError) as error:
            _log.error("overrides lost", problem=str(error), routes="all in canary or platform go back to legacy")
            subjects = members(files).values()
            self.now = tuple(self.stand(routes, LEGACY, _LOST) for routes in subjects if any(map(_is_away, routes)))
            self.save()
            return
        self.now = identified(kept, files)
        if self.now != kept:
            _log.warning("overrides of another version", holding="until the next change of their routes in the files")
            self.save()

    def stand(self, routes: tuple[Route, ...], to: Standing, because: Because) -> Override:
        """The override that puts these routes, one subject, elsewhere."""
        return Override(subject_of(routes[0]), written(routes), to, self._clock(), because)

    def over(self, files: Configuration, *more: Override) -> tuple[Configuration, tuple[Override, ...]]:
        """What runs where the files say this, and the overrides that hold then, with `more` in place of older ones."""
        subjects = {each.subject for each in more}
        kept = holding((*(each for each in self.now if each.subject not in subjects), *more), files)
        return overridden(files, kept), kept

    def save(self) -> str | None:
        """Keep what holds now over a restart; returns what kept it from that, as `place: what; what to do`."""
        try:
            self._store.save(self.now)
        except OSError as error:
            problem = f"{error}; make `state` a folder that this user may write: a restart would run what the files say"
            _log.error("overrides not kept", problem=problem)
            return problem
        return None


def _is_away(route: Route) -> bool:
    return route.stage in _ON_PLATFORM
