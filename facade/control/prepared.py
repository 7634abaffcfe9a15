"""What a reload works out before it publishes anything, and what it says where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facade.config.mistake import Mistake
from facade.config.settings import Configuration
from facade.control.build import Built, Compiled
from facade.control.changes import Moved
from facade.control.overrides.override import Override
from facade.control.roles import ReloadResult
from facade.port import SiloError
from facade.routing.route import Place


@dataclass(frozen=True, slots=True)
class New:
    """Something new to serve, what moves by it, and what it was made of.

    `written` is what the `files` say, and `overrides` are laid over it; `standings` is where each route stands then,
    and what each date is. The silos that are `off` are asked no more.
    """

    compiled: Compiled
    moves: tuple[Moved, ...]
    files: Mapping[str, bytes] = field(repr=False)
    written: Configuration = field(repr=False)
    standings: Mapping[str, str] = field(repr=False)
    overrides: tuple[Override, ...] = ()
    off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of reading the files. `built` is `new` with its targets open; None where there is nothing new."""

    result: ReloadResult
    built: Built | None = None
    new: New | None = None


def not_opened(error: SiloError) -> Mistake:
    """A silo that cannot be opened."""
    return Mistake(Place("silos", 0), f"a silo cannot be opened: {error.detail}", "mend its settings")


def defect(error: Exception) -> Mistake:
    """A defect of ours, or of an adapter's."""
    what = f"could not be read because of a defect of the facade ({type(error).__name__})"
    return Mistake(Place("facade.yaml", 0), what, "what ran before goes on; report the log line with its traceback")
