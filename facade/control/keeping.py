"""What a sidecar keeps of what it runs, in `state`: the accepted files, its overrides, its endings, the ledger.

Whatever cannot be kept stops nothing; it is logged, and told to whoever gave the order. Changes are written down in the
order in which they came to run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from facade.config.settings import Configuration
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.because import Because
from facade.control.ending.endings import Endings
from facade.control.ledger.book import Book
from facade.control.ledger.journal import Clock, Journal
from facade.control.overrides.override import subject_of
from facade.control.overrides.overrides import Overrides
from facade.telemetry.metrics import Metrics

_log = structlog.get_logger("facade.control.keeping")


class Keeping:
    """Of one sidecar, in its folder `state`. `clock` tells the time of day, aware, in UTC; `metrics` count failures."""

    def __init__(self, state: Path, clock: Clock, metrics: Metrics) -> None:
        self._metrics = metrics
        self._accepted = AcceptedStore(state)
        self._order = asyncio.Lock()
        self.journal = Journal(Book(state), clock)
        self.overrides = Overrides(state, clock)
        self.endings = Endings(state, clock, metrics.unkept)

    def __repr__(self) -> str:
        return f"<Keeping {self.overrides!r} {self.endings!r} {self.journal!r}>"

    def load(self, files: Configuration) -> None:
        """Take up what held before a restart. Blocks."""
        self.overrides.load(files)
        self.endings.load()

    async def started(self, standings: Mapping[str, str], running: Configuration) -> None:
        """Say what stands elsewhere than its file says, and write down where everything stands, and why."""
        for each in self.overrides.now:
            why = each.because.why
            _log.warning("stands elsewhere than its file says", subject=each.subject, to=str(each.to), why=why)
        if self.endings.stop is not None:
            _log.warning("brown-outs are stopped", why=self.endings.stop.why, by=self.endings.stop.by)
        reasons = {each.subject: each.because for each in self.overrides.now}
        because = {route.name: reasons[subject_of(route)] for route in running.routes if subject_of(route) in reasons}
        silos = self.endings.silos(running) if self.endings.off else {}
        for route in running.routes:
            if route.notice.switched_off and route.legacy is not None:
                because[route.name] = self.endings.because(silos, frozenset({route.legacy.silo}))
        await self.journal.started(standings, running.revision, because)

    async def record(
        self, standings: Mapping[str, str], because: Because, revision: str, *, overrides: bool
    ) -> tuple[str, ...]:
        """Write down where every route stands, and why; returns what kept it from that.

        `overrides` says whether these are other ones: they are kept before the ledger says so, so that what runs after
        a kill is what was recorded last.
        """
        async with self._order:
            unkept = await asyncio.to_thread(self.overrides.save) if overrides else None
            unwritten = await self.journal.stands(standings, because, revision)
        problems = {"overrides": unkept, "ledger": unwritten}
        for what in (each for each, problem in problems.items() if problem is not None):
            self._metrics.unkept(what)
        return tuple(problem for problem in problems.values() if problem is not None)

    async def accepted(self, accepted: Accepted) -> None:
        """Keep files that were found good, for a start on mistaken ones."""
        try:
            await asyncio.to_thread(self._accepted.save, accepted)
        except OSError as error:
            self._metrics.unkept("accepted")
            _log.warning(
                "accepted configuration not kept",
                problem=f"{self._accepted.path}: cannot be written ({error.strerror}); make `state` a folder that this "
                "user may write, or a restart on mistaken files will have nothing to serve",
            )
