"""A target over the wire: a platform service, or a silo that speaks HTTP and is passed through byte for byte."""

from __future__ import annotations

import asyncio
from typing import Final

from facade.problem import Refusal
from facade.targets.collected import arrival, collect
from facade.targets.endpoints.endpoints import Endpoints
from facade.targets.endpoints.origin import Member
from facade.targets.leakage import Leakage
from facade.targets.protect.protection import FAILED
from facade.targets.request import Request
from facade.targets.target import Target
from facade.targets.template import PathTemplate
from facade.telemetry.series import Counter, Gauge
from facade.wire import refusals
from facade.wire.framing import CHUNKED
from facade.wire.headers import request_bytes
from facade.wire.message import EXPECT, HOST
from facade.wire.question import Question
from facade.wire.reply import Reply

_REPEATABLE: Final = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE"})
"""Methods that are safe (RFC 9110 section 9.2.1). PUT and DELETE are idempotent, but nothing unsafe is sent twice."""


class HttpTarget(Target):
    """One HTTP service. `patience` is how many seconds it may be silent before its answer's head.

    It reads its endpoint's own name in Host, or with `keeps_host` the caller's, where there is one. `path` replaces the
    request's path; the query is always passed on. A chunked body is collected first, unless it `takes_chunks`.
    Where calls take slots a body, or the first 64 KiB of it, arrives before, so that nobody has one for a trickle.
    `leakage` keeps its address out of its answers, `retries` counts the calls that are sent once more.
    """

    def __init__(
        self,
        name: str,
        endpoints: Endpoints,
        in_flight: Gauge,
        *,
        patience: float,
        silo: str | None = None,
        keeps_host: bool = False,
        takes_chunks: bool = True,
        path: PathTemplate | None = None,
        leakage: Leakage | None = None,
        retries: Counter | None = None,
    ) -> None:
        self.name = name
        self.silo = silo
        self.in_flight = in_flight
        self._endpoints = endpoints
        self._patience = patience
        self._keeps_host = keeps_host
        self._takes_chunks = takes_chunks
        self._path = path
        self._leakage = leakage
        self._retries = retries

    def __repr__(self) -> str:
        return f"<HttpTarget {self.name} {self._endpoints!r}>"

    async def ask(self, request: Request) -> Reply:
        await self.prepare(request)
        if self.protection is not None and not request.body.ended:
            request.body.hurry(self.protection.budget.wants_one_back)  # it has a slot by now, and still comes
        repeatable = request.head.method in _REPEATABLE and request.body.ended and request.body.length == 0
        endpoints = self._endpoints
        member = endpoints.choose() or await endpoints.found(self._reached_by(request))
        upstream = member.pool.idle(repeatable=repeatable)
        if upstream is not None:
            try:
                return self._answered(await upstream.ask(self._question(request, member)), member, request)
            except Refusal as refusal:
                # The target closed its idle connection just as it was used again: for a safe call one fresh try is
                # right (RFC 9112 section 9.3.1), as long as not a byte of an answer has come.
                died = refusal.problem is refusals.BROKEN and not upstream.answering
                if died:
                    member.pool.died()
                if not repeatable or not died:
                    self._failed(member, request, refusal)
                    raise
                if self._retries is not None:
                    self._retries.value += 1
        member, upstream = await endpoints.connect(member, self._reached_by(request))
        try:
            return self._answered(await upstream.ask(self._question(request, member)), member, request)
        except Refusal as refusal:
            self._failed(member, request, refusal)
            raise

    def _failed(self, member: Member, request: Request, refusal: Refusal) -> None:
        """Count it, unless the target only lost patience with a caller who had not sent all of the request."""
        if request.body.ended or refusal.problem is not refusals.BROKEN:
            self._endpoints.failed(member, refusal.problem)

    async def prepare(self, request: Request) -> None:
        body = request.body
        if body.length == CHUNKED and not self._takes_chunks:
            await collect(request)
        elif self.protection is not None and not body.ended and not request.head.has(EXPECT):
            await arrival(request)

    def _reached_by(self, request: Request) -> float:
        """When a target that has taken no connection has been silent for too long."""
        return min(request.until, asyncio.get_running_loop().time() + self._patience)

    def _answered(self, reply: Reply, member: Member, request: Request) -> Reply:
        if reply.head.status in FAILED:
            self._endpoints.said_no(member, reply.head.status)
        elif member.health.failures:
            self._endpoints.answered(member)
        return reply if self._leakage is None else self._leakage.stop(reply, request)

    def _question(self, request: Request, member: Member) -> Question:
        head, chunked = request.head, request.body.length == CHUNKED
        target = head.target if self._path is None else self._filled(self._path, request)
        host = None if self._keeps_host and head.has(HOST) else member.authority
        return Question(
            request_bytes(head, target, host, request.sender, request.traceparent, request.tracestate, chunked=chunked),
            request.body,
            chunked,
            head.method == b"HEAD",
            self._patience,
            request.until,
            request.interim if self._leakage is None else self._leakage.interim(request),
            head.upgrade() if head.options else None,
        )

    def _filled(self, path: PathTemplate, request: Request) -> bytes:
        return path.fill(request.parameters).encode("latin-1") + request.query
