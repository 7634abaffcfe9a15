"""A token taken apart: a JSON Web Token in compact form (RFC 7519, RFC 7515 section 7.1), in nothing believed yet.

The law of this file: what anybody may send costs little. A token is bounded before it is read, of its header and its
payload only what decides is read, and whatever is not exactly one signed token is none.
"""

from __future__ import annotations

import base64
import re
from typing import Final, NamedTuple

import msgspec

LONGEST: Final = 8 * 1024
"""Bytes of a token: what common servers read in one line, and four times a person's who is in many groups."""

LATEST: Final = float(2**53)
"""Seconds of Unix time: up to here a float is exact (RFC 7493 section 2.2), and nobody's token holds for so long."""

_COMPACT: Final = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class _Header(msgspec.Struct):
    """The JOSE header (RFC 7515 section 4.1). `crit` names what must be understood, and nothing of that kind is."""

    alg: str
    kid: str | None = None
    crit: list[str] | None = None


class _Payload(msgspec.Struct):
    """The registered claims that decide (RFC 7519 section 4.1); the times are Unix time in seconds."""

    iss: str
    exp: int | float
    aud: str | list[str]
    nbf: int | float | None = None


class Token(NamedTuple):
    """What a token says of itself. `expires` and `begins` are Unix time; `signature` is that of `signed`."""

    algorithm: str
    kid: str | None
    issuer: str
    audience: tuple[str, ...]
    expires: float
    begins: float
    payload: bytes
    signed: bytes
    signature: bytes


def parse(token: bytes) -> Token | None:
    """Take a token apart; None for what is none, has no end, is for nobody or asks for what is not understood."""
    found = _COMPACT.fullmatch(token) if len(token) <= LONGEST else None
    if found is None:
        return None
    try:
        header = _HEADER.decode(_decoded(found[1]))
        payload = _decoded(found[2])
        said = _PAYLOAD.decode(payload)
        signature = _decoded(found[3])
    except (ValueError, RecursionError):
        return None  # no base64url, no JSON, JSON of another form, or JSON of thousands of brackets
    begins = 0.0 if said.nbf is None else said.nbf
    if header.crit is not None or not (0 <= said.exp <= LATEST and 0 <= begins <= LATEST):
        return None  # RFC 7515 section 4.1.11; and a time that cannot be reckoned with is none
    return Token(
        algorithm=header.alg,
        kid=header.kid,
        issuer=said.iss,
        audience=(said.aud,) if isinstance(said.aud, str) else tuple(said.aud),
        expires=float(said.exp),
        begins=float(begins),
        payload=payload,
        signed=token[: found.end(2)],
        signature=signature,
    )


def claims(payload: bytes, names: frozenset[str]) -> dict[str, tuple[bytes, ...]]:
    """The claims of these names that a rule can ask for, each as its values: a list has as many as members."""
    try:
        said = _CLAIMS.decode(payload)
    except (ValueError, RecursionError):
        return {}  # an issuer signed what cannot be read whole
    return {name: values for name in names & said.keys() if (values := _values(said[name]))}


def _values(written: msgspec.Raw) -> tuple[bytes, ...]:
    try:
        claim: object = msgspec.json.decode(written)
    except (ValueError, RecursionError):
        return ()  # half a character, a number of thousands of digits, thousands of brackets
    members = claim if isinstance(claim, list) else [claim]
    return tuple(value for each in members if (value := _text(each)) is not None)


def _text(claim: object) -> bytes | None:
    """A text, a whole number or a truth, as a rule writes it; of other things there is no one spelling."""
    if isinstance(claim, bool):
        return b"true" if claim else b"false"
    return str(claim).encode(errors="replace") if isinstance(claim, str | int) else None


def _decoded(segment: bytes) -> bytes:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


_HEADER: Final = msgspec.json.Decoder(_Header)
_PAYLOAD: Final = msgspec.json.Decoder(_Payload)
_CLAIMS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
