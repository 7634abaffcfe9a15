"""Carries an operator's order out on the running sidecar: in the files it reads, or on this sidecar alone.

The law of this file: an answer is given when what was ordered really runs, and says where it was written. The way back
is taken first and written down after, so that nothing which is wrong with a file can delay it; what goes forward is
written first, because the file is the truth. Of two orders forward at once one is carried out, and the other is told.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from facade.config.settings import Configuration
from facade.control.alone import PATIENCE
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
from facade.control.subject import Busy, Refused, Subjects, subjects
from facade.routing.route import Keys

QUICKLY: Final = 0.5
"""Seconds that a way back waits for whoever else changes or reads the files: it runs already, and its answer is due."""


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


@dataclass(frozen=True, slots=True)
class _Judged:
    """An order that may be carried out: what it comes to, why, and what it is carried past by force."""

    order: Order
    plans: tuple[Plan, ...]
    because: Because
    forced: tuple[str, ...]

    @property
    def is_safe(self) -> bool:
        return all(plan.is_safe for plan in self.plans)

    @property
    def routes(self) -> frozenset[str]:
        return frozenset(route for plan in self.plans for route in plan.subject.routes)


class Mover:
    """The orders of one sidecar: of those that go forward one at a time.

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
        self._under_way: Order | None = None
        self._backs: list[_Judged] = []
        self._of: Configuration | None = None
        self._known: Subjects = {}

    def __repr__(self) -> str:
        return f"<Mover {self._under_way or 'idle'}>"

    async def carry_out(self, order: Order) -> Done:
        """Do it, and say what was done. Raises `Refused` with what is in the way, or `Conflict`."""
        judged = self._judge(order, await self._subjects())
        if judged.is_safe:
            if self._under_way is not None:
                self._backs.append(judged)
            return await self._take_back(judged)
        if self._under_way is not None:
            raise Conflict(f"{order}: {self._under_way} is under way; look at facade status, and try again")
        self._under_way = order
        self._backs.clear()
        try:
            return await self._carry_on(judged)
        finally:
            for back in self._backs:  # what went back meanwhile is not brought forward by an order from before
                await self._stand(back)
            self._under_way = None

    def _judge(self, order: Order, known: Subjects) -> _Judged:
        """What it comes to, and whether it may be. Raises `Refused`, and `Conflict` where it is too late for it."""
        running = self._reloader.configuration
        if order.revision not in (None, running.revision):
            raise Conflict(
                f"{order}: revision {running.revision} runs, and no longer {order.revision}; "
                "look at facade status, and try again"
            )
        self._refuse_switched_off(order.name)
        plans = tuple(map(self._noted, order.plans(known)))
        forced = tuple(self._passed(plans, force=order.force))
        because = replace(order.because, evidence=self._evidence(plans), forced=bool(forced))
        return _Judged(order, plans, because, forced)

    def _refuse_switched_off(self, name: str | None) -> None:
        """A route whose silo is switched off stands where that put it, whatever its file says. Raises `Refused`."""
        for route in self._reloader.configuration.routes if self._reloader.endings.off else ():
            if route.name == name and route.notice.switched_off:
                raise Refused(f"{name}: {route.notice.switched_off}; write a later date, or withdraw the confirmation")

    async def _take_back(self, judged: _Judged) -> Done:
        """First it runs, then it is written, if nobody is in the way of that: it holds on this sidecar anyway."""
        problems = await self._stand(judged)
        written = await self._write(judged, QUICKLY)
        if not written.rejected:
            problems += await self._stand(judged)
        return await self._done(judged, written, problems)

    async def _carry_on(self, judged: _Judged) -> Done:
        try:
            written = await self._write(judged, PATIENCE, self._expect(judged))
        except Refused as refused:
            told = replace(judged.because, why=f"not carried out: {refused}")
            await self._reloader.record(told)
            if isinstance(refused, Busy):
                raise Conflict(str(refused)) from refused
            raise
        if written.rejected:
            await self._reloader.record(replace(judged.because, why="not carried out: the files were rejected"))
            return await self._done(judged, written, ())
        return await self._done(judged, written, await self._stand(judged))

    def _expect(self, judged: _Judged) -> Callable[[Sequence[Plan], str], None]:
        """Has it recorded before the files say it, from the thread that writes them."""
        loop = asyncio.get_running_loop()
        to = {route: str(plan.to) for plan in judged.plans if not plan.stays for route in plan.subject.routes}

        def expect(_: Sequence[Plan], revision: str) -> None:
            if any(to.keys() & back.routes for back in self._backs):
                raise Refused(f"{judged.order}: went back meanwhile; look at facade status, and order it again")
            asyncio.run_coroutine_threadsafe(self._reloader.expect(to, judged.because, revision), loop).result()

        return expect

    async def _subjects(self) -> Subjects:
        """What there is: worked out in a thread for each configuration, which may have ten thousand routes."""
        configuration = self._reloader.configuration
        if self._of is not configuration:
            known = await asyncio.to_thread(subjects, configuration)
            self._of, self._known = configuration, known
        return self._known

    def _noted(self, plan: Plan) -> Plan:
        """The plan with what is to be said of holding keys, where too many are remembered to tell them apart."""
        warning = self._reloader.known.fullness(plan.subject.name).warning if plan.to.keys is Keys.HOLD else None
        return plan if warning is None else replace(plan, notes=(*plan.notes, warning))

    def _passed(self, plans: Sequence[Plan], *, force: bool) -> Iterator[str]:
        """What each plan is carried past by force. Raises `Refused`."""
        settings = self._reloader.configuration.settings
        frozen = in_force(settings.freeze, settings.timezone, self._clock())
        for plan in plans:
            yield from pass_through(plan, self._guards.bars, frozen, force=force)

    def _evidence(self, plans: Sequence[Plan]) -> Mapping[str, str]:
        """What the guards say of the routes that move."""
        guarded = [route for plan in plans if not plan.stays for route in plan.subject.guarded]
        verdicts = {route: self._guards.verdict(route) for route in guarded}
        return {route: verdict.sentence for route, verdict in verdicts.items() if verdict is not None}

    async def _stand(self, judged: _Judged) -> tuple[str, ...]:
        """Let what does not stand where it is to stand do so, laid over the files or by lifting what is.

        Returns what keeps that from being kept or recorded.
        """
        now = await self._subjects()
        away = {
            plan.subject.name: plan.to
            for plan in judged.plans
            if plan.subject.name in now and now[plan.subject.name].now != plan.to
        }
        return await self._reloader.stand(away, judged.because) if away else ()

    async def _write(
        self, judged: _Judged, patience: float, before: Callable[[Sequence[Plan], str], None] | None = None
    ) -> _Written:
        """Change the files and serve them. Where they cannot be, a way back is only told so; else `Refused`."""

        def write() -> Changed:
            return change(self._source, judged.order.plans, self._sleep, patience, before)

        try:
            changed, result = await self._reloader.change(write, judged.because, patience)
        except NotWritable as refused:
            return _Written(None, str(refused))
        except Refused as refused:
            if not judged.is_safe:
                raise
            return _Written(None, str(refused))
        if result.outcome is Outcome.REJECTED:
            return _Written(changed, rejected=tuple(map(str, result.mistakes)))
        return _Written(changed)

    async def _done(self, judged: _Judged, written: _Written, problems: tuple[str, ...]) -> Done:
        now = await self._subjects()
        plans = judged.plans
        moves = any(not plan.stays for plan in plans)
        scope = Scope.SIDECAR if moves else None
        if written.changed is not None and written.changed.lines:
            scope = Scope.FILES
        return done(
            plans,
            written.changed,
            judged.because,
            scope=scope,
            revision=self._reloader.configuration.revision,
            running=all(plan.subject.name in now and now[plan.subject.name].now == plan.to for plan in plans),
            forced=judged.forced,
            problems=(*(written.rejected or ((written.why_not,) if written.why_not else ())), *problems),
        )
