"""A route whose two sides are compared, with targets that answer as they are told."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

from calls import request_of, route_of

from facade.proxy.shadow.copy import Copy
from facade.proxy.shadow.seen import Room
from facade.routing.shadow import Shadow
from facade.routing.stage import Side, Stage
from facade.targets.request import Request
from facade.targets.served import Served, Shadowing
from facade.targets.target import Target
from facade.telemetry.metrics import Metrics
from facade.wire.body import Body
from facade.wire.message import HTTP_1_1, ResponseHead, block
from facade.wire.reply import Reply

JSON = (b"Content-Type", b"application/json")


def reply_of(body: bytes, status: int = 200) -> Reply:
    """An answer in JSON that is all here."""
    return Reply(ResponseHead(status, b"OK", HTTP_1_1, block([JSON])), Body.whole(body))


class Answerer(Target):
    """A target that answers with what it is told, or waits for ever where that is None."""

    def __init__(self, name: str, metrics: Metrics, body: bytes | Exception | None = b'{"a": 1}') -> None:
        self.name = name
        self.silo = name
        self.in_flight = metrics.in_flight(name)
        self.body = body
        self.asked: list[Request] = []
        self.ended = 0

    async def ask(self, request: Request) -> Reply:
        self.asked.append(request)
        try:
            return await self._answer()
        finally:
            self.ended += 1

    async def _answer(self) -> Reply:
        if self.body is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(self.body, Exception):
            raise self.body
        return reply_of(self.body or b"")


class Sides:
    """A route in a stage, and both its sides as the shadow asks them."""

    def __init__(self, stage: Stage = Stage.SHADOW, *, sample: float = 1.0, noise: float = 0.0, **shadow: Any) -> None:
        self.metrics = Metrics("1", [])
        self.legacy = Answerer("registry", self.metrics)
        self.platform = Answerer("service", self.metrics)
        rules = Shadow(Fraction(str(sample)), Fraction(str(noise)), **shadow)
        self.route = route_of(stage=stage, shadow=rules)
        self.room = Room(64 * 1024**2)
        self.served = Served(self.route, None, None, None, Shadowing(self.legacy, self.platform, sample, noise))

    def copy(self, body: bytes = b'{"a": 1}', *fields: tuple[bytes, bytes], side: Side = Side.LEGACY) -> Copy:
        """A copy of a call that `side` answered."""
        target = self.platform if side is Side.LEGACY else self.legacy
        copy = Copy(self.served, side, request_of(b"GET", b"/titles/7", *fields), target, self.room, noise=False)
        copy.watch(reply_of(body))
        return copy
