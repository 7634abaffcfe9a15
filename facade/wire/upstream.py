"""A connection to a target: one request out, one answer in, at a time; then idle in its pool, or closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.connection import BODY_IDLE, Connection
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.decoders import UntilCloseDecoder
from facade.wire.framing import UNTIL_CLOSE, response_framing
from facade.wire.leniency import STRICT, Leniency
from facade.wire.lenient import AnswerReader, answer_decoder, answer_reader
from facade.wire.limits import Limits
from facade.wire.message import Field, ResponseHead, members
from facade.wire.portions import InPortions
from facade.wire.question import Question
from facade.wire.reply import Reply
from facade.wire.sockets import last_words, unread

_ANSWER_LIMITS: Final = Limits(header_bytes=256 * 1024, headers=1000)
"""Bounds of a target's head: generous, because nobody may change the target, but bounds."""

_INTERIM: Final = 32
"""1xx heads that one answer may bring; more is a target that never answers (RFC 9110 section 15.2 sets no bound)."""

_BEHIND: Final = 1.0
"""Seconds in which bytes belong to the answer before them. Later ones are mostly a 408, by which some servers close."""


class Upstream(Connection, InPortions):
    """One connection to a target. `released` is called when it can be used again, `lost` when it has closed.

    `answering` says whether a byte of the present answer has come, `idle_since` when the last one was whole, and
    `said_more` that others came right behind it. The faults of `leniency` are forgiven.
    """

    __slots__ = (
        "_body",
        "_interims",
        "_leniency",
        "_lost",
        "_question",
        "_reader",
        "_released",
        "_reusable",
        "_waiter",
        "answering",
        "idle_since",
        "passed",
        "said_more",
    )

    def __init__(
        self,
        deadlines: Deadlines,
        released: Callable[[Upstream], None],
        lost: Callable[[Upstream], None],
        leniency: Leniency = STRICT,
    ) -> None:
        super().__init__(deadlines)
        self._leniency = leniency
        self._released = released
        self._lost = lost
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[Reply] | None = None
        self._body: Body | None = None
        self._question: Question | None = None
        self._interims = 0
        self._reusable = False
        self.passed = 0
        self.answering = self.said_more = False
        self.idle_since = deadlines.now

    def __repr__(self) -> str:
        state = "asking" if self._waiter else "answering" if self._body else "idle"
        return f"<Upstream {state}>"

    @property
    def has_spoken(self) -> bool:
        """Whether bytes lie here that nobody asked for: whoever asks next would take them for his answer."""
        if unread(self._transport) == 0:
            return False
        if self._transport.get_extra_info("ssl_object") is None:  # else it may be TLS itself that says good-bye
            self._distrust()
        return True

    def _distrust(self) -> None:
        """Bytes came that nobody asked for. Those that say good-bye to an idle connection come later."""
        self.said_more = self._deadlines.now - self.idle_since <= _BEHIND

    # Asking.

    async def ask(self, question: Question) -> Reply:
        """Send a request and wait for the answer's head.

        A `Refusal` says what the target did wrong; the connection is closed then, as it is when this is cancelled.
        """
        if self.closing:
            raise Refusal(refusals.BROKEN)
        waiter: asyncio.Future[Reply] = self._deadlines.loop.create_future()
        self._waiter, self._question, self._interims, self.passed = waiter, question, 0, 0
        self.until = question.until
        self._watch_body()
        try:
            self.write_message(question.head, question.body, chunked=question.chunked)
            return await waiter
        except asyncio.CancelledError:
            self._let_go(waiter)
            raise
        finally:
            del waiter  # its failure holds this frame: together they would keep both connections until a collection

    def _let_go(self, waiter: asyncio.Future[Reply]) -> None:
        """Nobody waits any more. A short answer may have given the connection back: it is not ours to end then."""
        if self._waiter is waiter:
            self.abort()
        elif not waiter.cancelled() and waiter.exception() is None:
            waiter.result().body.abandon()

    def end_body(self, trailers: list[Field]) -> None:
        super().end_body(trailers)
        self._watch_body()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._overflow(self._transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._overflow(0)
        self._watch_body()

    def _overflow(self, size: int) -> None:
        """So much of what goes to the target waits here. A body that was whole from the first feeds nobody."""
        body = self._question.body if self._feeder is None and self._question is not None else self._feeder
        if body is not None:
            body.overflow(size)

    def _watch_body(self) -> None:
        """Until the head: the target's patience runs once it has the request, or while it does not take it."""
        question = self._question
        if self._waiter is None or question is None:
            super()._watch_body()
        elif self.full or question.body.ended:
            self._deadlines.watch(self, min(self._deadlines.now + question.patience, self.until))
        else:
            self._deadlines.watch(self, self.until)

    def abort(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.body.unpipe()
            question.body.overflow(0)
        super().abort()

    # What the socket says.

    def data_received(self, data: bytes) -> None:
        try:
            if self._waiter is not None:
                self.answering = True
                self._read_head(data)
            elif self._decoder is not None:
                self._watch_body()
                self._body_moved(self._decoder.feed(data))
            else:
                self._distrust()
                self.abort()
        except Refusal as refusal:
            self._fail(refusal.problem)

    def eof_received(self) -> bool:
        try:
            if self._decoder is not None:
                self._reusable = False
                self._decoder.eof()
                self._body_moved(b"")
            elif self._waiter is not None:
                self._fail(refusals.BROKEN)  # at once: a close would first wait until the target has taken the request
        except Refusal as refusal:
            self._fail(refusal.problem)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None and (self._waiter or self._decoder) and (said := last_words(self._transport)):
            self.data_received(said)  # an early refusal, and a reset because we went on sending
        self._fail(refusals.BROKEN)
        self._deadlines.forget(self)
        self._lost(self)

    def overdue(self) -> None:
        if self.full and self._deadlines.now < self.until and self.is_taking():
            self._watch_body()
        else:
            self._fail(refusals.LATE)

    # Reading.

    def _read_head(self, data: bytes) -> None:
        while data:
            if self._reader is None:
                self._reader = answer_reader(_ANSWER_LIMITS, self._leniency)
            read = self._reader.feed(data)
            if read is None:
                return
            self._reader = None
            head, data = read
            if head.status >= 200:
                self._answered(head, data)
                return
            if head.status == 101:
                self._switched(head, data)
                return
            self._pass_interim(head)

    def _pass_interim(self, head: ResponseHead) -> None:
        self._interims += 1
        if self._interims > _INTERIM or self._question is None:
            raise Refusal(refusals.NONSENSE)
        self._question.interim(head)

    def _answered(self, head: ResponseHead, rest: bytes) -> None:
        question, waiter = self._question, self._waiter
        length = response_framing(head, asked_head=question is not None and question.asked_head)
        self._reusable = length != UNTIL_CLOSE and head.keeps_alive()
        if 0 <= length <= len(rest):
            body, rest = Body.whole(rest[:length]), rest[length:]
        else:
            body = self._body = Body(length, self)
            self._decoder = decoder = answer_decoder(body, self._leniency)
            rest = decoder.feed(rest)  # what it refuses here is still a 502: nobody has seen the head
        self._waiter = None
        if body.ended:
            self._ended(rest)
        else:
            self._watch_body()
        if waiter is None or waiter.done():  # cancelled a moment ago: nobody else will let go of the body
            body.abandon()
        else:
            waiter.set_result(Reply(head, body))

    def _switched(self, head: ResponseHead, rest: bytes) -> None:
        """A 101 begins a tunnel, if it was asked for, to that protocol, and the request is whole (RFC 9110 15.2.2)."""
        question, waiter, protocol = self._question, self._waiter, head.upgrade()
        if question is None or waiter is None or not question.body.ended or protocol is None:
            raise Refusal(refusals.NONSENSE)
        if question.upgrade is None or protocol.lower() not in members(question.upgrade):
            raise Refusal(refusals.NONSENSE)
        self._waiter = None
        self._reusable = False
        body = self._body = Body(UNTIL_CLOSE, self)
        self._decoder = UntilCloseDecoder(body)
        self.become_tunnel()
        if rest:
            body.feed(rest)
        if waiter.done():  # cancelled a moment ago
            body.abandon()
        else:
            waiter.set_result(Reply(head, body, self))

    def end_tunnel(self) -> None:
        """Close, once the target has taken what was sent to it."""
        body, self._body, self._decoder = self._body, None, None
        if body is not None:
            body.end([])
        self._deadlines.watch(self, self._deadlines.now + BODY_IDLE)
        self._transport.close()

    def _body_moved(self, rest: bytes) -> None:
        if self._body is not None and self._body.ended:
            self._ended(rest)

    def _ended(self, rest: bytes) -> None:
        """The answer is whole. The connection is good for another only if nothing is left over on either side."""
        self._decoder = self._body = None
        self.answering = False
        self.idle_since = self._deadlines.now
        self.due = self.until = NEVER
        self.said_more = self._reusable and bool(rest)
        asked = self._question is not None and self._question.body.ended
        if self._reusable and not rest and asked and not self.full and not self.closing:
            self._question = None
            self._released(self)
        else:
            self.abort()

    def _fail(self, problem: Problem) -> None:
        failure = Refusal(problem)
        waiter, body = self._waiter, self._body
        self._waiter = self._decoder = self._body = None
        if waiter is not None and not waiter.done():
            waiter.set_exception(failure)
        if body is not None:
            body.fail(failure)
        self.abort()
