"""The reload: the files become what serves, in one assignment, or nothing changes at all.

The law of this file: the value that `reload` returns is the truth of it, and log, metric and admin answer are made from
that value. Whatever goes wrong on the way, the table that served goes on serving. Reloads asked for while one runs are
one more reload, not many; each caller gets the result of a load that began after they asked.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from facade.config.load import Loaded
from facade.config.mistake import Mistake
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.begin import Beginning
from facade.control.build import Built, Compiled, build, compiled
from facade.control.changes import Moved, moved, needs_restart, same
from facade.control.roles import Outcome, ReloadResult, follow
from facade.control.source import Source
from facade.control.start import StartError
from facade.control.tell import CAUSE_OF_MOVES, tell
from facade.port import SiloError
from facade.routing.route import Place
from facade.snapshot import Snapshots
from facade.targets.catalog import Catalog
from facade.telemetry.metrics import Metrics

_log = structlog.get_logger("facade.control.reload")


@dataclass(frozen=True, slots=True)
class _Read:
    """What the files hold. `compiled` is None where they are mistaken, or mean what runs already."""

    loaded: Loaded
    compiled: Compiled | None = None
    moves: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What came of reading the files. `built` is None unless there is something new to serve."""

    result: ReloadResult
    built: Built | None = None
    moves: tuple[Moved, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


class Reloader:
    """Keeps what serves in step with the files. `configuration` is what runs, `view` its roles for `/api/config`.

    `clock` tells the time of day, aware, in UTC.
    """

    def __init__(
        self,
        source: Source,
        beginning: Beginning,
        catalog: Catalog,
        snapshots: Snapshots,
        metrics: Metrics,
        clock: Callable[[], datetime.datetime],
    ) -> None:
        self._source = source
        self._catalog = catalog
        self._snapshots = snapshots
        self._metrics = metrics
        self._clock = clock
        self._beginning = beginning
        self._store = AcceptedStore(beginning.configuration.settings.state)
        self._seen = beginning.seen
        self._lock = asyncio.Lock()
        self._asked = 0
        self._covered = 0
        self._last = beginning.result
        self.configuration = beginning.configuration
        self.view = beginning.view

    def __repr__(self) -> str:
        return f"<Reloader running={self.configuration.revision} last={self._last.outcome}>"

    async def start(self) -> None:
        """Open the targets of the configuration to begin with and serve it. Raises `StartError`."""
        try:
            built = await build(await asyncio.to_thread(compiled, self.configuration), self._catalog)
        except SiloError as error:
            raise StartError(str(_not_opened(error))) from error
        self._publish(built)
        self._metrics.reloaded(self._last.outcome)
        tell(self._last, self.configuration, "start")

    async def keep(self) -> None:
        """Remember what was started with, once it really serves: a start that fails must leave no memory."""
        if self._last.outcome is Outcome.ACCEPTED:
            await self._keep(self._beginning.files)

    async def reload(self, cause: str) -> ReloadResult:
        """Read the files and serve them if they are good. `cause` is `file` or `signal`, for the log."""
        self._asked += 1
        asked = self._asked
        async with self._lock:
            if self._covered < asked:
                self._covered = self._asked
                self._last = await self._reload(cause)
            return self._last

    def stale(self) -> bool:
        """Whether the files are not those last read; blocks."""
        return self._source.fingerprint() != self._seen

    async def _reload(self, cause: str) -> ReloadResult:
        prepared = await self._prepare()
        result = prepared.result
        if prepared.built is not None:
            self._publish(prepared.built)
        self.view = follow(self.view, result, self._clock())
        self._metrics.reloaded(result.outcome)
        for move in prepared.moves:
            self._metrics.moved(move.route, CAUSE_OF_MOVES)
        tell(result, self.configuration, cause, prepared.moves)
        if prepared.built is not None:
            await self._keep(prepared.files)
        return result

    async def _prepare(self) -> _Prepared:
        """Read and open; whatever fails here is a rejection, because nothing serves any differently yet."""
        revision = self.view.file.revision
        try:
            self._seen = await asyncio.to_thread(self._source.fingerprint)
            read = await asyncio.to_thread(self._read)
            revision = read.loaded.revision
            if read.compiled is None:
                return _Prepared(_as_read(read.loaded))
            built = await build(read.compiled, self._catalog)
        except SiloError as error:
            return _Prepared(ReloadResult(Outcome.REJECTED, revision, (_not_opened(error),)))
        except Exception as error:  # noqa: BLE001 - a defect of ours or of an adapter's must not stop what serves
            _log.error("reload failed by a defect", exc_info=error)
            return _Prepared(ReloadResult(Outcome.REJECTED, revision, (_defect(error),)))
        fixed = needs_restart(self._beginning.configuration.settings, read.compiled.configuration.settings)
        result = ReloadResult(Outcome.ACCEPTED, revision, warnings=(*read.loaded.warnings, *fixed))
        return _Prepared(result, built, read.moves, read.loaded.files)

    def _read(self) -> _Read:
        """Read the files, and work out what is new in them."""
        loaded = self._source.load()
        running, found = self.configuration, loaded.configuration
        if found is None or same(running, found):
            return _Read(loaded)
        return _Read(loaded, compiled(found), tuple(moved(running.routes, found.routes)))

    def _publish(self, built: Built) -> None:
        self._snapshots.current = built.snapshot
        self._catalog.settle(built.adoption)
        stated = built.compiled
        self.configuration = stated.configuration
        self._metrics.configured(stated.configuration.revision, stated.routes, stated.silos, built.adoption.targets)

    async def _keep(self, files: Mapping[str, bytes]) -> None:
        accepted = Accepted(self.configuration.revision, self.view.accepted.at, files)
        try:
            await asyncio.to_thread(self._store.save, accepted)
        except OSError as error:
            _log.warning(
                "accepted configuration not kept",
                problem=f"{self._store.path}: cannot be written ({error.strerror}); make `state` a folder that this "
                "user may write, or a restart on mistaken files will have nothing to serve",
            )


def _as_read(loaded: Loaded) -> ReloadResult:
    """The result of files that are mistaken, or that mean what runs already."""
    outcome = Outcome.REJECTED if loaded.configuration is None else Outcome.UNCHANGED
    return ReloadResult(outcome, loaded.revision, loaded.mistakes, loaded.warnings)


def _not_opened(error: SiloError) -> Mistake:
    return Mistake(Place("silos", 0), f"a silo cannot be opened: {error.detail}", "mend its settings")


def _defect(error: Exception) -> Mistake:
    what = f"could not be read because of a defect of the facade ({type(error).__name__})"
    return Mistake(Place("facade.yaml", 0), what, "what ran before goes on; report the log line with its traceback")
