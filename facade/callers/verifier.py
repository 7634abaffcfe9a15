"""Which tokens are believed. One that was is known again by its hash, so that its later calls cost microseconds.

The law of this file: nobody makes the facade work for nothing. A signature is only verified for a token that is in
time, from an issuer that is named and for one of its audiences, once, with the one key that fits; that takes 0.03 to
0.6 ms. One that is forged is remembered too, and once `MOST_IN_VAIN` of a second went on such, no further token is
verified until the next. Tokens that are believed count towards nothing.

Of a token only the claims that rules ask for are kept, by its SHA-256, until it expires.
"""

from __future__ import annotations

import enum
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from facade.callers.register import ALGORITHMS, Issuer, PublicKey
from facade.callers.token import LONGEST, Token, claims, parse

Claims = Mapping[str, tuple[bytes, ...]]
"""The values of each claim that rules ask for."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""What is remembered of believed tokens: 10,000 of 1 KiB. The one that was not seen for longest goes first."""

MOST_IN_VAIN: Final = 0.1
"""The part of each second that may go on forged tokens: 830 with ES256, 1,000 with RS256, 166 with ES512."""

REMEMBERED_FORGED: Final = 4_096
"""Forged tokens that are known again: a client that is set up badly sends one, again and again."""

_ENTRY: Final = 512
"""Bytes that an entry costs beside its claims, which are no longer than the token."""


class Why(enum.StrEnum):
    """Why a token is not believed, as `facade explain` says it."""

    FORM = f"it is no signed token with an end and an audience, or has more than {LONGEST} bytes"
    ISSUER = "callers.yaml does not name its issuer"
    AUDIENCE = "it is for another audience"
    EARLY = "it does not hold yet"
    EXPIRED = "it has expired"
    KEY = "none of its issuer's keys, or several, can have signed it"
    SIGNATURE = "its signature is forged, or of a key that the issuer's file has no more"
    BUSY = "too many forged tokens came within this second"


class _Believed(NamedTuple):
    claims: Claims
    until: float
    size: int


class Verifier:
    """Believes the tokens of these issuers and keeps the claims named in `wanted`."""

    def __init__(self, issuers: Iterable[Issuer], wanted: Iterable[str]) -> None:
        self._issuers = {each.issuer: each for each in issuers}
        self._wanted = frozenset(wanted)
        self._believed: OrderedDict[bytes, _Believed] = OrderedDict()
        self._size = 0
        self._forged: OrderedDict[bytes, None] = OrderedDict()
        self._second = 0
        self._in_vain = 0.0

    def __repr__(self) -> str:
        return f"<Verifier issuers={len(self._issuers)} believed={len(self._believed)} forged={len(self._forged)}>"

    def claims(self, token: bytes, now: float) -> Claims | Why:
        """What a token says, if it is believed at `now` (Unix time, seconds)."""
        if len(token) > LONGEST:
            return Why.FORM
        digest = hashlib.sha256(token).digest()
        known = self._believed.get(digest)
        if known is not None:
            return self._again(digest, known, now)
        if digest in self._forged:
            self._forged.move_to_end(digest)
            return Why.SIGNATURE
        return self._verify(token, digest, now)

    def _again(self, digest: bytes, known: _Believed, now: float) -> Claims | Why:
        if now < known.until:
            self._believed.move_to_end(digest)
            return known.claims
        self._forget(digest)
        return Why.EXPIRED

    def _verify(self, token: bytes, digest: bytes, now: float) -> Claims | Why:
        said = parse(token)
        issuer = None if said is None else self._issuers.get(said.issuer)
        if said is None or issuer is None:
            return Why.FORM if said is None else Why.ISSUER
        why = _out_of_place(said, issuer, now)
        if why is not None:
            return why
        key = _key(said, issuer)
        if key is None:
            return Why.KEY
        if not self._may_verify(now):
            return Why.BUSY
        if not key.verifies(said.algorithm, said.signed, said.signature):
            self._in_vain += ALGORITHMS[said.algorithm]
            self._remember_forged(digest)
            return Why.SIGNATURE
        believed = _Believed(claims(said.payload, self._wanted), said.expires + issuer.leeway, _ENTRY + len(token))
        self._remember(digest, believed)
        return believed.claims

    def _may_verify(self, now: float) -> bool:
        if int(now) != self._second:
            self._second, self._in_vain = int(now), 0.0
        return self._in_vain < MOST_IN_VAIN

    def _remember(self, digest: bytes, believed: _Believed) -> None:
        self._believed[digest] = believed
        self._size += believed.size
        while self._size > MOST_BYTES:
            self._forget(next(iter(self._believed)))

    def _forget(self, digest: bytes) -> None:
        self._size -= self._believed.pop(digest).size

    def _remember_forged(self, digest: bytes) -> None:
        self._forged[digest] = None
        if len(self._forged) > REMEMBERED_FORGED:
            self._forged.popitem(last=False)


def _out_of_place(said: Token, issuer: Issuer, now: float) -> Why | None:
    """Why a token is not for here and now (RFC 7519 sections 4.1.3 to 4.1.5), whoever signed it."""
    if not set(said.audience) & set(issuer.audience):
        return Why.AUDIENCE
    if now >= said.expires + issuer.leeway:
        return Why.EXPIRED
    return Why.EARLY if now < said.begins - issuer.leeway else None


def _key(said: Token, issuer: Issuer) -> PublicKey | None:
    """The one key that can have signed it: by its kid where it names one, else by its algorithm alone."""
    if said.algorithm not in issuer.algorithms:
        return None
    fitting = [key for key in issuer.keys if said.algorithm in key.algorithms and _is_named(said.kid, key.kid)]
    return fitting[0] if len(fitting) == 1 else None


def _is_named(said: str | None, kid: str | None) -> bool:
    return said is None or kid is None or said == kid
