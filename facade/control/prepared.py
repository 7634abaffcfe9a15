"""What a reload works out before it publishes anything, and what it says where it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from facade.config.mistake import Mistake
from facade.config.settings import Configuration
from facade.control.build import Built, Compiled
from facade.control.changes import Moved
from facade.control.overrides.override import Override
from facade.control.roles import ReloadResult
from facade.control.subject import Busy
from facade.port import SiloError
from facade.routing.route import Place
from facade.wire.descriptors import is_shortage

_log = structlog.get_logger("facade.control.reload")

_Failure = TypeVar("_Failure", bound=Exception)


class PutOff(Busy):
    """This process may open no more files: nothing is wrong with those that were to be read."""


class PuttingOff:
    """What becomes of reloads that were put off: they are asked for again in a moment, and the log says so once."""

    def __init__(self) -> None:
        self._is_told = False

    def __repr__(self) -> str:
        return f"<PuttingOff told={self._is_told}>"

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """What is put off within ends there, and changes nothing."""
        try:
            yield
            self._is_told = False
        except PutOff as error:
            if not self._is_told:
                _log.error("reload put off", problem=str(error))
            self._is_told = True


def unless_short(error: _Failure) -> _Failure:
    """The error, unless it comes of descriptors that ran out. Raises `PutOff`."""
    if is_shortage(error):
        raise PutOff(
            "facade.yaml: no file can be read, because this process may open no more files and sockets; raise that "
            "(LimitNOFILE, ulimit -Hn); what ran before goes on, and the files are read as soon as it is possible"
        ) from error
    return error


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
    """A defect of ours, or of an adapter's, which the log tells of. Raises `PutOff` for what is none."""
    _log.error("reload failed by a defect", exc_info=unless_short(error))
    what = f"could not be read because of a defect of the facade ({type(error).__name__})"
    return Mistake(Place("facade.yaml", 0), what, "what ran before goes on; report the log line with its traceback")
