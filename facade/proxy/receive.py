"""A head off the wire becomes a request: one host, one path, one sender; or it is refused."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from facade.problem import Refusal
from facade.routing.path import normalise
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.exchange import Exchange
from facade.wire.headers import Sender, interim_bytes, passes
from facade.wire.limits import Forwarded
from facade.wire.message import HOST, HTTP_1_1, VIA, RequestHead

_HOSTS: Final = 4096
"""Hosts and peers whose reading is remembered: a platform has one or a few names."""

_MAX_PASSES: Final = 4
"""A request that has come through this many facades goes round in a circle (RFC 9110 section 7.6.3)."""

_HOST: Final = re.compile(
    r"(?P<name>(?:[A-Za-z0-9_~!$&'()*+,;=.-]|%[0-9A-Fa-f]{2})+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?"
)
"""RFC 3986 section 3.2.2 without userinfo."""

_ABSOLUTE: Final = re.compile(rb"[Hh][Tt][Tt][Pp][Ss]?://([^/?]*)(.*)")
"""Absolute-form (RFC 9112 section 3.2.2)."""

_REFUSED_METHODS: Final = frozenset({b"CONNECT", b"TRACE"})
"""A gateway opens no tunnels on demand, and shows nobody the fields a request arrived with (RFC 9110 section 9.3)."""


def receive(exchange: Exchange, forwarded: Forwarded) -> Request:
    """Read the request, or raise `Refusal` where it could be read in two ways."""
    head = exchange.head
    if head.method in _REFUSED_METHODS:
        raise Refusal(refusals.METHOD_NOT_ALLOWED)
    named = _host_field(head)
    if not head.target.startswith(b"/"):
        head.target = _origin_form(head.target, named)
    path, mark, query = head.target.partition(b"?")
    normal = normalise(path.decode("ascii"))
    if normal is None:
        raise Refusal(refusals.BAD_TARGET)
    if head.has(VIA) and passes(head) >= _MAX_PASSES:
        raise Refusal(refusals.LOOP)
    sender = Sender(exchange.peer, exchange.secure, named, _trusted(exchange.peer, forwarded))
    return Request(
        head, exchange.body, normal, mark + query, sender, lambda answer: exchange.interim(interim_bytes(answer))
    )


def host_name(request: Request) -> str:
    """The request's host as the route table knows it: lower case, without port; empty where there is none."""
    return _name(request.sender.host)


def _host_field(head: RequestHead) -> bytes:
    """Exactly one Host (RFC 9112 section 3.2); an HTTP/1.0 client may have none."""
    host = head.get(HOST)
    if host is None:
        if head.minor == HTTP_1_1:
            raise Refusal(refusals.BAD_HOST)
        return b""
    if not _name(host) or head.repeats(HOST):
        raise Refusal(refusals.BAD_HOST)
    return host


@lru_cache(maxsize=_HOSTS)
def _name(host: bytes) -> str:
    match = _HOST.fullmatch(host.decode("latin-1"))
    return match["name"].lower() if match is not None else ""


@lru_cache(maxsize=_HOSTS)
def _trusted(peer: str, forwarded: Forwarded) -> bool:
    return forwarded.trusts(peer)


def _origin_form(target: bytes, host: bytes) -> bytes:
    """Absolute-form becomes origin-form, if it names the same host: two readings are one too many."""
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        raise Refusal(refusals.BAD_TARGET)
    authority, rest = match.groups()
    if authority.lower() != host.lower():
        raise Refusal(refusals.BAD_HOST)
    return bytes(rest) if rest.startswith(b"/") else b"/" + rest
