"""A client's connection: requests in, one after the other, each answered by one coroutine, answers in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from facade.problem import Problem, Refusal
from facade.wire import client_certificate, refusals
from facade.wire.answers import problem_answer
from facade.wire.body import Body
from facade.wire.deadlines import NEVER
from facade.wire.decoders import UntilCloseDecoder
from facade.wire.exchange import Exchange
from facade.wire.framing import UNTIL_CLOSE
from facade.wire.message import RequestHead
from facade.wire.receiving import Receiving
from facade.wire.sockets import unread
from facade.wire.tunnel import Ending, Tunnel

if TYPE_CHECKING:
    from facade.wire.server import Server
    from facade.wire.upstream import Upstream

_log = structlog.get_logger("facade.wire")


class Downstream(Receiving):
    """One client. At any moment it is idle, reading a head, answering, or lingering before the close."""

    __slots__ = ("_task", "_tunnel", "certificate", "peer")

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self._task: asyncio.Task[None] | None = None
        self._tunnel: Tunnel | None = None
        self.certificate = b""
        self.peer = ""

    def __repr__(self) -> str:
        state = "lingering" if self._lingering else "answering" if self._exchange else "idle"
        return f"<Downstream {state}>"

    @property
    def draining(self) -> bool:
        return self._server.draining

    def date(self) -> bytes:
        """The present, for an answer of the facade's own."""
        return self._server.date()

    @property
    def idle(self) -> bool:
        return self._exchange is None and not self._lingering

    # What the socket says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if isinstance(peer, tuple) else ""
        self.secure = transport.get_extra_info("ssl_object") is not None
        if self.secure:
            self.certificate = client_certificate.shown(transport)
        self._deadlines.watch(self, self._deadlines.now + self._limits.header_timeout)
        if self._server.joined(self):
            return
        if self._server.crowded:
            self.abort()
        else:
            self._refuse(refusals.OVERLOADED)

    def eof_received(self) -> bool:
        return False  # a client that stops sending has hung up: the transport closes, and `connection_lost` follows

    def connection_lost(self, error: Exception | None) -> None:
        self._deadlines.forget(self)
        self._server.left(self)
        self._let_go()
        self._wake_drained()
        exchange = self._exchange
        self._exchange = self._decoder = self._reader = None  # both lead back here: nothing may wait for a collection
        if exchange is not None:
            exchange.body.fail(Refusal(refusals.BAD_FRAMING))
        self._cancel()

    def overdue(self) -> None:
        if self._lingering:
            self._part()
        elif self.full:
            self._look_at_reader()
        elif self._exchange is not None:
            if self._is_late(self._exchange):
                self._fail(refusals.SLOW_REQUEST)
        elif self._reader is not None and self._reader.started:
            self._refuse(refusals.SLOW_REQUEST)
        else:
            self._close()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._exchange is None:
            return
        if self._decoder is not None and self._transport.is_reading():
            self._watch_body()
        else:
            self.due = NEVER

    # Answering.

    def _start(self, head: RequestHead, body: Body) -> None:
        self._exchange = exchange = Exchange(self, head, body)
        self._task = self._server.loop.create_task(self._answer(exchange))

    async def _answer(self, exchange: Exchange) -> None:
        try:
            await self._server.handler(exchange)
        except asyncio.CancelledError:
            if exchange.failure is None:
                self.abort()
            raise
        except Exception:  # noqa: BLE001 - the last line of defence: one request must not end the sidecar
            _log.exception("request failed")
        self._answered(exchange)

    def _answered(self, exchange: Exchange) -> None:
        self._task = None
        if not exchange.sent:
            self.abort()
        elif exchange.wants_keep_alive and exchange.body.ended:
            self._next()  # also while draining, if the answer's head did not say that it is the last
        else:
            self._leave()

    def _next(self) -> None:
        self._exchange = None
        if self._kept:
            self._let_go()
        self._deadlines.watch(self, self._deadlines.now + self._limits.idle_timeout)
        if self._stalled:
            self._stalled = False
            self._transport.resume_reading()
        if self._ahead:
            data, self._ahead = self._ahead, b""
            self._read_head(data)

    async def send(self, head: bytes, body: Body, *, chunked: bool) -> None:
        """Write an answer; return when all of it is with the socket."""
        self.write_message(head, body, chunked=chunked)
        if self._kept:
            self._recount()
        if not body.ended or body.failure is not None:
            await body.done()
        if self.full:
            self._feeder = body  # it has ended, and may hold a slot until the client has taken it
            await self.drained()
            self._feeder = None

    async def tunnel(self, head: bytes, body: Body, target: Upstream, tunnel: Tunnel) -> None:
        """Become a tunnel to `target`: what the client sent behind its request already belongs to it."""
        sent = Body(UNTIL_CLOSE, self)
        if self._exchange is not None:
            self._exchange.body = sent
        self.write(head)
        self.become_tunnel()
        self._decoder = UntilCloseDecoder(sent)
        ahead, self._ahead = self._ahead, b""
        if ahead:
            sent.feed(ahead)
        if self._kept:
            self._recount()
        if self._stalled:
            self._stalled = False
            self.resume_reading()
        self._tunnel = tunnel
        try:
            await tunnel.run(sent, target, body, self)
        finally:
            self._tunnel = None
            target.end_tunnel()

    # Ending.

    def _fail(self, problem: Problem) -> None:
        """The request under way turned out bad: stop the handler, which leaves the answer to us."""
        exchange = self._exchange
        if exchange is None or self._task is None:
            return
        exchange.failure = problem
        if self._tunnel is not None:
            self._tunnel.end(Ending.CUT)
        exchange.body.fail(Refusal(problem))
        self._decoder = None
        # A task that is cancelled before its first step never runs, so what follows its end stands in a callback.
        self._task.add_done_callback(self._stopped)
        self._cancel()

    def _cancel(self) -> None:
        """Stop the handler, and forget it: a task that was cancelled holds its frames, and they this connection."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _stopped(self, _: asyncio.Task[None]) -> None:
        exchange = self._exchange
        if exchange is None or exchange.failure is None:
            return
        if exchange.started or self.closing:
            self.abort()
        else:
            head_only, told = exchange.head.method == b"HEAD", exchange.told
            self._refuse(exchange.failure, exchange.request_id, head_only=head_only, told=told)

    def _refuse(self, problem: Problem, request_id: str = "", *, head_only: bool = False, told: bytes = b"") -> None:
        """Answer with the problem and close: after a message that cannot be read, nothing that follows can be."""
        request_id = self._server.refused(problem, request_id)
        date = self.date()
        self.write(problem_answer(problem, date, request_id=request_id, close=True, head_only=head_only, told=told))
        self._leave()

    def _leave(self) -> None:
        """Close so that the client can read what was sent, even if it is still sending itself."""
        exchange, self._exchange = self._exchange, None
        finished = exchange is not None and exchange.body.ended and not self._ahead
        if finished or self._transport.is_closing():
            self._close()
            return
        self._decoder = self._reader = None
        self._ahead = b""
        self._let_go()
        self._linger()

    def abort(self) -> None:
        if self._tunnel is not None:
            self._tunnel.end(Ending.CUT)
        if self._exchange is not None and self._exchange.started:
            self.reset_when_closed()  # an answer that ends with its connection would look whole (RFC 9112 section 8)
        super().abort()

    def close_if_idle(self) -> None:
        """Draining: an idle connection has nothing to wait for, unless a request has just arrived."""
        if self.idle and (self._reader is None or not self._reader.started) and not unread(self._transport):
            self._close()
