"""One request's way through the facade, as far as it has come: the one thing that changes while a request runs."""

from __future__ import annotations

from collections.abc import Callable

from facade.calls import Key
from facade.outcomes import Outcome
from facade.proxy.shadow.copy import Copy
from facade.routing.route import Route
from facade.routing.stage import Side
from facade.targets.request import Request
from facade.targets.target import Target
from facade.telemetry.request_ids import accept_or_mint
from facade.telemetry.spans import CallSpan, Spans, TargetSpan
from facade.telemetry.traces import Trace, follow_or_mint
from facade.wire.exchange import Exchange
from facade.wire.message import TRACEPARENT, TRACESTATE, X_REQUEST_ID
from facade.wire.tunnel import Ending, Tunnel

Chance = Callable[[int], bytes]

Orphan = tuple[str, Callable[[], str]]
"""A path that no route covers, and what gives the address of its sender."""


class Passage:
    """`started` is a moment of the monotonic clock in seconds; `status` that of the answer, once there is one.

    `copy` is what the other side is to be asked, of a call whose answers are compared; `spare` answers if the platform
    fails, and `failed_after` is when it did. `left` when the caller did not wait. `counted` says under whom the call
    stands, and `orphan` what is looked at of one that no route covers. `span` is there while spans are made.
    """

    __slots__ = (
        "_chance",
        "copy",
        "counted",
        "detail",
        "error",
        "exchange",
        "failed_after",
        "left",
        "orphan",
        "reason",
        "route",
        "side",
        "side_seconds",
        "span",
        "spare",
        "started",
        "status",
        "trace",
        "tunnel",
    )

    def __init__(self, exchange: Exchange, started: float, chance: Chance) -> None:
        self.exchange = exchange
        self.started = started
        self.trace: Trace = follow_or_mint(exchange.head.only(TRACEPARENT), chance)
        self.route: Route | None = None
        self.side = Side.OWN
        self.reason = ""
        self.status: int | None = None
        self.side_seconds = 0.0
        self.left = False
        self.error = self.detail = ""
        self.copy: Copy | None = None
        self.spare: Target | None = None
        self.tunnel: Tunnel | None = None
        self.failed_after: float | None = None
        self.counted: Key | None = None
        self.span: CallSpan | None = None
        self.orphan: Orphan | None = None
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

    def trace_by(self, spans: Spans) -> None:
        """Let the call have a span, and so be a link of its trace's chain."""
        head = self.exchange.head
        self.span = spans.call(head.only(TRACEPARENT), b",".join(head.values(TRACESTATE)))
        self.trace = self.span.trace

    def asks(self, target: Target, request: Request) -> TargetSpan | None:
        """A span for this question, which then says so itself; None while no spans are made."""
        if self.span is None:
            return None
        span = self.span.asks(target.name, self.side)
        request.traceparent, request.tracestate = span.header, span.state
        return span

    def end_span(self, outcome: Outcome) -> None:
        """The call is over."""
        if self.span is not None:
            template = "" if self.route is None else self.route.match.path
            caller = "" if self.counted is None else self.counted[0]
            self.span.end(self.method, template, caller, outcome.status if outcome.complete else None, outcome.error)

    def outcome(self, now: float) -> Outcome:
        route, failure = self.route, self.exchange.failure
        if failure is not None and not self.exchange.started:
            self.status = failure.status  # the connection is about to say so
        cut = self.tunnel is not None and self.tunnel.why is Ending.CUT
        return Outcome(
            route=None if route is None else route.name,
            stage=None if route is None else route.stage,
            side=self.side,
            status=self.status,
            seconds=now - self.started,
            reason=self.reason,
            complete=self.exchange.sent and not cut,
            side_seconds=self.side_seconds,
            left=self.left,
            failed_after=self.failed_after,
            error=self.error,
            detail=self.detail,
        )
