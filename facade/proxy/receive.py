"""A head off the wire becomes a request: one host, one path, one sender; or it is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from facade.problem import Refusal
from facade.routing.arrival import REFUSED_METHODS, check_expectation, check_host, check_way, host_of, read_target
from facade.targets.own import METHODS
from facade.targets.request import Request
from facade.wire import client_certificate, refusals
from facade.wire.exchange import Exchange
from facade.wire.headers import Sender
from facade.wire.limits import Forwarded

_SENDERS: Final = 4096
"""Senders whose reading is remembered: a sidecar's clients are few (a proxy, an application) or brief."""

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
    if head.method in REFUSED_METHODS:
        raise Refusal(_NOT_SERVED)
    sender = _sender(host_of(head), exchange.peer, exchange.secure, head.minor, forwarded)
    path, query = read_target(head, sender.host, as_sent=as_sent)
    check_way(head)
    if exchange.body.length:
        check_expectation(head)
    certificate = exchange.certificate
    if certificate or client_certificate.MARK in head.lowered:
        client_certificate.vouch(head, certificate, trusted=sender.trusted)
    return Request(head, exchange.body, path, query, sender, exchange.interim)


@lru_cache(maxsize=_SENDERS)
def _sender(host: bytes, peer: str, secure: bool, minor: int, forwarded: Forwarded) -> Sender:
    check_host(host)
    return Sender(peer, secure=secure, host=host, trusted=forwarded.trusts(peer), minor=minor)
