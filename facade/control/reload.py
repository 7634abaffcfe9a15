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
from dataclasses import replace

import structlog

from facade.comparisons import Comparisons
from facade.config.load import Loaded
from facade.config.mistake import Mistake
from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.accepted import Accepted
from facade.control.back import load_further_back
from facade.control.because import THE_FILE, Because
from facade.control.begin import Beginning
from facade.control.build import Built, build, compiled
from facade.control.change import Changed
from facade.control.changes import moved, needs_restart, same, standing
from facade.control.descriptors import too_few
from facade.control.ending.dated import dates_of
from facade.control.keeping import Keeping
from facade.control.overrides.override import Override, members, subject_of
from facade.control.prepared import New, Prepared, PuttingOff, defect, not_opened, unless_short
from facade.control.roles import Outcome, ReloadResult, follow
from facade.control.source import Source
from facade.control.start import StartError
from facade.control.subject import Busy
from facade.control.tell import tell, tell_moves
from facade.control.uncollected import uncollected
from facade.port import SiloError
from facade.routing.known import KnownKeys
from facade.routing.stage import Stage
from facade.snapshot import Snapshots
from facade.targets.catalog import Catalog
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics

_log = structlog.get_logger("facade.control.reload")


class Reloader:
    """Keeps what serves in step with the files. `configuration` is what runs, `view` its roles for `/api/config`.

    `written` is what its files say, `overrides` are laid over that and `endings` over both; `known` are the keys that
    canaries have met, and `seen` is what the files looked like when they were last read. `clock` tells the time of day,
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
        self.known = known
        self._clock = clock
        self._beginning = beginning
        self._files = beginning.files
        self._keeping = Keeping(beginning.configuration.settings.state, clock, metrics)
        self.overrides, self.endings = self._keeping.overrides, self._keeping.endings
        self.written = beginning.configuration
        self.seen = beginning.seen
        self._standings: Mapping[str, str] = {}
        self._reading = asyncio.Lock()
        self._putting_off = PuttingOff()
        self._publishing = asyncio.Lock()
        self._asked = 0
        self._covered = 0
        self._last = beginning.result
        self.configuration = beginning.configuration
        self.view = beginning.view

    def __repr__(self) -> str:
        return f"<Reloader running={self.configuration.revision} last={self._last.outcome}>"

    async def start(self) -> None:
        """Open the targets of the configuration to begin with. Raises `StartError`."""
        await asyncio.to_thread(self._keeping.load, self.written)
        new = await asyncio.to_thread(self._work_out, self.written, self._files)
        try:
            built = await build(new.compiled, self._catalog)
        except SiloError as error:
            raise StartError(str(not_opened(error))) from error
        self._publish(built, new)

    async def keep(self) -> None:
        """Say and remember what was started with, once it really serves: a start that fails accepts nothing."""
        self._metrics.reloaded(self._last.outcome)
        tell(self._last, self.configuration, "start")
        if self.view.from_state:
            running = self.configuration.revision
            _log.error("the files are mistaken, the last accepted configuration serves", revision=running)
        if self._last.outcome is Outcome.ACCEPTED:
            await self._accepted(self._beginning.files)
        await self._keeping.started(self._standings, self.configuration)

    async def stand(self, to: Mapping[str, Standing], because: Because) -> tuple[str, ...]:
        """Let these subjects stand there on this sidecar, whatever their files say; those that are not there cannot.

        It waits for nobody who reads files. Returns what keeps it from being kept or recorded.
        """
        async with self._publishing:
            with uncollected():
                new = await asyncio.to_thread(self._stood, to, because)
                built = await build(new.compiled, self._catalog)
            self._publish(built, new)
            recorded = self._record(because, overrides=True)
        await self._tell(new, because)
        return await recorded

    async def change(
        self, write: Callable[[], Changed], because: Because, patience: float
    ) -> tuple[Changed, ReloadResult]:
        """Change the files and serve them, with no other reload in between.

        `write` blocks, and may raise `Refused`; so does this, after `patience` seconds in which files are read.
        """
        try:
            async with asyncio.timeout(patience):
                await self._reading.acquire()
        except TimeoutError as error:
            raise Busy(f"{self._source.folder}: is being read for so long; find out why, and try again") from error
        try:
            seen = await asyncio.to_thread(self._source.see, self.seen.named)
            with uncollected():
                changed = await asyncio.to_thread(write)
            self.seen = seen  # of before: whatever else was changed meanwhile is stale, and read again
            self._last = await self._reload(because.cause, because, changed.loaded)
            return changed, self._last
        finally:
            self._reading.release()

    async def expect(self, to: Mapping[str, str], because: Because, revision: str) -> None:
        """Record where these routes are about to stand, before the files say so: a kill leaves nothing unrecorded."""
        await self._keeping.journal.expects(to, because, revision)

    async def record(self, because: Because) -> tuple[str, ...]:
        """Record where every route stands now, if the ledger says anything else."""
        return await self._record(because)

    async def reload(self, cause: str) -> ReloadResult:
        """Serve the files if they are good; they stay stale where they are put off. `cause` is `file` or `signal`."""
        self._asked += 1
        asked = self._asked
        async with self._reading:
            if self._covered < asked:
                self._covered, seen = self._asked, self.seen
                with self._putting_off.allowed():
                    self._last, seen = await self._reload(cause), self.seen
                self.seen = seen
            return self._last

    @property
    def ordered(self) -> Configuration:
        """What files and overrides say: what runs but for endings."""
        return self.overrides.over(self.written)[0] if self.endings.off else self.configuration

    def stale(self) -> bool:
        """Whether the files are not those last read; blocks."""
        return self._source.see(self.seen.named) != self.seen

    async def _reload(self, cause: str, because: Because = THE_FILE, loaded: Loaded | None = None) -> ReloadResult:
        with uncollected():
            read = await self._read(loaded)
            async with self._publishing:
                held = self.overrides.now
                prepared = await self._prepare(read)
                result, new = prepared.result, prepared.new
                if prepared.built is not None and new is not None:
                    self._publish(prepared.built, new)
                recorded = self._record(because, overrides=self.overrides.now != held)
        self.view = follow(self.view, result, self._clock())
        self._metrics.reloaded(result.outcome)
        tell(result, self.configuration, cause)
        if new is not None:
            await self._tell(new, because)
            await self._accepted(new.files)
        await recorded
        return result

    async def _tell(self, new: New, because: Because) -> None:
        """Say what moved."""
        for move in new.moves:
            self._metrics.moved(move.route, because.cause)
        await tell_moves(new.moves, because)

    async def _read(self, loaded: Loaded | None) -> Loaded | Mistake:
        """The files, read unless that is done; what is wrong with the facade itself where they cannot be."""
        try:
            if loaded is None:
                self.seen = await asyncio.to_thread(self._source.see, self.seen.named)
                loaded = await asyncio.to_thread(self._source.load)
                self.seen = replace(self.seen, named=loaded.looks)
        except Exception as error:  # noqa: BLE001 - a defect of ours or of an adapter's must not stop what serves
            return defect(error)
        return loaded

    async def _prepare(self, read: Loaded | Mistake) -> Prepared:
        """Open what was read; whatever fails is a rejection, because nothing serves any differently yet."""
        if isinstance(read, Mistake):
            return Prepared(ReloadResult(Outcome.REJECTED, self.view.file.revision, (read,)))
        try:
            if read.configuration is not None:
                return await self._accept(read, read.configuration)
            mistakes = read.mistakes
        except SiloError as error:
            mistakes = (not_opened(unless_short(error)),)
        except Exception as error:  # noqa: BLE001 - as above
            mistakes = (defect(error),)
        return await self._reject(read, mistakes)

    async def _accept(self, loaded: Loaded, found: Configuration) -> Prepared:
        """Open what good files mean, unless it runs already."""
        if same(self.written, found):
            return Prepared(ReloadResult(Outcome.UNCHANGED, loaded.revision, warnings=loaded.warnings))
        new = await asyncio.to_thread(self._work_out, found, loaded.files)
        built = await build(new.compiled, self._catalog)
        fixed = needs_restart(self._beginning.configuration.settings, found.settings)
        warnings = (*loaded.warnings, *fixed, *too_few(found.settings.limits.connections))
        return Prepared(ReloadResult(Outcome.ACCEPTED, loaded.revision, warnings=warnings), built, new)

    async def _reject(self, loaded: Loaded, mistakes: tuple[Mistake, ...]) -> Prepared:
        """Leave what serves as it is, with the routes that the files put further back moved there."""
        rejected = ReloadResult(Outcome.REJECTED, loaded.revision, mistakes, loaded.warnings)
        try:
            new = await asyncio.to_thread(self._further_back, loaded.files)
            if new is None:
                return Prepared(rejected)
            built = await build(new.compiled, self._catalog)
        except Exception as error:  # noqa: BLE001 - as above: what serves goes on
            _log.error("the way back failed by a defect", exc_info=error)
            return Prepared(rejected)
        return Prepared(replace(rejected, running=built.compiled.configuration.revision), built, new)

    def _further_back(self, mistaken: Mapping[str, bytes]) -> New | None:
        back = load_further_back(self._source, self.configuration, self._files, mistaken)
        return None if back is None else self._work_out(*back)

    def _stood(self, to: Mapping[str, Standing], because: Because) -> New:
        known = members(self.written)
        more = [self.overrides.stand(known[each], to[each], because) for each in to if each in known]
        return self._work_out(self.written, self._files, *more)

    def _work_out(self, found: Configuration, files: Mapping[str, bytes], *more: Override) -> New:
        ordered, overrides = self.overrides.over(found, *more)
        runs, off = self.endings.over(ordered)
        dates = dates_of(ordered, self.endings.silos(ordered), stopped=self.endings.stop is not None)
        return New(
            compiled(runs, lambda: self._clock().timestamp(), {each.subject for each in overrides}),
            tuple(moved(self.configuration.routes, runs.routes)),
            files,
            found,
            {route.name: standing(route) for route in runs.routes} | dates,
            overrides,
            off,
        )

    def _publish(self, built: Built, new: New) -> None:
        self._files, self.written = new.files, new.written
        self.overrides.now, self.endings.off = new.overrides, new.off
        self._standings = new.standings
        self._snapshots.current = built.snapshot
        self._catalog.settle(built.adoption)
        stated = built.compiled
        self.configuration = stated.configuration
        self._comparisons.keep(stated.configuration.routes)
        self.known.keep({subject_of(route) for route in stated.configuration.routes if route.stage is Stage.CANARY})
        self._metrics.configured(stated.configuration.revision, stated.routes, stated.silos, built.adoption.targets)

    def _record(self, because: Because, *, overrides: bool = False) -> asyncio.Task[tuple[str, ...]]:
        """Begin to write down what runs now: begun in the order of what was published, and ended in it."""
        runs = self._keeping.record(self._standings, because, self.configuration.revision, overrides=overrides)
        return spawn(runs, "record what runs")

    async def _accepted(self, files: Mapping[str, bytes]) -> None:
        await self._keeping.accepted(Accepted(self.configuration.revision, self.view.accepted.at, files))
