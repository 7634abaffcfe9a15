"""A call that is asked about and was never made: its host, its path and its keys, read as the data plane reads them.

Pure. `tests/facade/control/test_asked.py` holds both readings against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from facade.routing.path import normalise
from facade.routing.route import Key, KeyKind

LOCAL: Final = "127.0.0.1"
"""The address a call is taken to come from."""

_ABSOLUTE: Final = re.compile(r"https?://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
"""Absolute-form (RFC 9112 section 3.2.2)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The call as it is put: `url` is a path with its query, or absolute; names of `headers` in any case."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    address: str = LOCAL


class Call:
    """The call as it is read. `path` is None where it is none, or could be read as another one; `raw` is it as sent."""

    def __init__(self, asked: Asked) -> None:
        self.method = asked.method
        self.address = asked.address
        self._fields: dict[str, str] = {}
        for name, value in asked.headers:
            self._add(name.lower(), value)
        authority, target = _split(asked.url)
        self.raw = target.partition("?")[0]
        self.path = normalise(self.raw)
        self.host = hostname(self._fields.get("host", "") if authority is None else authority)

    def _add(self, name: str, value: str) -> None:
        """The first field of a name counts; cookies are joined (RFC 9113 section 8.2.3)."""
        if name == "cookie" and name in self._fields:
            self._fields[name] += f"; {value}"
        else:
            self._fields.setdefault(name, value)

    def header(self, name: str) -> str | None:
        """A header field by its lower-case name."""
        return self._fields.get(name)


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """What the call carries for a decision; `parameters` are those of the route's template."""

    call: Call
    parameters: Mapping[str, str]

    def key(self, key: Key) -> bytes | None:
        """The bytes of this key as sent. A `caller` is somebody verified, which a call that was not made never is."""
        value = self._value(key)
        return None if value is None else value.encode()

    def _value(self, key: Key) -> str | None:
        match key.kind:
            case KeyKind.COOKIE:
                return cookie(self.call.header("cookie") or "", key.name)
            case KeyKind.HEADER:
                return self.call.header(key.name.lower())
            case KeyKind.PATH:
                return self.parameters.get(key.name)
            case KeyKind.ADDRESS:
                return self.call.address
            case KeyKind.CALLER:
                return None


def cookie(header: str, name: str) -> str | None:
    """The first cookie of this name in a Cookie field (RFC 6265 section 4.2.1).

    >>> cookie("a=1; session=u7", "session")
    'u7'
    """
    for pair in header.split(";"):
        found, equals, value = pair.strip(" \t").partition("=")
        if equals and found == name:
            return value
    return None


def hostname(host: str) -> str:
    """A host as the route table knows it: lower case, without port, an IPv6 address in its brackets."""
    lower = host.lower()
    return lower[: lower.find("]") + 1] if lower.startswith("[") else lower.partition(":")[0]


def _split(url: str) -> tuple[str | None, str]:
    """The authority of an absolute URL and the rest; a path as it is."""
    absolute = _ABSOLUTE.fullmatch(url)
    if absolute is None:
        return None, url
    authority, rest = absolute.groups()
    return authority, rest if rest.startswith("/") else f"/{rest}"
