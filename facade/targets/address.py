"""A target's own address in what it answers: recognised, and said as the caller knows it. Pure, bytes in, bytes out.

A reference names the target by its configured scheme, host and port: the host in any case, a default port spelt or left
out, the scheme perhaps missing (`//host/...`, RFC 3986 section 4.2). A target that reads its own name in Host and the
caller's scheme in `X-Forwarded-Proto` puts those two together, so that is its address too. Another port, another
subdomain, a user name before the host: those are somebody else's, and stay.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from facade.targets.ways_back import WaysBack
from facade.wire.public import Origin
from facade.wire.references import Kind

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

LONGEST_MENTION: Final = 320
"""Bytes that a host with its port can take in a text: a name of 255 (RFC 1035 section 2.3.4), and room to spare."""

_PATH: Final = re.compile(rb"[^?#]*")

_NOT_BEFORE: Final = rb"(?![a-z0-9_@-]|\.[a-z0-9_]|:[0-9])"
"""What makes another host, another port or a user's name of what it follows; a full stop only ends a sentence."""


class Address:
    """The address in `url`, an origin. `reads_own_name` where the target is sent it in Host; `ways` if paths differ."""

    __slots__ = ("_named", "_ways", "host")

    def __init__(self, url: str, *, reads_own_name: bool, ways: WaysBack | None) -> None:
        parts = urlsplit(url)
        self.host = _host(url)
        self._named = {
            scheme: _origin(parts.scheme, scheme if reads_own_name else parts.scheme, self.host, parts.port)
            for scheme in DEFAULT_PORTS
        }
        self._ways = ways

    def __repr__(self) -> str:
        return f"<Address {self.host.decode('ascii')} rewritten={self._ways is not None}>"

    def shows_in(self, lowered: bytes) -> bool:
        """Whether fields, in lower case, may hold anything to change. This is all that most answers cost."""
        return self.host in lowered or (self._ways is not None and b"\r\nset-cookie:" in lowered)

    def change(self, kind: Kind, text: bytes, seen: Origin) -> bytes:
        """What stands for `text` in what the caller is sent, who sees the platform as `seen`."""
        if kind is Kind.REFERENCE:
            return self._reference(text, seen)
        if kind is Kind.DOMAIN:
            return seen.name if text.lower() == self.host else text
        return text if self._ways is None else self._ways.scope(text)

    def _reference(self, text: bytes, seen: Origin) -> bytes:
        match = self._named[seen.scheme.decode("ascii")].match(text)
        if match is None:
            return text
        scheme = b"" if match.lastindex is None else seen.scheme + b":"
        return b"%b//%b%b" % (scheme, seen.host, self._back(text[match.end() :]))

    def _back(self, rest: bytes) -> bytes:
        if self._ways is None:
            return rest
        path = _PATH.match(rest)
        end = path.end() if path is not None else 0
        return self._ways.path(rest[:end]) + rest[end:]


def mentions(url: str) -> re.Pattern[bytes]:
    r"""The address in `url` as it stands in a text in lower case, after any scheme; JSON may write `/` as `\/`.

    No longer than `LONGEST_MENTION`, what must not follow it included.
    """
    parts = urlsplit(url)
    return re.compile(rb"/\\?/" + _authority(_host(url), parts.port, parts.scheme) + _NOT_BEFORE)


def _host(url: str) -> bytes:
    """The host of an origin in lower case, that of IPv6 in its brackets."""
    name = urlsplit(url).hostname or ""
    return (f"[{name}]" if ":" in name else name).encode("ascii")


def _origin(scheme: str, told: str, host: bytes, port: int | None) -> re.Pattern[bytes]:
    """How a reference begins that names the origin by its `scheme`, or by the one it is `told` it has.

    What must follow is the beginning of a path, a query or a fragment, or nothing. A group matches if a scheme does.
    """
    spellings = [rb"(%b:)?//%b" % (scheme.encode("ascii"), _authority(host, port, scheme))]
    if told != scheme:
        spellings.append(rb"(%b:)//%b" % (told.encode("ascii"), _authority(host, port, told)))
    return re.compile(rb"(?:%b)(?=[/?#]|\Z)" % b"|".join(spellings), re.IGNORECASE)


def _authority(host: bytes, port: int | None, scheme: str) -> bytes:
    """A pattern of host and port. The scheme's default port may be left out, and so may its digits (RFC 3986 3.2.3)."""
    number = port or DEFAULT_PORTS[scheme]
    pattern = rb"(?::(?:0*%d)?)?" if number == DEFAULT_PORTS[scheme] else rb":0*%d"
    return re.escape(host) + pattern % number
