"""One request's way through the facade, as far as it has come: the one thing that changes while a request runs."""

from __future__ import annotations

from collections.abc import Callable

from facade.outcomes import Outcome
from facade.routing.route import Route
from facade.routing.stage import Side
from facade.telemetry.request_ids import accept_or_mint
from facade.telemetry.traces import Trace, follow_or_mint
from facade.wire.exchange import Exchange
from facade.wire.message import TRACEPARENT, X_REQUEST_ID

Chance = Callable[[int], bytes]


class Passage:
    """`started` is a moment of the monotonic clock in seconds; `status` that of the answer, once there is one."""

    __slots__ = ("_chance", "exchange", "reason", "route", "side", "started", "status", "trace")

    def __init__(self, exchange: Exchange, started: float, chance: Chance) -> None:
        self.exchange = exchange
        self.started = started
        self.trace: Trace = follow_or_mint(exchange.head.only(TRACEPARENT), chance)
        self.route: Route | None = None
        self.side = Side.OWN
        self.reason = ""
        self.status: int | None = None
        self._chance = chance

    @property
    def method(self) -> str:
        return self.exchange.head.method.decode("ascii")

    def request_id(self) -> str:
        """The caller's X-Request-ID or one of our own, made when it is first needed."""
        exchange = self.exchange
        if not exchange.request_id:
            exchange.request_id = accept_or_mint(exchange.head.only(X_REQUEST_ID), self._chance)
        return exchange.request_id

    def outcome(self, now: float) -> Outcome:
        route, failure = self.route, self.exchange.failure
        if failure is not None and not self.exchange.started:
            self.status = failure.status  # the connection is about to say so
        return Outcome(
            route=None if route is None else route.name,
            stage=None if route is None else route.stage,
            side=self.side,
            status=self.status,
            seconds=now - self.started,
            reason=self.reason,
            complete=self.exchange.sent,
        )
