"""One request on a client's connection, and the answer that goes back. The handler sees this and never the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facade.problem import Problem
from facade.wire.body import Body
from facade.wire.headers import interim_bytes, switch_bytes
from facade.wire.message import HTTP_1_1, RequestHead, ResponseHead

if TYPE_CHECKING:
    from facade.wire.downstream import Downstream
    from facade.wire.reply import Reply
    from facade.wire.tunnel import Tunnel
    from facade.wire.upstream import Upstream


class Exchange:
    """A request that has arrived (its head whole, its body perhaps still coming) and wants one answer.

    `failure` is set, and the handler cancelled, when the request turns out bad while it is being answered. `request_id`
    is what its errors go by, empty until one is needed. `told` are field lines that its final answer carries, whoever
    gives it, each with a CRLF before it.
    """

    __slots__ = ("_connection", "body", "failure", "head", "request_id", "sent", "started", "told", "wants_keep_alive")

    def __init__(self, connection: Downstream, head: RequestHead, body: Body) -> None:
        self._connection = connection
        self.head = head
        self.body = body
        self.started = False
        self.sent = False
        self.failure: Problem | None = None
        self.request_id = ""
        self.told = b""
        self.wants_keep_alive = head.keeps_alive()

    def __repr__(self) -> str:
        return f"<Exchange {self.head!r} started={self.started} sent={self.sent}>"

    @property
    def peer(self) -> str:
        """The client's address, without port; empty for a Unix socket."""
        return self._connection.peer

    @property
    def secure(self) -> bool:
        """Whether the client came by TLS."""
        return self._connection.secure

    @property
    def certificate(self) -> bytes:
        """The field lines for the certificate that the client showed; empty where it showed none."""
        return self._connection.certificate

    @property
    def takes_chunks(self) -> bool:
        return self.head.minor == HTTP_1_1

    def date(self) -> bytes:
        """The present, for an answer whose origin is the facade."""
        return self._connection.date()

    def closes(self) -> bool:
        """Whether the connection ends with this answer. Once yes it stays yes, so that the answer's head can say so."""
        if not self.body.ended or self._connection.draining:
            self.wants_keep_alive = False
        return not self.wants_keep_alive

    def interim(self, head: ResponseHead) -> None:
        """Pass on a 1xx head (RFC 9110 section 15.2). An HTTP/1.0 client gets none, and one that takes none no more."""
        if self.takes_chunks and not self.started and not self._connection.full:
            self._connection.write(interim_bytes(head))

    async def tunnel(self, reply: Reply, connection: Upstream, tunnel: Tunnel) -> None:
        """Pass on the 101, then bytes both ways until the tunnel ends."""
        self.started = True
        self.wants_keep_alive = False
        self.sent = True  # all that HTTP knows of the answer is its head
        await self._connection.tunnel(switch_bytes(reply.head, self.told), reply.body, connection, tunnel)

    async def send(self, head: bytes, body: Body, *, chunked: bool) -> None:
        """Send the answer, at the client's pace. Raises the body's `Refusal` when it breaks off on the way."""
        self.started = True
        await self._connection.send(head, body, chunked=chunked)
        self.sent = True
