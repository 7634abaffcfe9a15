"""What a gateway changes in a message's fields, and nothing else. Pure; each rule cites its section.

A request that passes loses its hop-by-hop fields (RFC 9110 section 7.6.1), gets `Via` (7.6.3), `X-Forwarded-For`,
`-Proto` and `-Host` and `Forwarded` (RFC 7239), and `traceparent` where it has none. Every other field goes on as it
came: order, case, repeats and bytes. An answer loses its hop-by-hop fields and gains nothing.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import Final, NamedTuple

from facade.wire.message import (
    CONNECTION,
    VIA,
    X_FORWARDED_FOR,
    X_FORWARDED_HOST,
    X_FORWARDED_PROTO,
    Head,
    RequestHead,
    ResponseHead,
)

PSEUDONYM: Final = b"1.1 facade"
"""How the facade signs `Via`: the version it received, and the name it goes by."""

_HOP_BY_HOP: Final = frozenset("connection keep-alive proxy-connection te transfer-encoding upgrade http2-settings".split())
"""RFC 9110 section 7.6.1. Transfer-Encoding is written anew, by what is sent."""

_FORWARDING: Final = frozenset(
    "x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port x-real-ip forwarded".split()
)
"""What says who the client is. Only a trusted peer's are believed (RFC 7239 section 8.1)."""

_TRACE: Final = frozenset({"traceparent", "tracestate"})

_NOT_NOMINABLE: Final = frozenset(
    name.encode("ascii")
    for name in _FORWARDING
    | _TRACE
    | frozenset(
        "host via content-length content-type content-encoding cookie authorization date set-cookie location "
        "cache-control expect x-request-id".split()
    )
)
"""Fields that `Connection` may not take away: a client could strip what routing, identity and framing stand on."""

_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_SENDERS: Final = 4096
"""Senders whose lines are kept ready: the clients of one sidecar are few (a proxy, an application) or many and brief."""


def _lines_of(names: frozenset[str]) -> re.Pattern[bytes]:
    """Matches, in a lower-case block, every line of the fields named. `_` stands for `-` too where the facade writes
    the field itself: many servers read both as one name (RFC 9110 section 17.10)."""
    spelt = (name.replace("-", "[-_]") if name in _FORWARDING else re.escape(name) for name in sorted(names))
    return re.compile(rb"\r\n(?:" + "|".join(spelt).encode("ascii") + rb"):[^\r]*")


def _twins_of(names: frozenset[str]) -> str:
    """Only the spellings with at least one `_`: those of a trusted peer that still must go."""
    found = []
    for name in sorted(names):
        parts = name.split("-")
        for joins in itertools.product("-_", repeat=len(parts) - 1):
            if "_" in joins:
                found.append(parts[0] + "".join(map("".join, zip(joins, parts[1:], strict=True))))
    return "|".join(map(re.escape, found))


_ANSWER_CUT: Final = _lines_of(_HOP_BY_HOP)
_TRUSTED_CUT: Final = re.compile(
    rb"\r\n(?:" + "|".join([*map(re.escape, sorted(_HOP_BY_HOP)), _twins_of(_FORWARDING)]).encode("ascii") + rb"):[^\r]*"
)
_STRANGER_CUT: Final = _lines_of(_HOP_BY_HOP | _FORWARDING)
_HOST_CUT: Final = _lines_of(frozenset({"host"}))
_TRACE_CUT: Final = _lines_of(_TRACE)


class Sender(NamedTuple):
    """Who sent a request, as the next one is told: `address` of the socket, whether it came by TLS, and its Host.

    `trusted` when the peer's own forwarding fields are believed. A named tuple: one is made for each request.
    """

    address: str
    secure: bool
    host: bytes
    trusted: bool


def request_bytes(
    head: RequestHead, target: bytes, host: bytes | None, sender: Sender, traceparent: bytes | None, *, chunked: bool
) -> bytes:
    """The head that goes to a target. `host` and `traceparent` take the place of what was sent, where they are given."""
    block = _end_to_end(head, _TRUSTED_CUT if sender.trusted else _STRANGER_CUT)
    own = _added_lines(head, sender) if sender.trusted else _own_lines(sender)
    if traceparent is not None:
        block = _cut(block, _TRACE_CUT) + b"\r\ntraceparent: %b" % traceparent
    if host is not None:
        block = b"\r\nHost: %b%b" % (host, _cut(block, _HOST_CUT))
    if chunked:
        block += b"\r\nTransfer-Encoding: chunked"
    return b"%b %b HTTP/1.1%b%b" % (head.method, target, block, own)


def response_bytes(head: ResponseHead, *, chunked: bool, http_1_1: bool, close: bool) -> bytes:
    """The head that goes to the client. What was not sent is not added, but for framing and `Connection`."""
    block = _end_to_end(head, _ANSWER_CUT)
    if chunked:
        block += b"\r\nTransfer-Encoding: chunked"
    if close:
        block += b"\r\nConnection: close"
    elif not http_1_1:
        block += b"\r\nConnection: keep-alive"
    return b"HTTP/1.1 %d %b%b\r\n\r\n" % (head.status, head.reason, block)


def interim_bytes(head: ResponseHead) -> bytes:
    """A 1xx head, passed on (RFC 9110 section 15.2)."""
    return response_bytes(head, chunked=False, http_1_1=True, close=False)


def client_address(head: RequestHead, peer: str) -> str:
    """The client as a trusted peer names it: the last member of X-Forwarded-For, or the peer itself."""
    named = head.tokens(X_FORWARDED_FOR)
    return named[-1].decode("latin-1") if named else peer


def passes(head: RequestHead) -> int:
    """How often the request has passed a facade, by `Via` (RFC 9110 section 7.6.3)."""
    return b",".join(head.values(VIA)).count(PSEUDONYM) if head.has(VIA) else 0


def _end_to_end(head: Head, cut: re.Pattern[bytes]) -> bytes:
    """The head's block without the lines that `cut` matches, nor those that `Connection` names."""
    if cut.search(head.lowered) is None:
        return head.block
    return _cut(_without_nominated(head) if head.has(CONNECTION) else head.block, cut)


def _cut(block: bytes, cut: re.Pattern[bytes]) -> bytes:
    kept, at = [], 0
    for match in cut.finditer(block.lower()):
        kept.append(block[at : match.start()])
        at = match.end()
    kept.append(block[at:])
    return b"".join(kept)


def _without_nominated(head: Head) -> bytes:
    """The block without the fields that `Connection` names (RFC 9110 section 7.6.1), as far as it may name them."""
    nominated = [name for name in head.tokens(CONNECTION) if name not in _NOT_NOMINABLE and _TOKEN.fullmatch(name)]
    if nominated in ([b"close"], [b"keep-alive"]):
        return head.block
    return b"".join(
        [b"\r\n" + line for line in head.lines() if line.partition(b":")[0].lower() not in nominated]
    )


@lru_cache(maxsize=_SENDERS)
def _own_lines(sender: Sender) -> bytes:
    """The facade's own lines, in place of all that a stranger sent, with the empty line that ends the head."""
    address, proto = sender.address.encode("ascii"), b"https" if sender.secure else b"http"
    return (
        b"\r\nX-Forwarded-For: %b\r\nX-Forwarded-Proto: %b\r\nX-Forwarded-Host: %b\r\nForwarded: %b\r\nVia: %b\r\n\r\n"
    ) % (address, proto, sender.host, _element(sender), PSEUDONYM)


def _added_lines(head: RequestHead, sender: Sender) -> bytes:
    """A trusted peer's fields stand; ours go behind them as further members of the same lists."""
    lines = [b"\r\nX-Forwarded-For: %b" % sender.address.encode("ascii")]
    if not head.has(X_FORWARDED_PROTO):
        lines.append(b"\r\nX-Forwarded-Proto: %b" % (b"https" if sender.secure else b"http"))
    if not head.has(X_FORWARDED_HOST):
        lines.append(b"\r\nX-Forwarded-Host: %b" % sender.host)
    lines.append(b"\r\nForwarded: %b\r\nVia: %b\r\n\r\n" % (_element(sender), PSEUDONYM))
    return b"".join(lines)


def _element(sender: Sender) -> bytes:
    """One member of `Forwarded` (RFC 7239 section 4): an IPv6 address is bracketed and quoted, so is a host with port."""
    address = sender.address.encode("ascii")
    node = b'"[%b]"' % address if b":" in address else address or b"unknown"
    host = sender.host if _TOKEN.fullmatch(sender.host) else b'"%b"' % sender.host
    return b"for=%b;host=%b;proto=%b" % (node, host, b"https" if sender.secure else b"http")
