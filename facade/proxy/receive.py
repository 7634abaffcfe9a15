"""A head off the wire becomes a request: one host, one path, one sender; or it is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from facade.problem import Refusal
from facade.routing.path import normalise
from facade.targets.own import METHODS
from facade.targets.request import Request
from facade.wire import client_certificate, refusals
from facade.wire.exchange import Exchange
from facade.wire.headers import Sender, passes
from facade.wire.limits import Forwarded
from facade.wire.message import EXPECT, HOST, HTTP_1_1, MAX_FORWARDS, RequestHead

_SENDERS: Final = 4096
"""Senders and hosts whose reading is remembered: a sidecar's clients are few (a proxy, an application) or brief."""

_MAX_PASSES: Final = 4
"""A request that has come through this many facades goes round in a circle (RFC 9110 section 7.6.3)."""

_HOST: Final = re.compile(
    r"(?P<name>(?:[A-Za-z0-9_~!$&'()*+,;=.-]|%[0-9A-Fa-f]{2})+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?"
)
"""RFC 3986 section 3.2.2 without userinfo."""

_LONGEST_HOST: Final = 253 + len(":65535")
"""Bytes of a Host: a DNS name (RFC 1035 section 2.3.4) and a port. What is remembered by its Host must be small."""

EVERYTHING: Final = b"*"
"""The target that means the server as a whole, for OPTIONS alone (RFC 9112 section 3.2.4)."""

_FORWARDS: Final = re.compile(rb"[0-9]{1,9}")

_ABSOLUTE: Final = re.compile(rb"[Hh][Tt][Tt][Pp][Ss]?://([^/?]*)(.*)")
"""Absolute-form (RFC 9112 section 3.2.2)."""

_REFUSED_METHODS: Final = frozenset({b"CONNECT", b"TRACE"})
"""A gateway opens no tunnels on demand, and shows nobody the fields a request arrived with (RFC 9110 section 9.3)."""

_NOT_SERVED: Final = replace(
    refusals.METHOD_NOT_ALLOWED,
    detail="This method is not served here.",
    allow=METHODS,
)


def receive(exchange: Exchange, forwarded: Forwarded, *, as_sent: bool = False) -> Request:
    """Read the request, or raise `Refusal` where it could be read in two ways.

    Its path may have several readings where somebody takes it `as_sent`; the request's own is then empty.
    """
    head = exchange.head
    if head.method in _REFUSED_METHODS:
        raise Refusal(_NOT_SERVED)
    sender = _sender(_host(head), exchange.peer, exchange.secure, forwarded)
    if not head.target.startswith(b"/"):
        head.target = _origin_form(head, sender.host)
    path, mark, query = head.target.partition(b"?")
    normal = normalise(path.decode("ascii")) if path != EVERYTHING else "*"
    if normal is None:
        if not as_sent:
            raise Refusal(refusals.BAD_TARGET)
        normal = ""
    if passes(head) >= _MAX_PASSES:
        raise Refusal(refusals.LOOP)
    if exchange.body.length and head.has(EXPECT):  # without a body there is nothing to wait for
        _expect(head)
    certificate = exchange.certificate
    if certificate or client_certificate.MARK in head.lowered:
        client_certificate.vouch(head, certificate, trusted=sender.trusted)
    return Request(head, exchange.body, normal, mark + query, sender, exchange.interim)


def _host(head: RequestHead) -> bytes:
    """Exactly one Host (RFC 9112 section 3.2); an HTTP/1.0 client may have none."""
    host = head.get(HOST)
    if host is None and head.minor != HTTP_1_1:
        return b""
    if not host or len(host) > _LONGEST_HOST or head.repeats(HOST):
        raise Refusal(refusals.BAD_HOST)
    return host


@lru_cache(maxsize=_SENDERS)
def _sender(host: bytes, peer: str, secure: bool, forwarded: Forwarded) -> Sender:
    if host and _HOST.fullmatch(host.decode("latin-1")) is None:
        raise Refusal(refusals.BAD_HOST)
    return Sender(peer, secure=secure, host=host, trusted=forwarded.trusts(peer))


@lru_cache(maxsize=_SENDERS)
def host_name(host: bytes) -> str:
    """A Host field as the route table knows it: lower case, without port; empty where there is none."""
    match = _HOST.fullmatch(host.decode("latin-1"))
    return match["name"].lower() if match is not None else ""


def ends_here(head: RequestHead) -> bool:
    """Whether OPTIONS are about the facade itself: asked of `*`, or not to be forwarded any further.

    What goes on may be forwarded once less from here (RFC 9110 section 7.6.2).
    """
    if head.target == EVERYTHING:
        return True
    if not head.has(MAX_FORWARDS):
        return False
    left = head.only(MAX_FORWARDS)
    if left is None or _FORWARDS.fullmatch(left) is None:
        raise Refusal(refusals.MALFORMED)
    head.replace(MAX_FORWARDS, b"Max-Forwards: %d" % max(0, int(left) - 1))
    return int(left) == 0


def _expect(head: RequestHead) -> None:
    """Only the target says whether it wants the body; an HTTP/1.0 client cannot ask (RFC 9110 section 10.1.1)."""
    if head.minor != HTTP_1_1:
        head.replace(EXPECT)
    elif head.tokens(EXPECT) != [b"100-continue"]:
        raise Refusal(refusals.EXPECTATION)


def _origin_form(head: RequestHead, host: bytes) -> bytes:
    """Absolute-form becomes origin-form, if it names the same host: two readings are one too many."""
    asks = head.method == b"OPTIONS"
    if asks and head.target == EVERYTHING:
        return EVERYTHING
    match = _ABSOLUTE.fullmatch(head.target)
    if match is None:
        raise Refusal(refusals.BAD_TARGET)
    authority, rest = match.groups()
    if authority.lower() != host.lower():
        raise Refusal(refusals.BAD_HOST)
    if asks and not rest:
        return EVERYTHING  # RFC 9112 section 3.2.4
    return bytes(rest) if rest.startswith(b"/") else b"/" + rest
