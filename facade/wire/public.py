"""The platform's own address as the caller of one request sees it. Pure.

Scheme and host are the connection's and the Host field's, or a trusted peer's: the last member of `X-Forwarded-Proto`
and `X-Forwarded-Host`, because what stands before it the peer itself was told by strangers.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from facade.wire.headers import Sender
from facade.wire.message import X_FORWARDED_HOST, X_FORWARDED_PROTO, Name, RequestHead

_HOST: Final = re.compile(rb"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""Narrower than RFC 3986 section 3.2.2: no byte that would mean something else in a link or a cookie."""


class Origin(NamedTuple):
    """`scheme` is `http` or `https`, `host` the authority as the caller wrote it, `name` the same without its port."""

    scheme: bytes
    host: bytes
    name: bytes


def public_origin(head: RequestHead, sender: Sender) -> Origin | None:
    """Where the caller thinks it is; None where it has not said so (HTTP/1.0), or in no way that can be repeated."""
    scheme = b"https" if sender.secure else b"http"
    host = sender.host
    if sender.trusted:
        told = _last(head, X_FORWARDED_PROTO).lower()
        scheme = told if told in (b"http", b"https") else scheme
        host = _last(head, X_FORWARDED_HOST) or host
    match = _HOST.fullmatch(host)
    return None if match is None else Origin(scheme, host, match[1])


def _last(head: RequestHead, name: Name) -> bytes:
    """The last member of a list field over all its lines, empty where there is none (RFC 9110 section 5.6.1)."""
    return b",".join(head.values(name)).rpartition(b",")[2].strip(b" \t")
