"""The crowd: citizens who call the facade at a steady, bounded rate, and check what they are answered.

A fixed number of walkers share the citizens; each walks through its own in order, again and again, one request at a
time. A facade that answers slowly is therefore asked less, never more, and time that was lost is not made up for.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp

from facade.demo.citizens import Citizen, Errand, Reply, fault, main_errand, other_errand, payment, side_of
from facade.demo.portal import ANSWERED_BY
from facade.demo.tally import Tally
from facade.routing.stage import Side
from facade.tasks import spawn

WALKERS: Final = 16
"""Requests at a time, at most: more than a browser or two, far less than a load test."""

_PATIENCE: Final = aiohttp.ClientTimeout(total=10)
"""Seconds after which a citizen gives up; above every timeout of the shipped configuration's silos."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate` main errands a second altogether; after every `others_every` of them, one of another kind."""

    rate: float
    others_every: int


class Crowd:
    """An async context: citizens call inside it and have all been answered after it.

    `whole` tallies everything, `period` what began since `next_period` was last called.
    """

    def __init__(self, citizens: Sequence[Citizen], facade: str, pace: Pace, clock: Clock) -> None:
        self.whole = Tally()
        self.period = Tally()
        self._citizens = citizens
        self._facade = facade
        self._pace = pace
        self._clock = clock
        self._others = itertools.count()
        self._leaving = asyncio.Event()
        self._walkers: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"<Crowd citizens={len(self._citizens)} rate={self._pace.rate} {self.whole!r}>"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            self._facade,
            connector=aiohttp.TCPConnector(limit=WALKERS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_PATIENCE,
        )
        self._walkers = [spawn(self._walk(number, self._session), f"citizens {number}") for number in range(WALKERS)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        await asyncio.gather(*self._walkers)
        if self._session is not None:
            await self._session.close()

    def next_period(self) -> None:
        """Begin a new period; requests of the one that ended are still counted for that one."""
        self.period = Tally()

    async def pay_twice(self, number: int) -> None:
        """Let `number` citizens pay, each of whom presses the button a second time while the first is on its way."""
        assert self._session is not None
        for citizen in self._citizens[:number]:
            errand = payment(next(self._others))
            await asyncio.gather(*(self._run(citizen, errand, self._session) for _ in range(2)))

    async def _walk(self, number: int, session: aiohttp.ClientSession) -> None:
        mine = self._citizens[number::WALKERS]
        interval = WALKERS / self._pace.rate
        due = self._clock() + number * interval / WALKERS
        for turn, citizen in enumerate(itertools.cycle(mine), start=number):
            if await self._told_to_leave(due - self._clock()):
                return
            await self._run(citizen, main_errand(citizen), session)
            if turn % self._pace.others_every == 0:
                await self._run(citizen, other_errand(citizen, next(self._others)), session)
            due = max(due + interval, self._clock())

    async def _told_to_leave(self, within: float) -> bool:
        if self._leaving.is_set():
            return True
        try:
            async with asyncio.timeout(max(within, 0.0)):
                await self._leaving.wait()
        except TimeoutError:
            return False
        return True

    async def _run(self, citizen: Citizen, errand: Errand, session: aiohttp.ClientSession) -> None:
        tallies = (self.whole, self.period)
        for tally in tallies:
            tally.begun()
        side, why = await _answer(citizen, errand, session)
        for tally in tallies:
            if why is None:
                tally.right(errand.route, citizen.session, side)
            else:
                tally.wrong(errand.route, why)


async def _answer(citizen: Citizen, errand: Errand, session: aiohttp.ClientSession) -> tuple[Side, str | None]:
    """Who answered, and what was wrong with the answer (None: nothing)."""
    try:
        reply = await _ask(citizen, errand, session)
    except (aiohttp.ClientError, TimeoutError) as error:
        return Side.OWN, f"no whole answer ({type(error).__name__})"
    why = fault(errand, reply)
    return (side_of(errand, reply) if why is None else Side.OWN), why


async def _ask(citizen: Citizen, errand: Errand, session: aiohttp.ClientSession) -> Reply:
    headers = {"Cookie": f"session={citizen.session}"}
    if errand.body is not None:
        headers["Content-Type"] = "application/json"
    if errand.idempotency_key is not None:
        headers["Idempotency-Key"] = errand.idempotency_key
    async with session.request(
        errand.method, errand.path, data=errand.body, headers=headers, allow_redirects=False
    ) as response:
        body = await response.read()
        fields = response.headers
        return Reply(response.status, body, fields.get(ANSWERED_BY), fields.get("Location"))
