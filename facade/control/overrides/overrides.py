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
from facade.control.overrides.override import Override, holding, members, overridden, subject_of, written
from facade.control.overrides.store import OverrideStore
from facade.control.sealed import Damaged
from facade.routing.route import Route
from facade.routing.stage import Stage

LEGACY: Final = Standing(Stage.LEGACY)

_LOST: Final = Because("guard", "what its guard had decided before the restart cannot be read")

_JUDGED: Final = frozenset({Stage.CANARY, Stage.PLATFORM})

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
        """Take up what held before a restart. Where that cannot be read, every guarded route goes back to legacy."""
        try:
            self.now = self._store.read()
        except (Damaged, OSError) as error:
            _log.error("overrides lost", problem=str(error), routes="every guarded one goes back to legacy")
            subjects = members(files).values()
            self.now = tuple(self.stand(routes, LEGACY, _LOST) for routes in subjects if any(map(_is_judged, routes)))
            self.save()

    def stand(self, routes: tuple[Route, ...], to: Standing, because: Because) -> Override:
        """The override that puts these routes, one subject, elsewhere."""
        return Override(subject_of(routes[0]), written(routes), to, self._clock(), because)

    def over(self, files: Configuration, *more: Override) -> tuple[Configuration, tuple[Override, ...]]:
        """What runs where the files say this, and the overrides that hold then, with `more` in place of older ones."""
        subjects = {each.subject for each in more}
        kept = holding((*(each for each in self.now if each.subject not in subjects), *more), files)
        return overridden(files, kept), kept

    def save(self) -> None:
        """Keep what holds now over a restart."""
        try:
            self._store.save(self.now)
        except OSError as error:
            _log.error("overrides not kept", problem=f"{error}; a restart would run what the files say")


def _is_judged(route: Route) -> bool:
    return route.guard is not None and route.stage in _JUDGED
