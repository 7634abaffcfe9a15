"""A request as a target gets it: received, matched, and with everything that is known of where it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from facade.wire.body import Body
from facade.wire.headers import Sender
from facade.wire.message import RequestHead, ResponseHead


class Request:
    """One received request.

    `path` is in normal form, empty where it has several readings; `query` is as sent, with its `?` or empty;
    `parameters` are those of the route's template, percent-encoded as sent. `until` is the moment of the loop's clock,
    in seconds, at which the whole call ends. `traceparent` is None where the caller's own is passed on; where it
    is not, `tracestate` goes with it. `interim`
    passes a 1xx head to the caller.
    """

    __slots__ = (
        "body",
        "head",
        "interim",
        "parameters",
        "path",
        "query",
        "sender",
        "trace_id",
        "traceparent",
        "tracestate",
        "until",
    )

    def __init__(
        self,
        head: RequestHead,
        body: Body,
        path: str,
        query: bytes,
        sender: Sender,
        interim: Callable[[ResponseHead], None],
    ) -> None:
        self.head = head
        self.body = body
        self.path = path
        self.query = query
        self.sender = sender
        self.interim = interim
        self.parameters: Mapping[str, str] = {}
        self.until = 0.0
        self.trace_id = ""
        self.traceparent: bytes | None = None
        self.tracestate = b""

    def __repr__(self) -> str:
        return f"<Request {self.head!r} until={self.until:.3f}>"
