"""A call that is asked about and was never made: received as the data plane receives one, and refused as it would be.

It is written as the message it would be, and read by the wire's own reader and by `routing.arrival`; so what is said of
a method, a target or a field that nobody may send is what a client would be told. `tests/facade/control/test_asked.py`
holds this reading and the data plane's against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from facade.problem import Refusal
from facade.routing import arrival
from facade.wire import client_certificate, refusals
from facade.wire.framing import request_framing
from facade.wire.headers import Sender
from facade.wire.limits import Forwarded, Limits
from facade.wire.message import RequestHead
from facade.wire.reader import RequestReader

LOCAL: Final = "127.0.0.1"
"""The address a call is taken to come from."""

NOBODY: Final = "facade.invalid"
"""The Host of a call that is asked about without one: every request has one, and nobody's is this (RFC 2606)."""

_AUTHORITY: Final = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_LINE_ENDS: Final = re.compile(r"[\r\n]")


class Unsendable(ValueError):  # noqa: N818 - what is wrong with the text, not with the program
    """A text that would end the line it stands in, and make another message of the request: `what; mend`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The call as it is put: `url` is a path with its query, or absolute; names of `headers` in any case."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    address: str = LOCAL


@dataclass(slots=True)
class Call:
    """The call as it is received. `path` is empty where it has several readings; `raw` is it as sent."""

    head: RequestHead
    sender: Sender
    host: str
    path: str
    raw: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.head.method.decode("ascii")


def one_line(text: str) -> str:
    """A text that may stand in a request. Raises `Unsendable`."""
    if _LINE_ENDS.search(text) is not None:
        raise Unsendable("holds the end of a line, which no request can carry; leave it out")
    return text


def received(asked: Asked, limits: Limits, forwarded: Forwarded, *, as_sent: bool) -> Call:
    """Receive the call, or raise the `Refusal` that it would get."""
    head = _read(asked, limits)
    length = request_framing(head)
    if length > limits.body:
        raise Refusal(refusals.BODY_TOO_LARGE)
    if head.method in arrival.REFUSED_METHODS:
        raise Refusal(refusals.METHOD_NOT_ALLOWED)
    host = arrival.host_of(head)
    arrival.check_host(host)
    sender = Sender(asked.address, secure=False, host=host, trusted=forwarded.trusts(asked.address))
    path, _ = arrival.read_target(head, host, as_sent=as_sent)
    arrival.check_way(head)
    if length:
        arrival.check_expectation(head)
    client_certificate.vouch(head, b"", trusted=sender.trusted)
    raw = head.target.partition(b"?")[0].decode("ascii")
    return Call(head, sender, arrival.host_name(host), path, raw)


def _read(asked: Asked, limits: Limits) -> RequestHead:
    read = RequestReader(limits).feed(message(asked))
    if read is None or read[1]:
        raise Refusal(refusals.MALFORMED)
    return read[0]


def message(asked: Asked) -> bytes:
    """The head of the call as it would be sent. Raises `Unsendable`."""
    lines = [f"{asked.method} {asked.url} HTTP/1.1", *(f"{name}: {value}" for name, value in asked.headers)]
    if not any(name.lower() == "host" for name, _ in asked.headers):
        authority = _AUTHORITY.match(asked.url)
        lines.insert(1, f"Host: {NOBODY if authority is None else authority[1]}")
    return "\r\n".join([*map(one_line, lines), "", ""]).encode(errors="surrogateescape")
