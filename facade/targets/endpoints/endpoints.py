"""All endpoints of one target, and which of them gets the next call: the one with the fewest calls in flight.

The law of this file: an endpoint that fails is left out (`health`), but the last one never is: where all would be, all
are used. A target with one endpoint pays for none of this.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from facade.problem import Problem, Refusal
from facade.targets.endpoints.health import CANNOT_CONNECT
from facade.targets.endpoints.origin import Member, Origin
from facade.targets.endpoints.race import race
from facade.wire import refusals
from facade.wire.deadlines import Deadlines
from facade.wire.pool import CONNECT
from facade.wire.upstream import Upstream

_log: Final = structlog.get_logger("facade.targets")


class Endpoints:
    """The endpoints of one target, those of all its URLs."""

    __slots__ = ("_deadlines", "_origins", "_sole", "_turn")

    def __init__(self, origins: tuple[Origin, ...], deadlines: Deadlines) -> None:
        self._origins = origins
        self._sole = origins[0] if len(origins) == 1 else None
        self._deadlines = deadlines
        self._turn = 0

    def __repr__(self) -> str:
        return f"<Endpoints {[member for origin in self._origins for member in origin.members]}>"

    def choose(self) -> Member | None:
        """The endpoint for the next call; None while no name of the target has been found."""
        sole = self._sole
        if sole is not None and sole.only is not None:
            return sole.only
        members, now = self._members(), self._deadlines.now
        self._turn += 1
        for member in members:
            if member.health.is_due(now):
                member.health.tried(now)
                return member
        return next(iter(self._ranked(members)), None)

    async def found(self, until: float) -> Member:
        """The same, once a name has been found. A `Refusal` says that none is (502), or not in time (504)."""
        loop = asyncio.get_running_loop()
        until = min(until, loop.time() + CONNECT)
        lookups = {lookup for origin in self._origins if (lookup := origin.look_up()) is not None}
        member = self.choose()
        while member is None and lookups:
            patience = max(0.0, until - loop.time())
            done, lookups = await asyncio.wait(lookups, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            member = self.choose()
            if not done:
                break
        if member is None:
            raise Refusal(refusals.CONNECT_LATE if lookups else refusals.UNREACHABLE)
        return member

    async def connect(self, first: Member, until: float) -> tuple[Member, Upstream]:
        """A new connection, to `first` or, if that cannot be, to another. `Refusal` as `Pool.connect`, if all fail."""
        others = [member for member in self._ranked(self._members()) if member is not first]
        if others:
            return await race([first, *others], until, self.failed)
        try:
            return first, await first.pool.connect(until)
        except Refusal as refusal:
            self.failed(first, refusal.problem)
            raise

    def failed(self, member: Member, problem: Problem) -> None:
        """Count what an endpoint did wrong. Where there is no other nobody is better off by it."""
        if problem in CANNOT_CONNECT:
            self._doubt()
        if not self._is_one and member.health.failed(problem, self._deadlines.now):
            _log.warning("endpoint left out", endpoint=str(member.pool.endpoint), reason=problem.reason)

    def said_no(self, member: Member, status: int) -> None:
        """Count an answer of 502, 503 or 504, unless there is no other endpoint."""
        if not self._is_one and member.health.said_no(self._deadlines.now):
            _log.warning("endpoint left out", endpoint=str(member.pool.endpoint), reason=f"status {status}")

    @property
    def _is_one(self) -> bool:
        return self._sole is not None and self._sole.only is not None

    def answered(self, member: Member) -> None:
        """The endpoint has answered after it had failed."""
        if member.health.answered():
            _log.info("endpoint back", endpoint=str(member.pool.endpoint))

    def _members(self) -> list[Member]:
        """Every endpoint. A name that has none is looked up, for it may never have been."""
        for origin in self._origins:
            if not origin.members:
                origin.look_up()
        return [member for origin in self._origins for member in origin.members]

    def _ranked(self, members: list[Member]) -> list[Member]:
        """Those that are in, the fewest calls first and equals by turns; then those that are out. All if none is in."""
        start = self._turn % len(members) if members else 0
        turned = members[start:] + members[:start]
        nobody = not any(member.health.is_in for member in members)
        return sorted(turned, key=lambda member: (not (nobody or member.health.is_in), member.pool.busy))

    def _doubt(self) -> None:
        """An endpoint that fails may have moved: ask for its name again."""
        for origin in self._origins:
            origin.look_up()
