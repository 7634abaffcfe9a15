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
from typing import Final

import structlog

from facade.config.load import Loaded
from facade.config.mistake import Mistake
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.begin import Beginning
from facade.control.build import Built, build, route_infos, silo_infos
from facade.control.changes import Moved, moved, needs_restart
from facade.control.fingerprint import Fingerprint
from facade.control.roles import Outcome, ReloadResult, follow
from facade.control.source import Source
from facade.control.start import StartError
from facade.port import SiloError
from facade.routing.route import Place
from facade.snapshot import Snapshots
from facade.targets.catalog import Catalog
from facade.telemetry.metrics import Metrics

CAUSE_OF_MOVES: Final = "file"
"""The file is the truth: whoever wrote the stage, a route moves because its file says so."""

_log = structlog.get_logger("facade.control.reload")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What came of reading the files. `built` is None unless there is something new to serve."""

    result: ReloadResult
    built: Built | None = None
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
            built = await build(self.configuration, self._catalog)
        except SiloError as error:
            raise StartError(str(_not_opened(error))) from error
        self._publish(built)
        self._metrics.reloaded(self._last.outcome)
        self._tell(self._last, "start", ())
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
        moves: tuple[Moved, ...] = ()
        if prepared.built is not None:
            moves = tuple(moved(self.configuration.routes, prepared.built.configuration.routes))
            self._publish(prepared.built)
        self.view = follow(self.view, result, self._clock())
        self._metrics.reloaded(result.outcome)
        for move in moves:
            self._metrics.moved(move.route, CAUSE_OF_MOVES)
        self._tell(result, cause, moves)
        if prepared.built is not None:
            await self._keep(prepared.files)
        return result

    async def _prepare(self) -> _Prepared:
        """Read and open; whatever fails here is a rejection, because nothing serves any differently yet."""
        revision = ""
        try:
            self._seen, loaded = await asyncio.to_thread(self._read)
            revision = loaded.revision
            if loaded.configuration is None:
                return _Prepared(ReloadResult(Outcome.REJECTED, revision, loaded.mistakes, loaded.warnings))
            if revision == self.configuration.revision:
                return _Prepared(ReloadResult(Outcome.UNCHANGED, revision, warnings=loaded.warnings))
            built = await build(loaded.configuration, self._catalog)
        except SiloError as error:
            return _Prepared(ReloadResult(Outcome.REJECTED, revision, (_not_opened(error),)))
        except Exception as error:  # noqa: BLE001 - a defect of ours or of an adapter's must not stop what serves
            _log.error("reload failed by a defect", exc_info=error)
            return _Prepared(ReloadResult(Outcome.REJECTED, revision, (_defect(error),)))
        warnings = (
            *loaded.warnings,
            *needs_restart(self._beginning.configuration.settings, built.configuration.settings),
        )
        return _Prepared(ReloadResult(Outcome.ACCEPTED, revision, warnings=warnings), built, loaded.files)

    def _read(self) -> tuple[Fingerprint, Loaded]:
        return self._source.fingerprint(), self._source.load()

    def _publish(self, built: Built) -> None:
        self._snapshots.current = built.snapshot
        self._catalog.settle(built.adoption)
        self.configuration = built.configuration
        self._metrics.configured(
            built.snapshot.revision,
            route_infos(built.configuration.routes),
            silo_infos(built.configuration.silos.values()),
            built.adoption.targets,
        )

    def _tell(self, result: ReloadResult, cause: str, moves: tuple[Moved, ...]) -> None:
        running = self.configuration
        facts = {
            "cause": cause,
            "revision": result.revision,
            "running": running.revision,
            "routes": len(running.routes),
        }
        if result.outcome is Outcome.REJECTED:
            _log.error("configuration rejected", **facts, reasons=[str(mistake) for mistake in result.mistakes])
        else:
            _log.info(f"configuration {result.outcome}", **facts)
        for warning in result.warnings:
            _log.warning("configuration warning", problem=str(warning))
        for move in moves:
            _log.info("route moved", route=move.route, before=move.before, after=move.after, cause=CAUSE_OF_MOVES)

    async def _keep(self, files: Mapping[str, bytes]) -> None:
        accepted = Accepted(self.configuration.revision, self.view.accepted.at, files)
        try:
            await asyncio.to_thread(self._store.save, accepted)
        except OSError as error:
            _log.warning(
                "accepted configuration not kept",
                problem=f"{self._store.path}: cannot be written ({error.strerror}); make `state` a folder that this user "
                "may write, or a restart on mistaken files will have nothing to serve",
            )


def _not_opened(error: SiloError) -> Mistake:
    return Mistake(Place("silos", 0), f"a silo cannot be opened: {error.detail}", "mend its settings")


def _defect(error: Exception) -> Mistake:
    what = f"could not be read because of a defect of the facade ({type(error).__name__})"
    return Mistake(Place("facade.yaml", 0), what, "what ran before goes on; report the log line with its traceback")
