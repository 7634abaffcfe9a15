"""An issuer's public keys, read from a JWK Set (RFC 7517 section 5), and whether a signature is one of theirs.

The only module that needs the extra `auth`, so it is imported where tokens are configured and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

MOST_KEYS: Final = 32
"""Keys of one issuer: the present one and the next for each algorithm, with some air."""

_FEWEST_BITS: Final = 2048
"""Of an RSA key (RFC 7518 section 3.3)."""

_MOST_BITS: Final = 4096
"""Of an RSA key. One of 4,096 bits takes 0.1 ms to verify with, and twice the bits four times that."""

_RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})

_FITTING: Final[Mapping[tuple[str, str], tuple[type[ECKey | OKPKey | RSAKey], frozenset[str]]]] = MappingProxyType(
    {
        ("RSA", ""): (RSAKey, _RSA),
        ("EC", "P-256"): (ECKey, frozenset({"ES256"})),
        ("EC", "P-384"): (ECKey, frozenset({"ES384"})),
        ("EC", "P-521"): (ECKey, frozenset({"ES512"})),
        ("OKP", "Ed25519"): (OKPKey, frozenset({"EdDSA", "Ed25519"})),
    }
)
"""Kind and curve of a key, and what can be signed with it (RFC 7518 section 3.1, RFC 8037 section 3.1)."""


@dataclass(frozen=True, slots=True)
class JwkKey:
    """A public key. Two are the same where what was written of them is."""

    kid: str | None
    algorithms: frozenset[str]
    written: str = field(repr=False)
    key: ECKey | OKPKey | RSAKey = field(repr=False, compare=False)

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's of `signed`; `algorithm` is one of its own."""
        return JWSRegistry.algorithms[algorithm].verify(signed, signature, self.key)


def read_keys(data: bytes) -> tuple[JwkKey, ...]:
    """The keys of a JWK Set that signatures are verified with; others in it are passed over.

    Raises ValueError, `predicate; mend`, for what is none, holds a secret, or leaves none to verify with.
    """
    keys = _listed(data)
    for written in keys:
        if written.get("kty") == "oct" or "d" in written:
            raise ValueError("holds a private or a shared key; export the public ones alone, and change that key")
    read = tuple(key for written in keys if (key := _read(written)) is not None)
    if not read:
        raise ValueError("holds no public key of RSA, P-256, P-384, P-521 or Ed25519; save the issuer's JWK Set here")
    kids = [key.kid for key in read if key.kid is not None]
    if len(set(kids)) < len(kids):
        raise ValueError("gives two keys one kid; keep one of them")
    return read


def _listed(data: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON; save the issuer's JWK Set here") from None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ValueError('is no JWK Set; save it as {"keys": [...]}, the answer at the issuer\'s jwks_uri')
    if len(keys) > MOST_KEYS:
        raise ValueError(f"holds more than {MOST_KEYS} keys; leave out those that sign no more")
    return keys


def _read(written: dict[str, Any]) -> JwkKey | None:
    """One key; None for one that signs nothing that is verified here."""
    kind, curve, kid, algorithm = (written.get(name) for name in ("kty", "crv", "kid", "alg"))
    fitting = _FITTING.get((str(kind), str(curve or "")))
    if fitting is None or written.get("use", "sig") != "sig":
        return None
    model, algorithms = fitting
    if algorithm is not None:
        algorithms &= {str(algorithm)}
    if not algorithms:
        return None
    if "n" in written and not _FEWEST_BITS <= _bits(written["n"]) <= _MOST_BITS:
        raise ValueError(
            f"holds an RSA key that has not {_FEWEST_BITS} to {_MOST_BITS} bits; have the issuer change it"
        )
    try:
        key = model.import_key({name: value for name, value in written.items() if name != "key_ops"})
        key.get_op_key("verify")
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"holds a key that cannot be read ({type(error).__name__}); save it anew") from None
    return JwkKey(None if kid is None else str(kid), algorithms, json.dumps(written, sort_keys=True), key)


def _bits(modulus: object) -> int:
    """How long a number in base64url is; none where it cannot be read."""
    try:
        return int.from_bytes(urlsafe_b64decode(str(modulus).encode())).bit_length()
    except ValueError:
        return 0
