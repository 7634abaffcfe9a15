"""Who a call's sender is: the first of its identities that the register knows, by `IdentityKind`'s order.

A certificate's subject and names are read from the fields that the wire itself wrote, or that a trusted peer sent
(`wire.client_certificate`): what anybody else says under their names never comes this far. A field that stands twice
shows nothing, because two readers could read two callers.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from facade.callers.register import UNKNOWN, IdentityKind, Register
from facade.callers.verifier import Claims, Verifier, Why
from facade.wire.message import RequestHead, name

Clock = Callable[[], float]

_AUTHORIZATION: Final = name("Authorization")
_SUBJECT: Final = name("X-Client-Cert-Subject")
_ALTERNATIVES: Final = name("X-Client-Cert-San")

_BEARER: Final = b"bearer "
"""What stands before a token (RFC 6750 section 2.1), in any case (RFC 9110 section 11.1)."""

LONGEST_KEY: Final = 1024
"""Bytes of an API key that is looked at: no such key is longer, and hashing one costs by its length."""

NO_CLAIMS: Final[Claims] = MappingProxyType({})


class Callers:
    """The callers of one configuration, and those claims of their tokens that are `wanted`. `clock` is Unix time."""

    def __init__(self, register: Register, wanted: Iterable[str], clock: Clock) -> None:
        asked = {identity.name for _, identity in register.identities() if identity.kind is IdentityKind.CLAIM}
        self._verifier = Verifier(register.issuers, asked.union(wanted)) if register.issuers else None
        self._clock = clock
        self._api_key = name(register.api_key_header)
        known = _by_kind(register)
        self._subjects = known[IdentityKind.CERTIFICATE].get("", {})
        self._alternatives = known[IdentityKind.SAN].get("", {})
        keys = known[IdentityKind.API_KEY].get("", {})
        self._keys = {digest: (digest, caller) for digest, caller in keys.items()}
        self._claims = known[IdentityKind.CLAIM]
        self._headers = [(name(field), values) for field, values in known[IdentityKind.HEADER].items()]
        self._count = len(register.callers)
        self._texts = {caller.name.encode(): caller.name for caller in register.callers}

    def __repr__(self) -> str:
        return f"<Callers {self._count} verifier={self._verifier}>"

    def claims(self, head: RequestHead) -> Claims:
        """The claims of the call's token, none where it shows none that is believed."""
        said = self._said(head)
        return NO_CLAIMS if said is None or isinstance(said, Why) else said

    def disbelief(self, head: RequestHead) -> Why | None:
        """Why the call's token is not believed; None where it is, or where none is looked at."""
        said = self._said(head)
        return said if isinstance(said, Why) else None

    def name(self, head: RequestHead, claims: Callable[[], Claims], *, trusted: bool) -> bytes | None:
        """The configured name of the call's sender, None for nobody known. `trusted` where its own word counts."""
        return (
            (self._subjects and self._by_certificate(head))
            or (self._alternatives and self._by_alternative(head))
            or (self._keys and self._by_api_key(head))
            or (self._claims and self._by_claim(claims()))
            or (trusted and self._by_header(head))
            or None
        )

    def told(self, head: RequestHead, claims: Callable[[], Claims], *, trusted: bool) -> str:
        """The same for a count: everybody who is not known is `UNKNOWN`. Without callers nothing is looked at."""
        if not self._count:
            return UNKNOWN
        name = self.name(head, claims, trusted=trusted)
        return UNKNOWN if name is None else self._texts[name]

    def _said(self, head: RequestHead) -> Claims | Why | None:
        if self._verifier is None:
            return None
        shown = head.only(_AUTHORIZATION)
        if shown is None or shown[: len(_BEARER)].lower() != _BEARER:
            return None
        return self._verifier.claims(shown[len(_BEARER) :].lstrip(b" "), self._clock())

    def _by_certificate(self, head: RequestHead) -> bytes | None:
        subject = head.only(_SUBJECT)
        return self._subjects.get(subject) if subject else None

    def _by_alternative(self, head: RequestHead) -> bytes | None:
        names = head.only(_ALTERNATIVES)
        return _first(self._alternatives, names.split(b", ")) if names else None

    def _by_api_key(self, head: RequestHead) -> bytes | None:
        """By the hash of what is shown. How long that takes tells nothing of a key: a dict compares no byte of a hash
        before the whole of its own, whose key is chance's (SipHash, PEP 456), and the last word takes constant time.
        """
        shown = head.only(self._api_key)
        if not shown or len(shown) > LONGEST_KEY:
            return None
        digest = hashlib.sha256(shown).digest()
        known = self._keys.get(digest)
        return known[1] if known is not None and hmac.compare_digest(known[0], digest) else None

    def _by_claim(self, claims: Claims) -> bytes | None:
        for claim, known in self._claims.items():
            found = _first(known, claims.get(claim, ()))
            if found is not None:
                return found
        return None

    def _by_header(self, head: RequestHead) -> bytes | None:
        for field, known in self._headers:
            shown = head.only(field)
            if shown and shown in known:
                return known[shown]
        return None


def _by_kind(register: Register) -> Mapping[IdentityKind, dict[str, dict[bytes, bytes]]]:
    """Callers' names by what they show, by the name of the claim or field, by kind."""
    known: dict[IdentityKind, dict[str, dict[bytes, bytes]]] = {kind: {} for kind in IdentityKind}
    for caller, identity in register.identities():
        known[identity.kind].setdefault(identity.name, {})[identity.value] = caller.encode()
    return known


def _first(known: Mapping[bytes, bytes], shown: Iterable[bytes]) -> bytes | None:
    return next((known[each] for each in shown if each in known), None)


NOBODY: Final = Callers(Register(), (), lambda: 0.0)
"""Of a configuration that knows no caller and believes no token."""
