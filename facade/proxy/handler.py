"""The handler: the way of every request, top to bottom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog

from facade.calls import Calls
from facade.ending import brownouts
from facade.ending.counts import NO_TARGET, UNCOVERED
from facade.problem import Problem, Refusal
from facade.proxy.as_sent import find_as_sent
from facade.proxy.fallback import Fallbacks, PlatformFailed, is_failure
from facade.proxy.passage import Chance, Passage
from facade.proxy.receive import receive
from facade.proxy.record import Recorder
from facade.proxy.respond import refuse, respond
from facade.proxy.shadow.mirror import Mirror
from facade.proxy.translated import is_foreign, translate
from facade.proxy.tunnels import Tunnels
from facade.routing.arrival import ends_here, host_name
from facade.routing.decide import decide
from facade.routing.facts import RequestFacts
from facade.routing.known import Known
from facade.routing.route import Errors, Fallback
from facade.routing.stage import Side, Stage
from facade.routing.table import WrongMethod
from facade.snapshot import Snapshot, Snapshots
from facade.targets.announced import Announced
from facade.targets.own import options_reply
from facade.targets.protect.protection import FAILED, Admission, Protection
from facade.targets.request import Request
from facade.targets.served import Served
from facade.targets.target import Target
from facade.telemetry.metrics import Metrics
from facade.telemetry.spans import Spans
from facade.usage import Usage
from facade.wire import refusals
from facade.wire.deadlines import NEVER
from facade.wire.exchange import Exchange
from facade.wire.reply import Reply

_log = structlog.get_logger("facade.proxy")

Clock = Callable[[], float]

_SIDES_FAULT: Final = 500
"""Refusals from here on say what is wrong with a side, or with the facade."""


class Handler:
    """Answers requests. `clock` is monotonic and `wall` Unix time, both in seconds; `chance` gives random bytes, and
    `draw` numbers of [0, 1). `spans` are made where there are any.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        metrics: Metrics,
        recorder: Recorder,
        tunnels: Tunnels,
        mirror: Mirror,
        known: Known,
        usage: Usage,
        calls: Calls,
        *,
        clock: Clock,
        wall: Clock,
        chance: Chance,
        draw: Callable[[], float],
        spans: Spans | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._metrics = metrics
        self._recorder = recorder
        self._tunnels = tunnels
        self._mirror = mirror
        self._known = known
        self._usage = usage
        self._calls = calls
        self._fallbacks = Fallbacks()
        self._clock = clock
        self._wall = wall
        self._chance = chance
        self._draw = draw
        self._spans = spans

    async def __call__(self, exchange: Exchange) -> None:
        snapshot = self._snapshots.current
        passage = Passage(exchange, self._clock(), self._chance)
        if self._spans is not None:
            passage.trace_by(self._spans)
        try:
            await self._answer(snapshot, passage)
        except Refusal as refusal:
            await self._refuse(passage, refusal.problem)
        except asyncio.CancelledError:
            passage.left = True
            self._cut(passage)
            raise
        except Exception:  # noqa: BLE001 - a defect on one request is a 500, never the end of the sidecar
            _log.exception("request failed inside the facade", request_id=passage.request_id())
            await self._refuse(passage, refusals.INTERNAL)
        finally:
            if passage.copy is not None:
                passage.copy.span = passage.span
                self._mirror.take(passage.copy)
            outcome = passage.outcome(self._clock())
            self._recorder.record(passage, outcome, snapshot.log)
            if passage.span is not None:
                passage.end_span(outcome)
            if passage.orphan is not None:
                path, sender = passage.orphan
                self._calls.orphan(passage.method, path, outcome.status if outcome.complete else None, sender)

    async def _answer(self, snapshot: Snapshot, passage: Passage) -> None:
        request = receive(passage.exchange, snapshot.forwarded, as_sent=snapshot.as_sent)
        if request.head.method == b"OPTIONS" and ends_here(request.head):
            passage.status, passage.reason = 200, "options"
            return await respond(passage.exchange, options_reply())
        facts = RequestFacts(request, snapshot.callers)
        host = host_name(request.sender.host)
        if request.path:
            found = snapshot.table.find(host, passage.method, request.path, facts.header)
        else:
            found = find_as_sent(snapshot, request, host, passage.method, facts)
        if found is None:
            target = self._unmatched(snapshot, request.path, facts, passage)
        elif isinstance(found, WrongMethod):
            raise Refusal(replace(refusals.METHOD_NOT_ALLOWED, allow=found.allow))
        else:
            request.parameters = found.parameters
            served = snapshot.served[found.route.name]
            if served.announced is not None:
                self._announce(served.announced, served, request, facts, passage)
            target = self._decide(served, facts, passage)
            if served.shadowing is not None:
                passage.copy = self._mirror.sample(served, passage.side, request)
            if served.route.fallback is not Fallback.NONE:
                passage.spare = self._fallbacks.of(served, passage.side, request)
        timeout = passage.route.timeout if passage.route is not None else None
        request.until = NEVER if timeout is None else passage.started + timeout
        request.trace_id = passage.trace.trace_id
        request.traceparent = passage.trace.header if passage.trace.minted else None
        if passage.spare is None:
            return await self._let_in(target, request, passage)
        try:
            return await self._let_in(target, request, passage)
        except (Refusal, PlatformFailed) as failure:
            if passage.exchange.started or not is_failure(failure):
                raise
        self._fall_back(passage)
        return await self._let_in(passage.spare, request, passage)

    def _fall_back(self, passage: Passage) -> None:
        """The platform failed, and nothing has been answered yet."""
        assert passage.route is not None
        assert passage.spare is not None
        assert passage.counted is not None
        self._calls.moved(*passage.counted, passage.spare.system)
        self._fallbacks.spend(passage.route)
        self._metrics.fallback(passage.route.name)
        passage.side, passage.reason, passage.status = Side.LEGACY, "fallback", None
        passage.failed_after, passage.copy = passage.side_seconds, None

    def _let_in(self, target: Target, request: Request, passage: Passage) -> Awaitable[None]:
        """Ask the target, behind its protection if it has one. A plain function: a coroutine more costs every call."""
        if target.protection is None:
            return self._pass(target, request, passage)
        return self._pass_protected(target, target.protection, request, passage)

    def _announce(
        self, said: Announced, served: Served, request: Request, facts: RequestFacts, passage: Passage
    ) -> None:
        """Whatever answers now says when the route ends; raises `Refusal` where that is rehearsed with this call."""
        passage.exchange.told = said.lines(request.parameters)
        route = served.route
        if not said.brownouts or route.stage is Stage.GONE:
            return
        now = self._wall()
        brownout = brownouts.refusing(said.brownouts, now, facts, self._draw)
        if brownout is not None:
            passage.route, passage.reason = route, refusals.BROWNOUT.reason
            self._metrics.browned_out(route.name)
            self._count(passage, facts, served.side(decide(route, facts).side))  # who would have answered
            raise Refusal(brownouts.problem(brownout, now))

    def _decide(self, served: Served, facts: RequestFacts, passage: Passage) -> Target:
        decision = decide(served.route, facts, self._known)
        self._usage.seen(served.route, facts, decision.side)
        passage.route, passage.side, passage.reason = served.route, decision.side, decision.reason
        if passage.span is not None:
            passage.span.decided(served.route.name, served.route.stage, decision.side, decision.reason)
        target = served.side(decision.side)
        self._count(passage, facts, target)
        if target is None:
            raise Refusal(refusals.INTERNAL)
        return target

    def _count(self, passage: Passage, facts: RequestFacts, target: Target | None) -> None:
        """Count a call under whom it is meant for, whatever becomes of it: who is refused would have called."""
        route = passage.route.name if passage.route is not None else UNCOVERED
        passage.counted = key = facts.caller(), route, NO_TARGET if target is None else target.system
        self._calls.seen(*key)

    def _unmatched(self, snapshot: Snapshot, path: str, facts: RequestFacts, passage: Passage) -> Target:
        self._metrics.unmatched()
        passage.orphan = path, facts.address
        self._count(passage, facts, snapshot.unmatched)
        if snapshot.unmatched is None:
            raise Refusal(refusals.NO_ROUTE)
        passage.side, passage.reason = Side.LEGACY, "unmatched"
        return snapshot.unmatched

    async def _pass_protected(self, target: Target, protection: Protection, request: Request, passage: Passage) -> None:
        await target.prepare(request)
        with await protection.admit(request) as admission:
            await self._pass(target, request, passage, admission)

    async def _pass(
        self, target: Target, request: Request, passage: Passage, admission: Admission | None = None
    ) -> None:
        """Ask the target and send its answer. Whatever happens, the target is let go of."""
        asked = self._clock()
        span = passage.asks(target, request)
        if target.silo is not None:
            self._metrics.silo_called(target.silo, self._wall())
        target.in_flight.value += 1
        reply: Reply | None = None
        try:
            try:
                reply = await target.ask(request)
            finally:
                passage.side_seconds = seconds = self._clock() - asked
                self._metrics.target(target.name, seconds)
                if span is not None:
                    span.end(None if reply is None else reply.head.status)
            passage.status = reply.head.status
            if admission is not None:
                admission.answered(reply.head.status)
            if passage.spare not in (None, target) and reply.head.status in FAILED:
                raise PlatformFailed
            if admission is not None:
                admission.passes_on(reply.body)
            if reply.tunnel is not None:
                await self._tunnels.carry(passage, reply, reply.tunnel)
            else:
                if passage.copy is not None:
                    passage.copy.watch(reply)
                await self._send(reply, passage)
        finally:
            target.in_flight.value -= 1
            if reply is not None:
                reply.body.abandon()

    def _send(self, reply: Reply, passage: Passage) -> Awaitable[None]:
        """Send the answer, an error in the format that the route asks for. A plain function, as above."""
        route = passage.route
        if route is None or route.errors is Errors.AS_SENT or not is_foreign(reply.head):
            return respond(passage.exchange, reply)
        return translate(passage.exchange, reply, passage.request_id())

    def _cut(self, passage: Passage) -> None:
        """Whoever ends a call says so to its caller, unless the answer has begun: then only here."""
        exchange = passage.exchange
        if exchange.failure is not None and exchange.started:
            self._metrics.refused(exchange.failure.reason)
            passage.error = exchange.failure.reason

    async def _refuse(self, passage: Passage, problem: Problem) -> None:
        """Answer with the problem; an answer that has begun is cut instead, so that it never looks whole."""
        self._metrics.refused(problem.reason)
        passage.reason = passage.reason or problem.reason
        passage.error = problem.reason
        if problem.status >= _SIDES_FAULT:
            passage.detail = problem.detail  # what is wrong with a request may quote it
        if passage.exchange.started:
            passage.status = None
            return
        passage.status = problem.status
        await refuse(passage.exchange, problem, passage.request_id())
