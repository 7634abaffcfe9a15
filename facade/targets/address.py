"""A target's own address in what it answers: recognised, and said as the caller knows it. Pure, bytes in, bytes out.

A reference names the target by the scheme, host and port of one of its endpoints: the host in any case and perhaps
with the root's dot, a default port spelt or left out, the scheme perhaps missing (`//host/...`, RFC 3986 section 4.2).
A user name before the host stays: whoever follows shows it to the platform, which passes it on. A target that reads its
own name in Host and the caller's scheme in `X-Forwarded-Proto` puts those two together, so that is its address too.
Another port or another subdomain is somebody else's, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from facade.targets.endpoints.origin import authority_of
from facade.targets.reversal import Reversal
from facade.wire.message import SET_COOKIE
from facade.wire.public import Origin
from facade.wire.references import Kind

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

LONGEST_MENTION: Final = 320
"""Bytes that a host with its port can take in a text: a name of 255 (RFC 1035 section 2.3.4), and room to spare."""

_SLASHES: Final = rb"[/\\]"
"""What stands before an authority. Browsers take a backslash for a slash, and any number for two, with a scheme before
it also one or none (URL Standard, section 4.4, "special authority ignore slashes state"), so an answer that they follow
to the target names it."""

_USER: Final = rb"(?:[^/\\?#]*@)?"
_BEFORE_USER: Final = re.compile(rb"(?:https?:)?[/\\]*+", re.IGNORECASE)

_BACKSLASH: Final = re.compile(rb"\A\\(?=[^/?#]*@)")
"""Ends an authority for browsers; others would read on to the host behind the `@`, and only one reading may be left."""

_PATH_END: Final = re.compile(rb"(?=[?#])")

_PORT: Final = re.compile(rb":[0-9]*\Z")

_NOT_BEFORE: Final = rb"(?![a-z0-9_@-]|\.[a-z0-9_]|:[0-9])"
"""What makes another host, another port or a user's name of what it follows; a full stop only ends a sentence."""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """One endpoint as it may call itself: `host` in lower case, IPv6 in its brackets; `port` if one is written."""

    scheme: str
    host: bytes
    port: int | None

    @classmethod
    def of(cls, url: str) -> _Endpoint:
        scheme = "https" if url.startswith("https:") else "http"
        parts = urlsplit(b"//" + authority_of(url))
        host = (parts.hostname or b"").removesuffix(b".")
        return cls(scheme, b"[%b]" % host if b":" in host else host, parts.port)

    def begins(self, told: str) -> list[bytes]:
        """Patterns of how a reference to it begins, by its own scheme and the one it is told. A group is the scheme."""
        own, authority = self.scheme.encode("ascii"), self.authority(self.scheme)
        begins = [rb"(?:(?:(%b:)%b*+|%b{2,}+)%b%b)" % (own, _SLASHES, _SLASHES, _USER, authority)]
        if told != self.scheme:
            begins += [rb"(?:(%b:)%b*+%b%b)" % (told.encode("ascii"), _SLASHES, _USER, self.authority(told))]
        return begins

    def authority(self, scheme: str) -> bytes:
        """A pattern of host and port; a scheme's default port, or its digits, may be left out (RFC 3986 3.2.3)."""
        default = DEFAULT_PORTS[scheme]
        number = self.port or default
        return re.escape(self.host) + rb"\.?" + (rb"(?::(?:0*%d)?)?" if number == default else rb":0*%d") % number


class Address:
    """The address of the target at `urls`. `reads_own_name` where that is in Host; `reversal` where its paths differ.

    Its patterns are made when they are first needed: a thousand routes may come with one reload.
    """

    def __init__(self, urls: Sequence[str], *, reads_own_name: bool, reversal: Reversal | None) -> None:
        self._endpoints = tuple(map(_Endpoint.of, urls))
        self._hosts = tuple({endpoint.host for endpoint in self._endpoints})
        self._reads_own_name = reads_own_name
        self._reversal = reversal

    def __repr__(self) -> str:
        hosts = b",".join(self._hosts).decode("ascii")
        return f"<Address {hosts} rewritten={self._reversal is not None}>"

    @cached_property
    def mention(self) -> re.Pattern[bytes]:
        r"""The address as it stands in a text in lower case, after any scheme; JSON may write `/` as `\/`.

        No longer than `LONGEST_MENTION`, what must not follow it included.
        """
        authorities = b"|".join(endpoint.authority(endpoint.scheme) for endpoint in self._endpoints)
        return re.compile(rb"/\\?/(?:%b)%b" % (authorities, _NOT_BEFORE))

    @cached_property
    def _named(self) -> Mapping[bytes, re.Pattern[bytes]]:
        """How a reference begins that names the target, by the scheme that the caller uses.

        What must follow is the beginning of a path, a query or a fragment, or nothing.
        """
        return {told.encode("ascii"): self._begins(told) for told in DEFAULT_PORTS}

    def _begins(self, told: str) -> re.Pattern[bytes]:
        begins = [
            begin
            for endpoint in self._endpoints
            for begin in endpoint.begins(told if self._reads_own_name else endpoint.scheme)
        ]
        return re.compile(rb"(?:%b)(?=[/?#\\]|\Z)" % b"|".join(begins), re.IGNORECASE)

    def shows_in(self, lowered: bytes) -> bool:
        """Whether fields, in lower case, may hold anything to change. This is all that most answers cost."""
        for host in self._hosts:
            if lowered.find(host) >= 0:
                return True
        return self._reversal is not None and lowered.find(SET_COOKIE) >= 0

    def change(self, kind: Kind, text: bytes, seen: Origin) -> bytes | None:
        """What stands for `text` in what the caller is sent, who sees the platform as `seen`; None: not even its line.

        An alternative service is one of the target's origin, whatever its port, and the platform's is another.
        """
        if kind is Kind.REFERENCE:
            return self._reference(text, seen)
        if kind is Kind.ALTERNATIVE:
            return None if _host(text.replace(b"\\", b"")) in self._hosts else text
        if kind is Kind.DOMAIN:
            return seen.name if _host(text) in self._hosts else text
        return text if self._reversal is None else self._reversal.scope(text)

    def _reference(self, text: bytes, seen: Origin) -> bytes:
        match = self._named[seen.scheme].match(text)
        if match is None:
            return text
        scheme = b"" if match.lastindex is None else seen.scheme + b":"
        before, at, _ = match[0].rpartition(b"@")
        user = _BEFORE_USER.sub(b"", before, count=1) + at
        return b"%b//%b%b%b" % (scheme, user, seen.host, self._reversed(_BACKSLASH.sub(b"/", text[match.end() :])))

    def _reversed(self, rest: bytes) -> bytes:
        if self._reversal is None:
            return rest
        path, *behind = _PATH_END.split(rest, maxsplit=1)
        path = path.replace(b"\\", b"/")  # as those read it for whom it names the target
        return b"".join([self._reversal.path(path), *behind])


def _host(authority: bytes) -> bytes:
    """In lower case, without its port and the root's dot."""
    return _PORT.sub(b"", authority.lower()).removesuffix(b".")
