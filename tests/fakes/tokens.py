"""An issuer of tokens at hand: its keys, the file that an operator saves of them, and tokens of any claims."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any, Final

from joserfc import jwk, jws

ISSUER: Final = "https://login.example"
AUDIENCE: Final = "platform"
NOW: Final = 1_800_000_000.0
"""When the tests take place, as Unix time."""


@cache
def key(curve: str = "P-256", kid: str = "one") -> jwk.ECKey:
    return jwk.ECKey.generate_key(curve, {"kid": kid})


@cache
def rsa(bits: int = 2048, kid: str = "rsa") -> jwk.RSAKey:
    return jwk.RSAKey.generate_key(bits, {"kid": kid})


@cache
def edwards(kid: str = "ed") -> jwk.OKPKey:
    return jwk.OKPKey.generate_key("Ed25519", {"kid": kid})


def key_set(*keys: jwk.ECKey | jwk.RSAKey | jwk.OKPKey, **more: Any) -> bytes:
    """The public keys as a JWK Set; `more` is said of each."""
    return json.dumps({"keys": [{**each.as_dict(private=False), **more} for each in keys or (key(),)]}).encode()


def claims(**more: Any) -> dict[str, Any]:
    """Claims that are believed; one that is None is left out."""
    every = {"iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 300, "sub": "citizen-7", **more}
    return {name: value for name, value in every.items() if value is not None}


def token(
    signer: jwk.ECKey | jwk.RSAKey | jwk.OKPKey | jwk.OctKey | None = None,
    algorithm: str = "ES256",
    header: dict[str, Any] | None = None,
    **more: Any,
) -> bytes:
    """A token of these claims, signed as told; `header` is laid over its own."""
    by = signer or key()
    protected = {"alg": algorithm, "kid": by.kid, **(header or {})}
    said = {name: value for name, value in protected.items() if value is not None}
    payload = json.dumps(claims(**more)).encode()
    return jws.serialize_compact(said, payload, by, algorithms=[algorithm]).encode()


def unsigned(header: bytes, payload: bytes, signature: bytes = b"x") -> bytes:
    """What looks like a token, of any bytes."""
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, payload, signature))
