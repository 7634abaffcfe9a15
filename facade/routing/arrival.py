"""What a request's head says before any route is asked: its host, its path, how far it may go. Pure.

A call that is under way is judged here, and one that an operator only asks about: so both are refused for the same
reasons. Each function raises `Refusal` where the head could be read in two ways.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from facade.problem import Refusal
from facade.routing.path import normalise
from facade.wire import refusals
from facade.wire.headers import passes
from facade.wire.message import EXPECT, HOST, HTTP_1_1, MAX_FORWARDS, RequestHead

_HOSTS: Final = 4096
"""Hosts whose reading is remembered: a sidecar is called by few names."""

_MAX_PASSES: Final = 4
"""A request that has come through this many facades goes round in a circle (RFC 9110 section 7.6.3)."""

_LABEL: Final = r"[A-Za-z0-9_~!$&'()*+;=-]++"
_HOST: Final = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*+\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{0,5}})?")
"""RFC 3986 section 3.2.2 without userinfo, and without what makes another name of it to some: escapes, empty labels
(but the root's, a dot at the end) and commas, which divide the members of a list."""

_LONGEST_HOST: Final = 253 + len(":65535")
"""Bytes of a Host: a DNS name (RFC 1035 section 2.3.4) and a port. What is remembered by its Host must be small."""

EVERYTHING: Final = b"*"
"""The target that means the server as a whole, for OPTIONS alone (RFC 9112 section 3.2.4)."""

_FORWARDS: Final = re.compile(rb"[0-9]{1,9}")

_ABSOLUTE: Final = re.compile(rb"([Hh][Tt][Tt][Pp][Ss]?)://([^/?]*)(.*)")
"""Absolute-form (RFC 9112 section 3.2.2)."""

_PORT: Final = re.compile(rb":([0-9]*)\Z")
_DEFAULT_PORTS: Final = {b"http": b"80", b"https": b"443"}

REFUSED_METHODS: Final = frozenset({b"CONNECT", b"TRACE"})
"""A gateway opens no tunnels on demand, and shows nobody the fields a request arrived with (RFC 9110 section 9.3)."""


def host_of(head: RequestHead) -> bytes:
    """Exactly one Host (RFC 9112 section 3.2); an HTTP/1.0 client may have none, and name one in its target alone.

    Whether it is one is not asked.
    """
    host = head.get(HOST)
    if host is None and head.minor != HTTP_1_1:
        absolute = _ABSOLUTE.fullmatch(head.target)
        if absolute is None:
            return b""
        host = absolute[2]
    if not host or len(host) > _LONGEST_HOST or head.repeats(HOST):
        raise Refusal(refusals.BAD_HOST)
    return host


def check_host(host: bytes) -> None:
    """Refuse a Host that is none."""
    if host and _HOST.fullmatch(host.decode("latin-1")) is None:
        raise Refusal(refusals.BAD_HOST)


@lru_cache(maxsize=_HOSTS)
def host_name(host: bytes) -> str:
    """A Host field as the route table knows it: lower case, without port and root's dot; empty where there is none."""
    match = _HOST.fullmatch(host.decode("latin-1"))
    return match["name"].lower().removesuffix(".") if match is not None else ""


def read_target(head: RequestHead, host: bytes, *, as_sent: bool) -> tuple[str, bytes]:
    """The path in normal form, and the query with its `?`; the head's target is in origin-form afterwards.

    With `as_sent` the path may have several readings, and what is returned of it is then empty.
    """
    if not head.target.startswith(b"/"):
        head.target = _origin_form(head, host)
    path, mark, query = head.target.partition(b"?")
    normal = normalise(path.decode("ascii")) if path != EVERYTHING else "*"
    if normal is None:
        if not as_sent:
            raise Refusal(refusals.BAD_TARGET)
        normal = ""
    return normal, mark + query


def check_way(head: RequestHead) -> None:
    """Refuse what goes round in a circle."""
    if passes(head) >= _MAX_PASSES:
        raise Refusal(refusals.LOOP)


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


def check_expectation(head: RequestHead) -> None:
    """Only the target says whether it wants the body; an HTTP/1.0 client cannot ask (RFC 9110 section 10.1.1).

    To be asked of a request with a body: without one there is nothing to wait for.
    """
    if not head.has(EXPECT):
        return
    if head.minor != HTTP_1_1:
        head.drop(EXPECT)
    elif head.tokens(EXPECT) != [b"100-continue"]:
        raise Refusal(refusals.EXPECTATION)


def _origin_form(head: RequestHead, host: bytes) -> bytes:
    """Absolute-form becomes origin-form, if it names the same host: two readings are one too many.

    Where there is no Host, its own is it from now on (RFC 9112 section 3.2.2).
    """
    asks = head.method == b"OPTIONS"
    if asks and head.target == EVERYTHING:
        return EVERYTHING
    match = _ABSOLUTE.fullmatch(head.target)
    if match is None:
        raise Refusal(refusals.BAD_TARGET)
    scheme, authority, rest = match.groups()
    if not authority or not _is_same(authority, host, _DEFAULT_PORTS[scheme.lower()]):  # RFC 9110 section 4.2.1
        raise Refusal(refusals.BAD_HOST)
    if not head.has(HOST):
        head.begin_with(b"Host: " + authority)
    if asks and not rest:
        return EVERYTHING  # RFC 9112 section 3.2.4
    return bytes(rest) if rest.startswith(b"/") else b"/" + rest


def _is_same(authority: bytes, host: bytes, default: bytes) -> bool:
    """Whether both are one host and port; a scheme's default port may be left out (RFC 3986 section 3.2.3)."""
    return _with_port(authority, default) == _with_port(host, default)


def _with_port(authority: bytes, default: bytes) -> tuple[bytes, bytes]:
    match = _PORT.search(authority)
    name, port = (authority, b"") if match is None else (authority[: match.start()], match[1])
    return name.lower(), (port.lstrip(b"0") or b"0") if port else default
