"""What an operator wrote of callers, frozen: the ways in which each shows itself, and whose tokens are believed."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

API_KEY_HEADER: Final = "X-Api-Key"
"""The field in which API keys are looked for, unless the operator names another."""

UNKNOWN: Final = "unknown"
"""The name of everybody whom the register does not know. No caller of its has it."""

LEEWAY: Final = 30.0
"""Seconds by which the clocks of an issuer and of the facade may differ (RFC 7519 section 4.1.4)."""

_RSA_COST: Final = 100e-6
_SMALL_CURVE_COST: Final = 120e-6
_LARGE_CURVE_COST: Final = 600e-6

ALGORITHMS: Final[Mapping[str, float]] = MappingProxyType(
    {
        **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), _RSA_COST),
        **dict.fromkeys(("ES256", "EdDSA", "Ed25519"), _SMALL_CURVE_COST),
        **dict.fromkeys(("ES384", "ES512"), _LARGE_CURVE_COST),
    }
)
"""Signatures that are verified (RFC 7518 section 3.1, RFC 8037, RFC 9864): those whose keys here can sign nothing.

So a public key is never taken for a shared secret, and `none` is no signature (RFC 8725 section 3.1). Each with the
seconds that one verification took on one core, rounded up; of RSA with 4,096 bits.
"""


class IdentityKind(enum.StrEnum):
    """How a caller shows itself, in the order in which it is looked for: what is harder to forge comes first."""

    CERTIFICATE = "certificate"
    SAN = "san"
    API_KEY = "api_key"
    CLAIM = "claim"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Identity:
    """One thing that only this caller shows. `name` is a claim's or a field's; of an API key `value` is its SHA-256.

    The value is not in its repr: it may be somebody's.
    """

    kind: IdentityKind
    value: bytes
    name: str = ""

    def __repr__(self) -> str:
        return f"<Identity {self.kind} {self.name}".strip() + ">"


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that calls. Its name is a label of metrics and stands in log lines.

    `written` is what the file says of it, without what is filled in: it tells two definitions apart.
    """

    name: str
    identities: tuple[Identity, ...]
    written: str = field(default="", compare=False, repr=False)


class PublicKey(Protocol):
    """One key of an issuer. `kid` is its name, None where it has none; `algorithms` those that it can be used with.

    `written` is what was written of it, by which it is told from others.
    """

    @property
    def kid(self) -> str | None: ...

    @property
    def algorithms(self) -> frozenset[str]: ...

    @property
    def written(self) -> str: ...

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's of `signed`."""
        ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are believed: with this `iss`, one of these as `aud`, signed by one of these keys.

    `leeway` is in seconds.
    """

    issuer: str
    audience: tuple[str, ...]
    keys: tuple[PublicKey, ...]
    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    leeway: float = LEEWAY


@dataclass(frozen=True, slots=True)
class Register:
    """The whole of callers.yaml."""

    callers: tuple[Caller, ...] = ()
    issuers: tuple[Issuer, ...] = ()
    api_key_header: str = API_KEY_HEADER

    def identities(self) -> Iterator[tuple[str, Identity]]:
        """Every identity, with its caller's name."""
        for caller in self.callers:
            yield from ((caller.name, identity) for identity in caller.identities)
