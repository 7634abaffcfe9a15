"""Which calls are copied, and what a copy asks: the same of the other side, marked, and without who is calling.

A call is copied that changes nothing and whose answer stands for itself: GET or HEAD, without a body, without a range
or a condition (its answer would depend on what the caller has), and no copy itself.
"""

from __future__ import annotations

import re
from typing import Final

from facade.proxy.shadow.seen import Room, Seen
from facade.routing.stage import Side
from facade.targets.request import Request
from facade.targets.served import Served
from facade.targets.target import Target
from facade.telemetry.spans import CallSpan, TargetSpan
from facade.wire.body import Body
from facade.wire.headers import Sender
from facade.wire.message import HTTP_1_1, X_FACADE_SHADOW, RequestHead, ResponseHead
from facade.wire.reply import Reply

_METHODS: Final = frozenset({b"GET", b"HEAD"})

_RANGE, _CONDITION, _EXPECTATION = b"\r\nrange:", b"\r\nif-", b"\r\nexpect:"

_CREDENTIAL: Final = re.compile(
    rb"(?:^|-)(?:authorization|cookie2?|api-?key|auth|credentials?|jwt|secret|token)(?:-|$)"
)
"""Names of fields that show who a caller is: those of HTTP, and what others are called by."""

_ITSELF: Final = 2048
"""Bytes that a copy takes beside heads and body: the call, its path and parameters, some ten objects."""

_FORMS: Final = 2
"""A head keeps its block as sent and in lower case."""

NONE: Final = ResponseHead(0, b"", HTTP_1_1, b"")
"""The head of an answer that has not come yet."""

_NOTHING: Final = Body.whole(b"")


class Copy:
    """One call whose answer is compared: with that of the other side or, where it is for `noise`, of its own again.

    `side` is who answered the caller: `status`, `head` and what was `seen` of the body; `span` is the call's,
    where it has one.
    """

    __slots__ = ("head", "noise", "request", "seen", "served", "side", "span", "taken_at", "target")

    def __init__(
        self, served: Served, side: Side, request: Request, target: Target, room: Room, *, noise: bool
    ) -> None:
        self.served = served
        self.side = side
        self.request = request
        self.target = target
        self.noise = noise
        self.seen = Seen(room)
        self.head = NONE
        self.taken_at = 0.0
        self.span: CallSpan | None = None

    def __repr__(self) -> str:
        return f"<Copy {self.served.route.name} of {self.side} noise={self.noise}>"

    def watch(self, reply: Reply) -> None:
        """See the live answer pass."""
        self.head = reply.head
        self.seen.hold(_ITSELF + _FORMS * (len(self.request.head.block) + len(reply.head.block)))
        reply.body.watch(self.seen)

    @property
    def is_whole(self) -> bool:
        """Whether the live answer passed, and can be compared."""
        return self.head is not NONE and self.seen.whole


def changes_nothing(request: Request) -> bool:
    """Whether the call may be made twice: GET or HEAD, without a body."""
    return request.head.method in _METHODS and request.body.length == 0


def stands_for_itself(request: Request) -> bool:
    """Whether its answer can be compared: it does not depend on what the caller has, and it is no copy's itself."""
    head = request.head
    fields = head.lowered
    return (
        _CONDITION not in fields
        and _RANGE not in fields
        and _EXPECTATION not in fields
        and not (request.sender.trusted and head.has(X_FACADE_SHADOW))
        and not (head.options and b"upgrade" in head.options)
    )


def question(copy: Copy, until: float) -> Request:
    """What is asked of the other side, until that moment of the loop's clock."""
    live, sender = copy.request, copy.request.sender
    head = RequestHead(live.head.method, live.head.target, live.head.minor, live.head.block)
    shadow = copy.served.route.shadow
    if not copy.noise and shadow is not None and not shadow.credentials:
        lines = [line for line in head.lines() if not _is_credential(line, shadow.api_key_header)]
        head = RequestHead(head.method, head.target, head.minor, b"".join([b"\r\n" + line for line in lines]))
    mark = b"noise" if copy.noise else b"shadow"
    marked = Sender(
        sender.address, secure=sender.secure, host=sender.host, trusted=sender.trusted, minor=sender.minor, mark=mark
    )
    asked = Request(head, _NOTHING, live.path, live.query, marked, _ignore)
    asked.parameters = live.parameters
    asked.until = until
    asked.trace_id = live.trace_id
    asked.traceparent = live.traceparent
    return asked


def asks(copy: Copy, request: Request) -> TargetSpan | None:
    """A span for the copy's question, which then says so itself; None while no spans are made."""
    if copy.span is None:
        return None
    side = copy.side if copy.noise else Side.LEGACY if copy.side is Side.PLATFORM else Side.PLATFORM
    span = copy.span.asks(copy.target.name, side, shadow="noise" if copy.noise else "shadow")
    request.traceparent, request.tracestate = span.header, span.state
    return span


def _is_credential(line: bytes, api_key_header: str) -> bool:
    name = line.partition(b":")[0].lower()
    return name == api_key_header.encode() or _CREDENTIAL.search(name.replace(b"_", b"-")) is not None


def _ignore(head: ResponseHead) -> None:
    """Nobody waits for a 1xx."""
