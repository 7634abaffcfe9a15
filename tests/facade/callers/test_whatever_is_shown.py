"""Whatever anybody shows, a caller is known or is not: nothing that is sent before a signature raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from calls import request_of
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jws
from tokens import AUDIENCE, ISSUER, NOW, edwards, key, key_set, rsa, unsigned

from facade.callers.callers import Callers
from facade.callers.register import ALGORITHMS, Caller, Identity, IdentityKind, Issuer, Register
from facade.callers.signature import read_keys
from facade.callers.verifier import Why

KEYS = (key(), key("P-384", "two"), key("P-521", "three"), rsa(), edwards())
REGISTER = Register(
    callers=(
        Caller("courts", (Identity(IdentityKind.CERTIFICATE, b"CN=courts"), Identity(IdentityKind.SAN, b"DNS:courts"))),
        Caller("bailiffs", (Identity(IdentityKind.API_KEY, b"\0" * 32),)),
        Caller("portal", (Identity(IdentityKind.CLAIM, b"portal", "azp"),)),
        Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),)),
    ),
    issuers=(Issuer(ISSUER, (AUDIENCE,), read_keys(key_set(*KEYS))),),
)
FIELDS = (b"X-Client-Cert-Subject", b"X-Client-Cert-San", b"X-Api-Key", b"Authorization", b"X-Caller")

NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(json.dumps),
    st.builds("{}1{}".format, st.sampled_from(["", "-"]), st.sampled_from(["0" * 400, "0" * 5_000])),
    st.builds("{}e{}".format, st.integers(), st.integers(-5_000, 5_000)),
)
"""As they are written: most are more than a float, or a JSON reader, takes."""

DEEP = st.builds(lambda bracket, depth: bracket * depth, st.sampled_from(["[", '{"a":']), st.integers(1, 2_000))
VALUES = st.one_of(
    NUMBERS,
    DEEP,
    st.sampled_from(["null", "true", "false", "[]", "{}", '"\\ud800"', '["platform"]', f'["{AUDIENCE}",["a"]]']),
    st.text(max_size=20).map(json.dumps),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5).map(
        json.dumps
    ),
)


def written(known: dict[str, str]) -> st.SearchStrategy[bytes]:
    """A JSON object that is sound but for some members, which may be anything."""
    names = st.sampled_from(list(known)) | st.text(max_size=5)
    return st.dictionaries(names, VALUES, max_size=4).map(
        lambda said: ("{" + ",".join(f"{json.dumps(k)}:{v}" for k, v in {**known, **said}.items()) + "}").encode(
            errors="surrogatepass"
        )
    )


HEADERS = st.sampled_from([*ALGORITHMS, "none", "HS256"]).flatmap(
    lambda name: written({"alg": json.dumps(name), "kid": '"one"', "crit": "null"})
)
PAYLOADS = written(
    {"iss": json.dumps(ISSUER), "aud": json.dumps(AUDIENCE), "exp": str(NOW + 300), "nbf": "0", "azp": '"portal"'}
)


def callers() -> Callers:
    return Callers(REGISTER, ("sub", "azp"), lambda: NOW)


def bearer(token: bytes) -> Any:
    return request_of(b"GET", b"/", (b"Authorization", b"Bearer " + token)).head


@given(HEADERS, PAYLOADS, st.binary(max_size=600) | st.sampled_from([bytes(n) for n in (1, 64, 96, 132, 256)]))
@example(
    b'{"alg":"ES256","kid":"one"}', b'{"iss":"%b","aud":"platform","exp":1%b}' % (ISSUER.encode(), b"0" * 400), b"x"
)
def test_a_token_that_nobody_signed_is_not_believed(header: bytes, payload: bytes, signature: bytes) -> None:
    known, head = callers(), bearer(unsigned(header, payload, signature))
    assert isinstance(known.disbelief(head), Why)
    assert known.name(head, lambda: known.claims(head), trusted=True) is None


@given(
    HEADERS.filter(lambda header: b"HS256" not in header), PAYLOADS, st.sampled_from(["", "two", "three", "rsa", "ed"])
)
def test_a_token_whose_signature_names_each_key_is_not_believed(header: bytes, payload: bytes, kid: str) -> None:
    head = bearer(unsigned(header.replace(b'"one"', json.dumps(kid).encode() if kid else b"null"), payload, bytes(64)))
    assert isinstance(callers().disbelief(head), Why)


@given(PAYLOADS)
def test_whatever_an_issuer_signs_is_believed_or_not(payload: bytes) -> None:
    head = bearer(jws.serialize_compact({"alg": "ES256", "kid": "one"}, payload, key(), algorithms=["ES256"]).encode())
    known = callers()
    claims = known.claims(head)
    assert claims.keys() <= {"sub", "azp"}
    assert known.name(head, lambda: claims, trusted=True) in (None, b"portal")


@pytest.mark.parametrize("trusted", [True, False])
@given(fields=st.lists(st.tuples(st.sampled_from(FIELDS), st.binary(max_size=40)), max_size=4))
def test_whatever_stands_in_a_field_names_a_caller_or_nobody(
    fields: list[tuple[bytes, bytes]], *, trusted: bool
) -> None:
    known = callers()
    head = request_of(
        b"GET", b"/", *((name, value.replace(b"\r", b"").replace(b"\n", b"")) for name, value in fields)
    ).head
    found = known.name(head, lambda: known.claims(head), trusted=trusted)
    assert found is None or found in (b"courts", b"intake", b"bailiffs")
