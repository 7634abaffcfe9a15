"""Callers as an operator writes them: callers.yaml, beside facade.yaml. An API key's secret is filled in before."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Final

from pydantic import Field, WithJsonSchema

from facade.callers.callers import LONGEST_KEY
from facade.callers.register import ALGORITHMS, API_KEY_HEADER, LEEWAY, Identity, IdentityKind
from facade.config.block import Block, one_or_more
from facade.config.routes_file import FieldName
from facade.config.types import Name, Text, Unfit, parse_duration, reads, written_as
from facade.routing.template import MAX_NAME, MAX_VALUE

FILE: Final = "callers.yaml"

KEYS_SUFFIX: Final = "jwks.json"
"""How the files of issuers' keys end, which lie beside callers.yaml."""

HASHED: Final = "sha256:"
"""How the hash of an API key begins."""

SHORTEST_KEY: Final = 16
"""Characters of an API key: its hash may be seen, and what is shorter can be guessed from it."""

LONGEST_LEEWAY: Final = 300.0
"""Seconds: the few minutes that RFC 7519 section 4.1.4 speaks of. More is a clock to be mended."""

_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})")
_KEY: Final = re.compile(rf"[!-~]{{{SHORTEST_KEY},{LONGEST_KEY}}}")
_SUBJECT: Final = re.compile(r"(?!.*(?<!\\), )[A-Za-z0-9.]+=[!-~](?:[ -~]{0,1022}[!-~])?")
"""As RFC 4514 writes one, which has no space behind a comma that splits."""

_ALTERNATIVE: Final = re.compile(r"(?:DNS|IP|URI|email|RID):[!-+\--~]+")
_CLAIM: Final = re.compile(rf"([!-<>-~]{{1,{MAX_NAME}}})=(.{{1,{MAX_VALUE}}})")
_HEADER: Final = re.compile(rf"([!#$%&'*+.^_`|~0-9A-Za-z-]{{1,{MAX_NAME}}})=([!-~](?:[ -~]{{0,{MAX_VALUE}}}[!-~])?)")
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.jwks\.json|jwks\.json")


def parse_api_key(text: str) -> Identity:
    """The key itself, out of a secret, or `sha256:` and its hash."""
    hashed = _DIGEST.fullmatch(text)
    if hashed is not None:
        return Identity(IdentityKind.API_KEY, bytes.fromhex(hashed[1]))
    if text.startswith(HASHED):
        raise Unfit("is no SHA-256; write sha256: and 64 digits of 0-9 and a-f")
    if _KEY.fullmatch(text) is None:
        raise Unfit(f"is no API key; give the caller one of {SHORTEST_KEY} to {LONGEST_KEY} visible ASCII characters")
    return Identity(IdentityKind.API_KEY, hashlib.sha256(text.encode()).digest())


def parse_subject(text: str) -> Identity:
    """The subject of a certificate, as the facade tells it in X-Client-Cert-Subject (RFC 4514)."""
    if _SUBJECT.fullmatch(text) is None:
        raise Unfit(
            "is not a subject; write it as X-Client-Cert-Subject has it, without spaces behind its commas, such as "
            "CN=courts,O=Justice"
        )
    return Identity(IdentityKind.CERTIFICATE, text.encode())


def parse_alternative(text: str) -> Identity:
    """An alternative name of a certificate, as the facade tells it in X-Client-Cert-San."""
    if _ALTERNATIVE.fullmatch(text) is None:
        raise Unfit(
            "is not an alternative name; write it as X-Client-Cert-San has it, such as DNS:a.example or URI:spiffe://a/b"
        )
    return Identity(IdentityKind.SAN, text.encode())


def parse_claim(text: str) -> Identity:
    """A claim of a token, `NAME=VALUE`."""
    found = _CLAIM.fullmatch(text)
    if found is None:
        raise Unfit("is not a claim; write its name and its value, such as azp=portal")
    return Identity(IdentityKind.CLAIM, found[2].encode(), found[1])


def parse_header(text: str) -> Identity:
    """What a trusted peer says in a field, `NAME=VALUE`; the field's name in lower case."""
    found = _HEADER.fullmatch(text)
    if found is None:
        raise Unfit("is not a header field; write its name and its value, such as X-Caller=intake")
    return Identity(IdentityKind.HEADER, found[2].encode(), found[1].lower())


def is_of_keys(file: str) -> bool:
    """Whether a file of this name, beside callers.yaml, holds an issuer's keys."""
    return file.endswith(KEYS_SUFFIX)


def parse_keys_file(text: str) -> str:
    """The name of a file of keys."""
    if _FILE_NAME.fullmatch(text) is None:
        raise Unfit(
            f"is not the name of a file of keys; put one beside callers.yaml and write it, such as login.{KEYS_SUFFIX}"
        )
    return text


def parse_algorithm(text: str) -> str:
    if text not in ALGORITHMS:
        raise Unfit(f"is no signature that is verified; write one of {', '.join(ALGORITHMS)}")
    return text


def parse_leeway(text: str) -> float:
    """Seconds, a few minutes at most."""
    seconds = parse_duration(text)
    if seconds > LONGEST_LEEWAY:
        raise Unfit("is more than 5m; write less, and set the clocks")
    return seconds


ApiKey = Annotated[
    Identity,
    reads(parse_api_key),
    WithJsonSchema({"type": "string", "pattern": r"^sha256:[0-9a-f]{64}$|^\$\{", "examples": ["${env:BAILIFFS_KEY}"]}),
]
Subject = Annotated[
    Identity, reads(parse_subject), WithJsonSchema({"type": "string", "examples": ["CN=courts,O=Justice"]})
]
Alternative = Annotated[Identity, reads(parse_alternative), written_as(_ALTERNATIVE, "URI:spiffe://example/courts")]
Claim = Annotated[Identity, reads(parse_claim), WithJsonSchema({"type": "string", "examples": ["azp=portal"]})]
Header = Annotated[Identity, reads(parse_header), WithJsonSchema({"type": "string", "examples": ["X-Caller=intake"]})]
KeysFile = Annotated[str, reads(parse_keys_file), written_as(_FILE_NAME, f"login.{KEYS_SUFFIX}")]
Algorithm = Annotated[str, reads(parse_algorithm), WithJsonSchema({"enum": list(ALGORITHMS)})]
Leeway = Annotated[float, reads(parse_leeway), WithJsonSchema({"type": "string", "examples": ["30s"]})]


class IssuerBlock(Block):
    """Whose tokens are believed, for whom they must be, and the file with its public keys."""

    issuer: Text
    keys: KeysFile
    audience: Annotated[tuple[Text, ...], Field(min_length=1), one_or_more(Text)]
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1), one_or_more(Algorithm)] = tuple(ALGORITHMS)
    leeway: Leeway = LEEWAY


class CallerBlock(Block):
    """A caller, and what it shows: any one of these is enough."""

    name: Name
    certificate: Annotated[tuple[Subject, ...], one_or_more(Subject)] = ()
    san: Annotated[tuple[Alternative, ...], one_or_more(Alternative)] = ()
    api_key: Annotated[tuple[ApiKey, ...], one_or_more(ApiKey)] = ()
    claim: Annotated[tuple[Claim, ...], one_or_more(Claim)] = ()
    header: Annotated[tuple[Header, ...], one_or_more(Header)] = ()

    @property
    def identities(self) -> tuple[Identity, ...]:
        return (*self.certificate, *self.san, *self.api_key, *self.claim, *self.header)


class CallersFile(Block):
    """The whole of callers.yaml. Issuers and callers are read one by one, so that a mistake in one hides no other's."""

    tokens: list[IssuerBlock] = Field(default_factory=list)
    api_key_header: FieldName = API_KEY_HEADER
    callers: list[CallerBlock] = Field(default_factory=list)
