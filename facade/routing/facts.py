"""What a canary's rules may read of a request: its cookies, fields, path parameters, the client's address, the claims
of its token and its caller's name. Pure, but for what `callers` remembers of tokens.

A call that is under way is read here, and one that an operator only asks about: so both are told the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol

from facade.callers.callers import NOBODY, Callers
from facade.callers.register import UNKNOWN
from facade.callers.verifier import Claims, Why
from facade.routing.network import spelt
from facade.routing.route import Key, KeyKind
from facade.wire.headers import Sender, client_address
from facade.wire.message import COOKIE, Name, RequestHead, name

_NAMES: Final = 1024
"""Names of cookies and fields whose pattern is remembered: more than any table names."""


class Carrier(Protocol):
    """What the facts are read from: a request, once its route is found."""

    head: RequestHead
    sender: Sender
    parameters: Mapping[str, str]


class RequestFacts:
    """The facts of one request, each read only when a rule asks for it. `callers` says whom the configuration knows."""

    __slots__ = ("_caller", "_callers", "_claims", "_request")

    def __init__(self, request: Carrier, callers: Callers = NOBODY) -> None:
        self._request = request
        self._callers = callers
        self._claims: Claims | None = None
        self._caller: str | None = None

    def key(self, key: Key) -> bytes | None:
        """The bytes of this key as sent, None where the request has none, or a claim that has several values."""
        request = self._request
        match key.kind:
            case KeyKind.COOKIE:
                return _cookie(request.head, key.name)
            case KeyKind.HEADER:
                return request.head.get(_field(key.name))
            case KeyKind.PATH:
                value = request.parameters.get(key.name)
                return value.encode("ascii") if value is not None else None
            case KeyKind.ADDRESS:
                return self.address().encode("latin-1") or None
            case KeyKind.CLAIM:
                values = self.claims().get(key.name, ())
                return values[0] if len(values) == 1 else None
            case KeyKind.CALLER:
                name = self.caller()
                return None if name == UNKNOWN else name.encode("ascii")

    def values(self, key: Key) -> Sequence[bytes]:
        """All that the request has of this key: a claim may have several values, anything else has one or none."""
        if key.kind is KeyKind.CLAIM:
            return self.claims().get(key.name, ())
        value = self.key(key)
        return () if value is None else (value,)

    def claims(self) -> Claims:
        """The claims of the request's token, none where it has none that is believed."""
        if self._claims is None:
            self._claims = self._callers.claims(self._request.head)
        return self._claims

    def caller(self) -> str:
        """The configured name of the call's sender, or that of everybody who is not known."""
        if self._caller is None:
            request = self._request
            self._caller = self._callers.told(request.head, self.claims, trusted=request.sender.trusted)
        return self._caller

    def address(self) -> str:
        """The client's address, in its usual spelling."""
        request = self._request
        return spelt(_address(request.head, request.sender).encode("latin-1")).decode("latin-1")

    def disbelief(self) -> Why | None:
        """Why the request's token is not believed; None where it is, or where there is none to believe."""
        return self._callers.disbelief(self._request.head)

    def header(self, name: str) -> Sequence[str]:
        """A field's values, one a line, for a route's header conditions; by a name with `_` those of all its twins."""
        head = self._request.head
        if "_" in name:
            spans = [line.span(1) for line in _twins(name).finditer(head.lowered)]
            return [head.block[start:end].strip(b" \t").decode("latin-1") for start, end in spans]
        return [value.decode("latin-1") for value in head.values(_field(name))]


def _address(head: RequestHead, sender: Sender) -> str:
    return client_address(head, sender.address) if sender.trusted else sender.address


def _cookie(head: RequestHead, name: str) -> bytes | None:
    match = _pattern(name).search(b"; ".join(head.values(COOKIE)))
    return match[1].strip(b" \t") if match is not None else None


@lru_cache(maxsize=_NAMES)
def _field(text: str) -> Name:
    return name(text)


@lru_cache(maxsize=_NAMES)
def _twins(name: str) -> re.Pattern[bytes]:
    """The lines of every field whose name has `_` for at least one `-` of this one."""
    spelt = re.escape(name.replace("_", "-")).replace(r"\-", "[-_]")
    return re.compile(rb"\r\n(?=[^:\r]*_)%b:([^\r]*)" % spelt.encode("ascii"))


@lru_cache(maxsize=_NAMES)
def _pattern(name: str) -> re.Pattern[bytes]:
    """A cookie by its name (RFC 6265 section 4.2.1): the first of that name counts, as in most servers."""
    return re.compile(rb"(?:^|;)[ \t]*" + re.escape(name.encode("ascii")) + rb"=([^;]*)")
