"""How a client's requests arrive: heads, then bodies, and what is sent ahead of the present answer waits.

Two laws keep slow clients cheap. Time is earned: a head has its deadline, and a body must bring a minimum of bytes a
second, and many more while others wait for what its request holds. And memory is counted: what waits here for more, be
it half a head, a body that nobody takes yet or requests sent ahead, is bounded for one client and for all of them
together.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.connection import SLOWEST
from facade.wire.deadlines import NEVER
from facade.wire.decoders import request_decoder
from facade.wire.framing import request_framing
from facade.wire.giving import BRISK, LOOK, PAUSE, Giving
from facade.wire.message import RequestHead
from facade.wire.portions import PORTION, Portions, read_by
from facade.wire.reader import RequestReader

if TYPE_CHECKING:
    from facade.wire.exchange import Exchange
    from facade.wire.server import Server

_AHEAD: Final = 64 * 1024
"""Bytes of pipelined requests that are kept while one is being answered; beyond, the socket is not read."""

_SMALL: Final = 4 * 1024
"""Bytes of a request that comes in one piece and is not counted: nearly all are, and `connections` bounds these."""


class Receiving(Giving, asyncio.Protocol):
    """A client's connection, as far as it receives. `_kept` is how many bytes of it are counted as waiting.

    `_ends` is when a body that comes has used up all its patience; `due` is sooner where it must be brisk.
    """

    __slots__ = ("_ahead", "_ends", "_exchange", "_in_portions", "_kept", "_reader", "_server", "_stalled")

    def __init__(self, server: Server) -> None:
        super().__init__(server.deadlines, server.limits())
        self._server = server
        self._reader: RequestReader | None = None
        self._exchange: Exchange | None = None
        self._ahead = b""
        self._stalled = False
        self._kept = 0
        self._ends = NEVER
        self._in_portions = False

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            return
        if self._decoder is not None:
            data = self._decode(data)
            if not data:
                return
        if self._exchange is not None:
            self._read_ahead(data)
        else:
            self._read_head(data)

    def _read_head(self, data: bytes) -> None:
        reader = self._reader
        if reader is None:
            self._limits = limits = self._server.limits()
            self.body_idle = limits.body_timeout
            reader = RequestReader(limits)
        try:
            read = reader.feed(data)
            if read is not None:
                self._reader = None
                self._begin(*read, len(data))
            else:
                self._wait_for_more(reader)
        except Refusal as refusal:
            self._refuse(refusal.problem)

    def _wait_for_more(self, reader: RequestReader) -> None:
        if self._reader is None:
            self._reader = reader
            self._deadlines.watch(self, min(self.due, self._deadlines.now + self._limits.header_timeout))
        self._keep()

    def _begin(self, head: RequestHead, rest: bytes, size: int) -> None:
        """A head is whole; it came with the last of `size` bytes, or with all of them."""
        body = self._body(request_framing(head), rest)
        self._start(head, body)
        if self._kept or self._decoder is not None or size > _SMALL:
            self._keep()

    def _body(self, length: int, rest: bytes) -> Body:
        """The request's body: usually all here already, with what lies behind it kept for later."""
        limit = self._limits.body
        if length > limit:
            raise Refusal(refusals.BODY_TOO_LARGE)
        if 0 <= length <= len(rest):
            self.due = NEVER
            self._ahead = rest[length:] if length else rest
            return Body.whole(rest[:length], self)
        body = Body(length, self)
        self._decoder = request_decoder(body, limit)
        if not 0 <= length - len(rest) <= PORTION:
            self._read_in_portions()
        self._watch_body()
        self._ahead = self._decoder.feed(rest)
        self._body_moved(body)
        return body

    def _decode(self, data: bytes) -> bytes:
        decoder, exchange = self._decoder, self._exchange
        if decoder is None or exchange is None:
            return data
        self._earn(len(data))
        try:
            rest = decoder.feed(data)
        except Refusal as refusal:
            self._fail(refusal.problem)
            return b""
        self._body_moved(exchange.body)
        if exchange.body.held or self._kept:
            self._keep()
        return rest

    def _earn(self, size: int) -> None:
        """Bytes that came buy time, never more than the body's whole patience: so nobody lives on a byte a second."""
        if self.full:
            return  # they buy none for whoever does not take the answer
        now = self._deadlines.now
        self._ends = min(now + self.body_idle, self._ends + size / SLOWEST, self.until)
        self.due = min(now + PAUSE, self.due + size / BRISK, self._ends) if self._must_be_brisk() else self._ends

    def _must_be_brisk(self) -> bool:
        exchange = self._exchange
        return exchange is not None and exchange.body.holds_up is not None and self._decoder is not None

    def _watch_body(self) -> None:
        super()._watch_body()
        self._ends = self.due
        if self._must_be_brisk() and not self.full:
            self._deadlines.watch(self, min(self._deadlines.now + PAUSE, self._ends))

    def become_tunnel(self) -> None:
        super().become_tunnel()
        self._ends = NEVER  # what a body that is over had left to come in says nothing about a tunnel

    def hurry(self) -> None:
        if self._transport.is_reading():
            self._deadlines.watch(self, min(self._deadlines.now + PAUSE, self._ends))

    def _is_late(self, exchange: Exchange) -> bool:
        """Whether a body has used up its patience, or is not brisk and holds somebody up; else it is asked again."""
        now, holds_up = self._deadlines.now, exchange.body.holds_up
        if holds_up is None or now >= min(self._ends, self.until) or holds_up():
            return True
        self._deadlines.watch(self, min(now + LOOK, self._ends, self.until))
        return False

    def _read_in_portions(self) -> None:
        self._in_portions = True
        read_by(self._transport, Portions(self))

    def _body_moved(self, body: Body) -> None:
        if body.ended:
            self._decoder = None
            if self._in_portions:
                self._in_portions = False
                read_by(self._transport, self)
            if not self.full:
                self.due = self.until

    def _read_ahead(self, data: bytes) -> None:
        self._ahead += data
        if len(self._ahead) > _AHEAD and not self._stalled:
            self._stalled = True
            self._transport.pause_reading()
        self._keep()

    # Memory.

    def _keep(self) -> None:
        """Count what waits of this client. Where that of all together is too much, whoever holds most has to go."""
        self._recount()
        keeping = self._server.keeping
        if self._kept and keeping.total > self._limits.kept_bytes:
            keeping.most(self).give_way()

    def give_way(self) -> None:
        self._let_go()
        if self._exchange is None:
            self._refuse(refusals.NO_MEMORY)
        else:
            self._fail(refusals.NO_MEMORY)

    def _recount(self) -> None:
        """Some of what waited has gone on, or more has come."""
        kept, exchange = len(self._ahead), self._exchange
        if self._reader is not None:
            kept += self._reader.size
        if exchange is not None:
            head, body = exchange.head, exchange.body
            kept += len(head.target) + len(head.block) + body.held + body.beyond
            if self.full:
                kept += self._transport.get_write_buffer_size()
        self._server.keeping.change(self, self._kept, kept)
        self._kept = kept

    def taken(self) -> None:
        if self._kept:
            self._recount()

    def overflowed(self) -> None:
        if self._exchange is not None and self._exchange.failure is None:
            self._keep()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.overflowed()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.taken()

    def _let_go(self) -> None:
        """Nothing waits here any more."""
        self._server.keeping.change(self, self._kept, 0)
        self._kept = 0

    # What a request is for.

    def _start(self, head: RequestHead, body: Body) -> None:
        """Answer a request; its body may still be coming."""
        raise NotImplementedError

    def _fail(self, problem: Problem) -> None:
        """The request under way turned out bad."""
        raise NotImplementedError

    def _refuse(self, problem: Problem, request_id: str = "", *, head_only: bool = False) -> None:
        """What came is no request."""
        raise NotImplementedError
