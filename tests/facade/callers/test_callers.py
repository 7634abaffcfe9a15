"""Who sends a call."""

from __future__ import annotations

import hashlib

import pytest
from calls import request_of
from tokens import AUDIENCE, ISSUER, NOW, key_set, token

from facade.callers.callers import LONGEST_KEY, NOBODY, Callers
from facade.callers.register import Caller, Identity, IdentityKind, Issuer, Register
from facade.callers.signature import read_keys
from facade.callers.verifier import Why
from facade.wire.message import Field

KEY = b"a-key-of-the-bailiffs"
REGISTER = Register(
    callers=(
        Caller("courts", (Identity(IdentityKind.CERTIFICATE, b"CN=courts,O=Justice"),)),
        Caller("mesh", (Identity(IdentityKind.SAN, b"URI:spiffe://a/b"), Identity(IdentityKind.SAN, b"DNS:mesh"))),
        Caller("bailiffs", (Identity(IdentityKind.API_KEY, hashlib.sha256(KEY).digest()),)),
        Caller("portal", (Identity(IdentityKind.CLAIM, b"portal", "azp"), Identity(IdentityKind.CLAIM, b"a", "aud"))),
        Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),)),
    ),
    issuers=(Issuer(ISSUER, (AUDIENCE, "a"), read_keys(key_set())),),
)
BEARER = (b"Authorization", b"Bearer " + token(azp="portal"))
SUBJECT = (b"X-Client-Cert-Subject", b"CN=courts,O=Justice")
SAN = (b"X-Client-Cert-San", b"DNS:a.example, URI:spiffe://a/b")
API_KEY = (b"X-Api-Key", KEY)
HEADER = (b"X-Caller", b"intake")


def name_of(*fields: Field, register: Register = REGISTER, trusted: bool = False) -> bytes | None:
    callers = Callers(register, (), lambda: NOW)
    head = request_of(b"GET", b"/", *fields).head
    return callers.name(head, lambda: callers.claims(head), trusted=trusted)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ([], None),
        ([SUBJECT], b"courts"),
        ([(b"X-Client-Cert-Subject", b"CN=courts")], None),
        ([SUBJECT, SUBJECT], None),
        ([SAN], b"mesh"),
        ([(b"X-Client-Cert-San", b"DNS:mesh")], b"mesh"),
        ([(b"X-Client-Cert-San", b"DNS:mesh2")], None),
        ([SAN, SAN], None),
        ([API_KEY], b"bailiffs"),
        ([(b"x-api-key", KEY)], b"bailiffs"),
        ([(b"X-Api-Key", KEY + b"x")], None),
        ([(b"X-Api-Key", hashlib.sha256(KEY).hexdigest().encode())], None),
        ([(b"X-Api-Key", b"k" * (LONGEST_KEY + 1))], None),
        ([API_KEY, API_KEY], None),
        ([BEARER], b"portal"),
        ([(b"Authorization", b"bEARER  " + token(aud=["a", "b"]))], b"portal"),
        ([(b"Authorization", token(azp="portal"))], None),
        ([(b"Authorization", b"Basic " + token(azp="portal"))], None),
        ([(b"Authorization", b"Bearer ")], None),
        ([(b"Authorization", b"Bearer " + token(azp="other"))], None),
        ([(b"Authorization", b"Bearer " + token(azp="portal", exp=1))], None),
        ([BEARER, BEARER], None),
        ([HEADER], None),
    ],
)
def test_a_caller_is_known_by_what_it_shows_exactly_once(fields: list[Field], name: bytes | None) -> None:
    assert name_of(*fields) == name


def test_a_field_counts_only_from_a_trusted_peer() -> None:
    assert name_of(HEADER, trusted=True) == b"intake"
    assert name_of(HEADER, HEADER, trusted=True) is None
    assert name_of((b"X-Caller", b"other"), trusted=True) is None


def test_of_several_identities_the_one_that_is_hardest_to_forge_counts() -> None:
    every = [SUBJECT, SAN, API_KEY, BEARER, HEADER]
    names = [b"courts", b"mesh", b"bailiffs", b"portal", b"intake"]
    for first, name in enumerate(names):
        assert name_of(*reversed(every[first:]), trusted=True) == name


def test_an_identity_that_is_unknown_leaves_the_next_one_to_say() -> None:
    assert name_of((b"X-Client-Cert-Subject", b"CN=stranger"), API_KEY) == b"bailiffs"


def test_the_field_of_api_keys_has_the_name_that_it_is_given() -> None:
    elsewhere = Register(REGISTER.callers, (), "x-consumer")
    assert name_of((b"X-Consumer", KEY), register=elsewhere) == b"bailiffs"
    assert name_of(API_KEY, register=elsewhere) is None


def test_the_claims_of_a_call_are_those_that_somebody_asks_for() -> None:
    head = request_of(b"GET", b"/", (b"Authorization", b"Bearer " + token(azp="portal", email="x@example"))).head
    callers = Callers(REGISTER, ("sub",), lambda: NOW)
    assert callers.claims(head) == {"azp": (b"portal",), "aud": (AUDIENCE.encode(),), "sub": (b"citizen-7",)}
    assert callers.disbelief(head) is None


def test_why_a_token_is_not_believed_can_be_asked() -> None:
    callers = Callers(REGISTER, (), lambda: NOW + 3600)
    assert callers.disbelief(request_of(b"GET", b"/", BEARER).head) is Why.EXPIRED
    assert callers.disbelief(request_of(b"GET", b"/").head) is None
    assert callers.claims(request_of(b"GET", b"/", BEARER).head) == {}


def test_a_configuration_without_callers_knows_nobody_and_reads_no_token() -> None:
    head = request_of(b"GET", b"/", SUBJECT, SAN, API_KEY, BEARER, HEADER).head
    assert NOBODY.name(head, lambda: NOBODY.claims(head), trusted=True) is None
    assert NOBODY.claims(head) == {}
    assert NOBODY.disbelief(head) is None


def test_nothing_that_a_caller_shows_is_shown() -> None:
    assert repr(Callers(REGISTER, (), lambda: NOW)) == "<Callers 5 verifier=<Verifier issuers=1 believed=0 forged=0>>"
