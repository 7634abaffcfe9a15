"""A target over the wire: a platform service, or a silo that speaks HTTP and is passed through byte for byte."""

from __future__ import annotations

from typing import Final

from facade.problem import Refusal
from facade.targets.leakage import Leakage
from facade.targets.request import Request
from facade.targets.target import Target
from facade.targets.template import PathTemplate
from facade.telemetry.series import Gauge
from facade.wire import refusals
from facade.wire.framing import CHUNKED
from facade.wire.headers import request_bytes
from facade.wire.message import HOST
from facade.wire.pool import Pool
from facade.wire.upstream import Question, Reply

_REPEATABLE: Final = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE"})
"""Methods that are safe (RFC 9110 section 9.2.1). PUT and DELETE are idempotent, but nothing unsafe is sent twice."""


class HttpTarget(Target):
    """One HTTP service. `patience` is how many seconds it may be silent before its answer's head.

    `host` is the target's own name; with `keeps_host` it reads the caller's Host instead, where there is one. `path`
    replaces the request's path; the query is always passed on. `leakage` keeps its address out of its answers.
    """

    def __init__(
        self,
        name: str,
        pool: Pool,
        in_flight: Gauge,
        *,
        patience: float,
        silo: str | None = None,
        host: str,
        keeps_host: bool = False,
        path: PathTemplate | None = None,
        leakage: Leakage | None = None,
    ) -> None:
        self.name = name
        self.silo = silo
        self.in_flight = in_flight
        self._pool = pool
        self._patience = patience
        self._host = host.encode("ascii")
        self._keeps_host = keeps_host
        self._path = path
        self._leakage = leakage

    def __repr__(self) -> str:
        return f"<HttpTarget {self.name} {self._pool!r}>"

    async def ask(self, request: Request) -> Reply:
        repeatable = request.head.method in _REPEATABLE and request.body.ended and request.body.length == 0
        question = self._question(request)
        upstream = self._pool.idle(repeatable=repeatable)
        if upstream is not None:
            try:
                return self._stopped(await upstream.ask(question), request)
            except Refusal as refusal:
                # The target closed its idle connection just as it was used again: for a safe call one fresh try is
                # right (RFC 9112 section 9.3.1), as long as not a byte of an answer has come.
                if not repeatable or refusal.problem is not refusals.BROKEN or upstream.answering:
                    raise
        upstream = await self._pool.connect(request.until)
        return self._stopped(await upstream.ask(question), request)

    def _stopped(self, reply: Reply, request: Request) -> Reply:
        return reply if self._leakage is None else self._leakage.stop(reply, request)

    def _question(self, request: Request) -> Question:
        head, chunked = request.head, request.body.length == CHUNKED
        target = head.target if self._path is None else self._filled(self._path, request)
        host = None if self._keeps_host and head.has(HOST) else self._host
        return Question(
            request_bytes(head, target, host, request.sender, request.traceparent, chunked=chunked),
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
