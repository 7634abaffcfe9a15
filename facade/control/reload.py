"""The reload: the files become what serves, in one assignment, or nothing changes at all.

The law of this file: the value that `reload` returns is the truth of it, and log, metric and admin answer are made from
that value. Whatever goes wrong on the way, the table that served goes on serving, but for routes that the files put
further back: these go back, because that must be possible at any time (`back`). Reloads asked for while one runs are
one more reload, not many; each caller gets the result of a load that began after they asked.

What runs is what the files say with this sidecar's overrides laid over it. An override comes between two reloads, never
into one, and both end in the same few steps.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from facade.comparisons import Comparisons
from facade.config.load import Loaded
from facade.config.mistake import Mistake
from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.back import load_further_back
from facade.control.because import THE_FILE, Because
from facade.control.begin import Beginning
from facade.control.build import Built, Compiled, build, compiled
from facade.control.change import Changed
from facade.control.changes import Moved, moved, needs_restart, same
from facade.control.descriptors import too_few
from facade.control.ledger.book import Book
from facade.control.ledger.journal import Journal
from facade.control.overrides.override import Override, members, subject_of
from facade.control.overrides.overrides import Overrides
from facade.control.roles import Outcome, ReloadResult, follow
from facade.control.source import Source
from facade.control.start import StartError
from facade.control.tell import tell, tell_moves
from facade.control.uncollected import uncollected
from facade.port import SiloError
from facade.routing.known import KnownKeys
from facade.routing.route import Place
from facade.routing.stage import Stage
from facade.snapshot import Snapshots
from facade.targets.catalog import Catalog
from facade.telemetry.metrics import Metrics

_log = structlog.get_logger("facade.control.reload")


@dataclass(frozen=True, slots=True)
class _New:
    """Something new to serve, what moves by it, and what it was made of.

    `written` is what the `files` say, and `overrides` are laid over it.
    """

    compiled: Compiled
    moves: tuple[Moved, ...]
    files: Mapping[str, bytes] = field(repr=False)
    written: Configuration = field(repr=False)
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What came of reading the files. `built` is `new` with its targets open; None where there is nothing new."""

    result: ReloadResult
    built: Built | None = None
    new: _New | None = None


class Reloader:
    """Keeps what serves in step with the files. `configuration` is what runs, `view` its roles for `/api/config`.

    `overrides` are what is laid over the files, `known` the keys that canaries have met. `clock` tells the time of day,
    aware, in UTC.
    """

    def __init__(
        self,
        source: Source,
        beginning: Beginning,
        catalog: Catalog,
        snapshots: Snapshots,
        metrics: Metrics,
        comparisons: Comparisons,
        known: KnownKeys,
        clock: Callable[[], datetime.datetime],
    ) -> None:
        self._source = source
        self._catalog = catalog
        self._snapshots = snapshots
        self._metrics = metrics
        self._comparisons = comparisons
        self._known = known
        self._clock = clock
        self._beginning = beginning
        self._files = beginning.files
        state = beginning.configuration.settings.state
        self._store = AcceptedStore(state)
        self._journal = Journal(Book(state), clock)
        self.overrides = Overrides(state, clock)
        self._written = beginning.configuration
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
        """Open the targets of the configuration to begin with. Raises `StartError`."""
        await asyncio.to_thread(self.overrides.load, self._written)
        new = await asyncio.to_thread(self._work_out, self._written, self._files)
        try:
            built = await build(new.compiled, self._catalog)
        except SiloError as error:
            raise StartError(str(_not_opened(error))) from error
        self._publish(built, new)

    async def keep(self) -> None:
        """Say and remember what was started with, once it really serves: a start that fails accepts nothing."""
        self._metrics.reloaded(self._last.outcome)
        tell(self._last, self.configuration, "start")
        if self.view.from_state:
            running = self.configuration.revision
            _log.error("the files are mistaken, the last accepted configuration serves", revision=running)
        if self._last.outcome is Outcome.ACCEPTED:
            await self._keep(self._beginning.files)
        for each in self.overrides.now:
            why = each.because.why
            _log.warning("stands elsewhere than its file says", subject=each.subject, to=str(each.to), why=why)
        await self._journal.started(self.configuration.revision)

    async def stand(self, to: Mapping[str, Standing], because: Because) -> None:
        """Let these subjects stand there on this sidecar, whatever their files say; those that are not there cannot."""
        async with self._lock:
            known = members(self._written)
            more = [self.overrides.stand(known[each], to[each], because) for each in to if each in known]
            with uncollected():
                new = await asyncio.to_thread(self._work_out, self._written, self._files, *more)
                built = await build(new.compiled, self._catalog)
            self._publish(built, new)
            await asyncio.to_thread(self.overrides.save)
            await self._moved(new, because)

    async def change(self, write: Callable[[], Changed], because: Because) -> tuple[Changed, ReloadResult]:
        """Change the files and serve them, with no other reload in between. `write` blocks, and may raise `Refused`."""
        async with self._lock:
            seen = await asyncio.to_thread(self._source.fingerprint)
            with uncollected():
                changed = await asyncio.to_thread(write)
            self._seen = seen  # of before: whatever else was changed meanwhile is stale, and read again
            self._last = await self._reload(because.cause, because, changed.loaded)
            return changed, self._last

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

    async def _reload(self, cause: str, because: Because = THE_FILE, loaded: Loaded | None = None) -> ReloadResult:
        with uncollected():
            prepared = await self._prepare(loaded)
        result, new = prepared.result, prepared.new
        held = self.overrides.now
        if prepared.built is not None and new is not None:
            self._publish(prepared.built, new)
        self.view = follow(self.view, result, self._clock())
        self._metrics.reloaded(result.outcome)
        tell(result, self.configuration, cause)
        if new is not None:
            await self._moved(new, because)
            await self._keep(new.files)
        if self.overrides.now != held:
            await asyncio.to_thread(self.overrides.save)
        return result

    async def _moved(self, new: _New, because: Because) -> None:
        """Say and record what moved."""
        for move in new.moves:
            self._metrics.moved(move.route, because.cause)
        await tell_moves(new.moves, because)
        await self._journal.moved(new.moves, because, self.configuration.revision)

    async def _prepare(self, loaded: Loaded | None) -> _Prepared:
        """Read, if that is not done, and open; whatever fails is a rejection: nothing serves any differently yet."""
        try:
            if loaded is None:
                self._seen = await asyncio.to_thread(self._source.fingerprint)
                loaded = await asyncio.to_thread(self._source.load)
            if loaded.configuration is not None:
                return await self._accept(loaded, loaded.configuration)
            mistakes = loaded.mistakes
        except SiloError as error:
            mistakes = (_not_opened(error),)
        except Exception as error:  # noqa: BLE001 - a defect of ours or of an adapter's must not stop what serves
            _log.error("reload failed by a defect", exc_info=error)
            mistakes = (_defect(error),)
        if loaded is None:
            return _Prepared(ReloadResult(Outcome.REJECTED, self.view.file.revision, mistakes))
        return await self._reject(loaded, mistakes)

    async def _accept(self, loaded: Loaded, found: Configuration) -> _Prepared:
        """Open what good files mean, unless it runs already."""
        if same(self._written, found):
            return _Prepared(ReloadResult(Outcome.UNCHANGED, loaded.revision, warnings=loaded.warnings))
        new = await asyncio.to_thread(self._work_out, found, loaded.files)
        built = await build(new.compiled, self._catalog)
        fixed = needs_restart(self._beginning.configuration.settings, found.settings)
        warnings = (*loaded.warnings, *fixed, *too_few(found.settings.limits.connections))
        return _Prepared(ReloadResult(Outcome.ACCEPTED, loaded.revision, warnings=warnings), built, new)

    async def _reject(self, loaded: Loaded, mistakes: tuple[Mistake, ...]) -> _Prepared:
        """Leave what serves as it is, with the routes that the files put further back moved there."""
        rejected = ReloadResult(Outcome.REJECTED, loaded.revision, mistakes, loaded.warnings)
        try:
            new = await asyncio.to_thread(self._further_back, loaded.files)
            if new is None:
                return _Prepared(rejected)
            built = await build(new.compiled, self._catalog)
        except Exception as error:  # noqa: BLE001 - as above: what serves goes on
            _log.error("the way back failed by a defect", exc_info=error)
            return _Prepared(rejected)
        return _Prepared(replace(rejected, running=built.compiled.configuration.revision), built, new)

    def _further_back(self, mistaken: Mapping[str, bytes]) -> _New | None:
        back = load_further_back(self._source, self.configuration, self._files, mistaken)
        return None if back is None else self._work_out(*back)

    def _work_out(self, found: Configuration, files: Mapping[str, bytes], *more: Override) -> _New:
        runs, overrides = self.overrides.over(found, *more)
        moves = tuple(moved(self.configuration.routes, runs.routes))
        return _New(
            compiled(runs, self._unix_time, {each.subject for each in overrides}), moves, files, found, overrides
        )

    def _unix_time(self) -> float:
        return self._clock().timestamp()

    def _publish(self, built: Built, new: _New) -> None:
        self._files, self._written, self.overrides.now = new.files, new.written, new.overrides
        self._snapshots.current = built.snapshot
        self._catalog.settle(built.adoption)
        stated = built.compiled
        self.configuration = stated.configuration
        self._comparisons.keep(stated.configuration.routes)
        self._known.keep({subject_of(route) for route in stated.configuration.routes if route.stage is Stage.CANARY})
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


def _not_opened(error: SiloError) -> Mistake:
    return Mistake(Place("silos", 0), f"a silo cannot be opened: {error.detail}", "mend its settings")


def _defect(error: Exception) -> Mistake:
    what = f"could not be read because of a defect of the facade ({type(error).__name__})"
    return Mistake(Place("facade.yaml", 0), what, "what ran before goes on; report the log line with its traceback")
