"""An issuer's file of keys: what can be verified with it, and what an operator is told that is wrong with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk
from tokens import edwards, key, key_set, rsa, token

from facade.callers.register import ALGORITHMS
from facade.callers.signature import MOST_KEYS, read_keys
from facade.callers.token import parse


@pytest.mark.parametrize(
    ("signer", "algorithm"),
    [
        *((rsa(), name) for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        (key("P-256"), "ES256"),
        (key("P-384"), "ES384"),
        (key("P-521"), "ES512"),
        (edwards(), "Ed25519"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_signature_is_its_keys_and_no_others(signer: jwk.Key, algorithm: str) -> None:
    said = parse(token(signer, algorithm))
    (public,) = read_keys(key_set(signer))
    assert said is not None
    assert algorithm in public.algorithms <= frozenset(ALGORITHMS)
    assert public.verifies(algorithm, said.signed, said.signature)
    assert not public.verifies(algorithm, said.signed + b"x", said.signature)
    assert not public.verifies(algorithm, said.signed, said.signature[:-1] + bytes([said.signature[-1] ^ 1]))


@pytest.mark.parametrize(
    ("signer", "algorithm"), [(rsa(), "RS256"), (rsa(), "PS256"), (key(), "ES256"), (edwards(), "EdDSA")]
)
@given(st.binary(max_size=600))
def test_any_other_bytes_are_no_signature(signer: jwk.Key, algorithm: str, signature: bytes) -> None:
    (public,) = read_keys(key_set(signer))
    assert not public.verifies(algorithm, b"signed", signature)


def test_keys_that_verify_nothing_here_are_passed_over() -> None:
    others = [
        {**rsa(kid="enc").as_dict(private=False), "use": "enc"},
        {**rsa(kid="oaep").as_dict(private=False), "alg": "RSA-OAEP"},
        {**jwk.ECKey.generate_key("secp256k1").as_dict(private=False)},
        {**jwk.OKPKey.generate_key("X25519").as_dict(private=False)},
        {"kty": "new"},
    ]
    document = {"keys": [*others, {**key().as_dict(private=False), "use": "sig", "key_ops": ["verify"]}], "more": 1}
    (public,) = read_keys(json.dumps(document).encode())
    assert (public.kid, public.algorithms) == ("one", {"ES256"})


def test_a_key_is_used_as_its_file_says() -> None:
    (public,) = read_keys(key_set(rsa(), alg="PS384"))
    assert public.algorithms == {"PS384"}


def test_two_readings_of_a_file_are_the_same_and_of_two_files_are_not() -> None:
    assert read_keys(key_set()) == read_keys(key_set())
    assert read_keys(key_set()) != read_keys(key_set(jwk.ECKey.generate_key("P-256", {"kid": "one"})))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is not JSON; save the issuer's JWK Set here"),
        (b"[" * 100_000, "is not JSON; save the issuer's JWK Set here"),
        (b"[]", "is no JWK Set; save it as"),
        (b'{"keys": {}}', "is no JWK Set; save it as"),
        (b'{"keys": [7]}', "is no JWK Set; save it as"),
        (b'{"keys": []}', "holds no public key of RSA, P-256"),
        (
            json.dumps({"keys": [{"kty": "x"}] * (MOST_KEYS + 1)}).encode(),
            f"holds more than {MOST_KEYS} keys; leave out",
        ),
        (b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', "holds a private or a shared key; export the public ones"),
        (json.dumps({"keys": [key().as_dict(private=True)]}).encode(), "holds a private or a shared key"),
        (json.dumps({"keys": [rsa().as_dict(private=True)]}).encode(), "holds a private or a shared key"),
        (b'{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}', "holds an RSA key that has not 2048 to 4096 bits"),
        (b'{"keys": [{"kty": "RSA", "e": "AQAB"}]}', "holds a key that cannot be read"),
        (b'{"keys": [{"kty": "RSA", "n": 7, "e": "AQAB"}]}', "holds an RSA key that has not 2048 to 4096 bits"),
        (b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}', "holds a key that cannot be read"),
        (b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}', "holds a key that cannot be read"),
        (key_set(key(), key("P-256", "two"), kid="same"), "gives two keys one kid; keep one of them"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_mend(data: bytes, told: str) -> None:
    with pytest.raises(ValueError, match="; ") as mistake:
        read_keys(data)
    assert str(mistake.value).startswith(told)
    assert "c2VjcmV0" not in str(mistake.value)
