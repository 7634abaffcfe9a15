"""Carries an operator's order out on the running sidecar: in the files it reads, or on this sidecar alone.

The law of this file: an answer is given when what was ordered really runs, and says where it was written. The way back
is taken first and written down after, so that nothing which is wrong with a file can delay it; what goes forward is
written first, because the file is the truth. Of two orders forward at once one is carried out, and the other is told.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from facade.control.because import Because
from facade.control.change import Changed, NotWritable, change
from facade.control.done import Done, Scope, done
from facade.control.freezes import in_force
from facade.control.gate import pass_through
from facade.control.guards import Guards
from facade.control.move import Plan
from facade.control.order import Order
from facade.control.reload import Reloader
from facade.control.roles import Outcome
from facade.control.source import Source
from facade.control.subject import Refused, subjects


class Conflict(Exception):  # noqa: N818 - says how things are, which is no defect of the program
    """Somebody else was first. The text is `place: what; what to do`."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of the files. `changed` is None where they could not be changed, for the reason `why_not`.

    `rejected` are the mistakes for which the sidecar does not serve them.
    """

    changed: Changed | None
    why_not: str | None = None
    rejected: tuple[str, ...] = ()


class Mover:
    """The orders of one sidecar, one after another.

    `clock` tells the time of day, aware, in UTC; `sleep` blocks a thread for so many seconds.
    """

    def __init__(
        self,
        source: Source,
        reloader: Reloader,
        guards: Guards,
        clock: Callable[[], datetime.datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._source = source
        self._reloader = reloader
        self._guards = guards
        self._clock = clock
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._under_way: Order | None = None

    def __repr__(self) -> str:
        return f"<Mover {self._under_way or 'idle'}>"

    async def carry_out(self, order: Order) -> Done:
        """Do it, and say what was done. Raises `Refused` with what is in the way, or `Conflict`."""
        if self._under_way is not None and not order.is_way_back:
            raise Conflict(f"{order}: {self._under_way} is under way; look at facade status, and try again")
        async with self._lock:
            self._under_way = order
            try:
                return await self._carry_out(order)
            finally:
                self._under_way = None

    async def _carry_out(self, order: Order) -> Done:
        running = self._reloader.configuration
        if order.revision not in (None, running.revision):
            raise Conflict(
                f"{order}: revision {running.revision} runs, and no longer {order.revision}; "
                "look at facade status, and try again"
            )
        plans = order.plans(subjects(running))
        forced = tuple(self._passed(plans, force=order.force))
        because = replace(order.because, evidence=self._evidence(plans), forced=bool(forced))
        is_safe = all(plan.is_safe for plan in plans)
        if is_safe:
            await self._stand(plans, because)
        written = await self._write(order, because, must=not is_safe)
        if not written.rejected:
            await self._stand(plans, because)
        return self._done(plans, written, because, forced)

    def _passed(self, plans: Sequence[Plan], *, force: bool) -> Iterator[str]:
        """What each plan is carried past by force. Raises `Refused`."""
        settings = self._reloader.configuration.settings
        frozen = in_force(settings.freeze, settings.timezone, self._clock())
        for plan in plans:
            yield from pass_through(plan, self._guards.bars, frozen, force=force)

    def _evidence(self, plans: Sequence[Plan]) -> str:
        """What the guards say of the routes that move."""
        verdicts = [self._guards.verdict(route) for plan in plans if not plan.stays for route in plan.subject.guarded]
        return "; ".join(verdict.sentence for verdict in verdicts if verdict is not None)

    async def _stand(self, plans: Sequence[Plan], because: Because) -> None:
        """Let what does not stand where it is to stand do so, laid over the files or by lifting what is."""
        now = subjects(self._reloader.configuration)
        away = {
            plan.subject.name: plan.to
            for plan in plans
            if plan.subject.name in now and now[plan.subject.name].now != plan.to
        }
        if away:
            await self._reloader.stand(away, because)

    async def _write(self, order: Order, because: Because, *, must: bool) -> _Written:
        """Change the files and serve them; without `must` it is only said where they cannot be, else `Refused`."""

        def write() -> Changed:
            return change(self._source, order.plans, self._sleep)

        try:
            changed, result = await self._reloader.change(write, because)
        except NotWritable as refused:
            return _Written(None, str(refused))
        except Refused as refused:
            if must:
                raise
            return _Written(None, str(refused))
        if result.outcome is Outcome.REJECTED:
            return _Written(changed, rejected=tuple(map(str, result.mistakes)))
        return _Written(changed)

    def _done(self, plans: Sequence[Plan], written: _Written, because: Because, forced: tuple[str, ...]) -> Done:
        now = subjects(self._reloader.configuration)
        runs = all(plan.subject.name in now and now[plan.subject.name].now == plan.to for plan in plans)
        moves = any(not plan.stays for plan in plans)
        scope = Scope.SIDECAR if moves else None
        if written.changed is not None and written.changed.lines:
            scope = Scope.FILES
        return done(
            plans,
            written.changed,
            because,
            scope=scope,
            revision=self._reloader.configuration.revision,
            running=runs,
            forced=forced,
            problems=written.rejected or ((written.why_not,) if written.why_not else ()),
        )
