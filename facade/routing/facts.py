"""What a canary's rules may read of a request: its cookies, fields, path parameters and the client's address. Pure.

A call that is under way is read here, and one that an operator only asks about: so both are told the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Protocol

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
    """The facts of one request, each read only when a rule asks for it."""

    __slots__ = ("_request",)

    def __init__(self, request: Carrier) -> None:
        self._request = request

    def key(self, key: Key) -> bytes | None:
        """The bytes of this key as sent, None where the request has none."""
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
                return _address(request.head, request.sender).encode("latin-1") or None
            case _:
                return None  # callers have no names here yet: nobody carries this key

    def header(self, name: str) -> str | None:
        """A field's first value, for a route's header conditions."""
        value = self._request.head.get(_field(name))
        return value.decode("latin-1") if value is not None else None


def _address(head: RequestHead, sender: Sender) -> str:
    return client_address(head, sender.address) if sender.trusted else sender.address


def _cookie(head: RequestHead, name: str) -> bytes | None:
    match = _pattern(name).search(b"; ".join(head.values(COOKIE)))
    return match[1].strip(b" \t") if match is not None else None


@lru_cache(maxsize=_NAMES)
def _field(text: str) -> Name:
    return name(text)


@lru_cache(maxsize=_NAMES)
def _pattern(name: str) -> re.Pattern[bytes]:
    """A cookie by its name (RFC 6265 section 4.2.1): the first of that name counts, as in most servers."""
    return re.compile(rb"(?:^|;)[ \t]*" + re.escape(name.encode("ascii")) + rb"=([^;]*)")
