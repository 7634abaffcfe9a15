"""A head off the wire becomes a request: one host, one path, one sender; or it is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from facade.problem import Refusal
from facade.routing.path import normalise
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.exchange import Exchange
from facade.wire.headers import Sender, passes
from facade.wire.limits import Forwarded
from facade.wire.message import HOST, HTTP_1_1, RequestHead

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

_ABSOLUTE: Final = re.compile(rb"[Hh][Tt][Tt][Pp][Ss]?://([^/?]*)(.*)")
"""Absolute-form (RFC 9112 section 3.2.2)."""

_REFUSED_METHODS: Final = frozenset({b"CONNECT", b"TRACE"})
"""A gateway opens no tunnels on demand, and shows nobody the fields a request arrived with (RFC 9110 section 9.3)."""

_NOT_SERVED: Final = replace(
    refusals.METHOD_NOT_ALLOWED,
    detail="This method is not served here.",
    allow=("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"),
)


def receive(exchange: Exchange, forwarded: Forwarded) -> Request:
    """Read the request, or raise `Refusal` where it could be read in two ways."""
    head = exchange.head
    if head.method in _REFUSED_METHODS:
        raise Refusal(_NOT_SERVED)
    sender = _sender(_host(head), exchange.peer, exchange.secure, forwarded)
    if not head.target.startswith(b"/"):
        head.target = _origin_form(head.target, sender.host)
    path, mark, query = head.target.partition(b"?")
    normal = normalise(path.decode("ascii"))
    if normal is None:
        raise Refusal(refusals.BAD_TARGET)
    if passes(head) >= _MAX_PASSES:
        raise Refusal(refusals.LOOP)
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


def _origin_form(target: bytes, host: bytes) -> bytes:
    """Absolute-form becomes origin-form, if it names the same host: two readings are one too many."""
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        raise Refusal(refusals.BAD_TARGET)
    authority, rest = match.groups()
    if authority.lower() != host.lower():
        raise Refusal(refusals.BAD_HOST)
    return bytes(rest) if rest.startswith(b"/") else b"/" + rest
