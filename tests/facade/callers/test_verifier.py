"""Which tokens are believed, and what it costs to find out."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwk
from tokens import AUDIENCE, ISSUER, NOW, claims, key, key_set, rsa, token, unsigned

from facade.callers import verifier
from facade.callers.register import ALGORITHMS, LEEWAY, Issuer
from facade.callers.signature import read_keys
from facade.callers.verifier import MOST_IN_VAIN, REMEMBERED_FORGED, Verifier, Why

WANTED = ("sub", "roles")
BELIEVED = {"sub": (b"citizen-7",)}


class Counted:
    """A key that counts how often it is asked."""

    def __init__(self, *keys: Any) -> None:
        (self._key,) = read_keys(key_set(*keys))
        self.kid, self.algorithms, self.asked = self._key.kid, self._key.algorithms, 0

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        self.asked += 1
        return self._key.verifies(algorithm, signed, signature)


def an_issuer(*keys: Any, **more: Any) -> Issuer:
    return Issuer(**{"issuer": ISSUER, "audience": (AUDIENCE,), "keys": keys or read_keys(key_set()), **more})


def a_verifier(*keys: Any, **more: Any) -> Verifier:
    return Verifier([an_issuer(*keys, **more)], WANTED)


def test_of_a_token_that_is_believed_the_claims_that_are_wanted_are_known() -> None:
    assert a_verifier().claims(token(roles=["a", "b"], email="x@example"), NOW) == {**BELIEVED, "roles": (b"a", b"b")}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"iss": "https://other.example"}, Why.ISSUER),
        ({"aud": "other"}, Why.AUDIENCE),
        ({"aud": []}, Why.AUDIENCE),
        ({"exp": NOW - LEEWAY}, Why.EXPIRED),
        ({"nbf": NOW + LEEWAY + 1}, Why.EARLY),
        ({"exp": None}, Why.FORM),
    ],
)
def test_a_token_that_is_not_for_here_and_now_is_not_believed_and_costs_no_verification(
    said: dict[str, Any], why: Why
) -> None:
    counted = Counted()
    assert a_verifier(counted).claims(token(**said), NOW) is why
    assert counted.asked == 0


@pytest.mark.parametrize(
    "said", [{"exp": NOW - LEEWAY + 1}, {"nbf": NOW + LEEWAY}, {"aud": ["other", AUDIENCE]}, {"exp": NOW + 0.5}]
)
def test_clocks_may_differ_by_the_leeway_and_an_audience_be_one_of_several(said: dict[str, Any]) -> None:
    assert a_verifier().claims(token(**said), NOW) == BELIEVED


def test_a_key_of_somebody_else_forges() -> None:
    assert a_verifier().claims(token(jwk.ECKey.generate_key("P-256", {"kid": "one"})), NOW) is Why.SIGNATURE


def test_a_signature_of_another_token_forges() -> None:
    head, _, signature = token().split(b".")
    _, payload, _ = token(sub="somebody-else").split(b".")
    assert a_verifier().claims(b".".join((head, payload, signature)), NOW) is Why.SIGNATURE


def test_a_public_key_is_no_shared_secret_and_none_is_no_signature() -> None:
    public = rsa().as_pem(private=False)
    signed = unsigned(b'{"alg":"HS256","kid":"rsa"}', json.dumps(claims()).encode()).rpartition(b".")[0]
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed, "sha256")).rstrip(b"=")
    verifier = Verifier([an_issuer(*read_keys(key_set(rsa())))], WANTED)
    assert verifier.claims(signed + b"." + signature, NOW) is Why.KEY
    for name in ("none", "None", "HS256", "", "rs256"):
        header = b'{"alg":"%b","kid":"rsa"}' % name.encode()
        _, payload, _ = token().split(b".")
        forged = b".".join((unsigned(header, b"", b"").split(b".")[0], payload, b"AAAA"))
        assert verifier.claims(forged, NOW) is Why.KEY


def test_an_algorithm_that_is_not_allowed_is_not_verified() -> None:
    keys = read_keys(key_set(rsa()))
    only = Verifier([an_issuer(*keys, algorithms=frozenset({"PS256"}))], WANTED)
    assert only.claims(token(rsa(), "RS256"), NOW) is Why.KEY
    assert only.claims(token(rsa(), "PS256"), NOW) == BELIEVED


def test_the_key_is_the_one_of_its_kid_or_the_only_one_that_fits() -> None:
    two = read_keys(key_set(key(), key("P-256", "two"), rsa()))
    verifier = Verifier([an_issuer(*two)], WANTED)
    assert verifier.claims(token(key("P-256", "two")), NOW) == BELIEVED
    assert verifier.claims(token(header={"kid": None}), NOW) is Why.KEY
    assert verifier.claims(token(rsa(), "RS256", {"kid": None}), NOW) == BELIEVED
    assert verifier.claims(token(header={"kid": "rsa"}), NOW) is Why.KEY
    assert verifier.claims(token(header={"kid": "unknown"}), NOW) is Why.KEY
    nameless = a_verifier(*read_keys(key_set().replace(b'"kid": "one"', b'"more": "one"')))
    assert nameless.claims(token(), NOW) == BELIEVED


def test_each_issuer_has_keys_and_audiences_of_its_own() -> None:
    other = an_issuer(*read_keys(key_set(rsa())), issuer="https://other.example", audience=("other",))
    verifier = Verifier([an_issuer(), other], WANTED)
    assert verifier.claims(token(rsa(), "RS256", iss="https://other.example", aud="other"), NOW) == BELIEVED
    assert verifier.claims(token(rsa(), "RS256"), NOW) is Why.KEY
    assert verifier.claims(token(iss="https://other.example", aud="other"), NOW) is Why.KEY


def test_a_token_is_verified_once_until_it_expires() -> None:
    counted = Counted()
    verifier = a_verifier(counted)
    text = token(exp=NOW + 60)
    assert [verifier.claims(text, NOW + seconds) for seconds in (0, 30, 60 + LEEWAY - 1)] == [BELIEVED] * 3
    assert counted.asked == 1
    assert verifier.claims(text, NOW + 60 + LEEWAY) is Why.EXPIRED
    assert "believed=0" in repr(verifier)


def test_a_forged_token_is_known_again() -> None:
    counted = Counted()
    verifier = a_verifier(counted)
    forged = token(jwk.ECKey.generate_key("P-256", {"kid": "one"}))
    assert [verifier.claims(forged, NOW) for _ in range(3)] == [Why.SIGNATURE] * 3
    assert counted.asked == 1


@pytest.fixture
def forged() -> Callable[[int], bytes]:
    """Tokens with a signature that is none, each another."""
    head, _, signature = token().split(b".")

    def make(number: int) -> bytes:
        payload = unsigned(
            b"", b'{"iss":"%b","aud":"%b","exp":%d}' % (ISSUER.encode(), AUDIENCE.encode(), NOW + number)
        )
        return b".".join((head, payload.split(b".")[1], signature))

    return make


def test_forged_tokens_take_only_a_part_of_a_second_and_others_are_known_meanwhile(
    forged: Callable[[int], bytes],
) -> None:
    counted = Counted()
    verifier = a_verifier(counted)
    assert verifier.claims(token(), NOW) == BELIEVED
    most = int(MOST_IN_VAIN / ALGORITHMS["ES256"]) + 2
    answers = [verifier.claims(forged(number), NOW + 0.5) for number in range(most + 50)]
    assert set(answers) == {Why.SIGNATURE, Why.BUSY}
    assert counted.asked <= most
    assert verifier.claims(token(sub="new"), NOW + 0.9) is Why.BUSY
    assert verifier.claims(token(sub="new"), NOW + 1) == {"sub": (b"new",)}


def test_tokens_that_are_believed_are_verified_without_bound() -> None:
    verifier = a_verifier()
    for number in range(int(MOST_IN_VAIN / ALGORITHMS["ES256"]) + 100):
        assert verifier.claims(token(sub=str(number)), NOW) == {"sub": (str(number).encode(),)}


def test_what_is_remembered_is_bounded_and_the_longest_unseen_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted()
    several = a_verifier(counted)
    texts = [token(sub=str(number)) for number in range(4)]
    room = sum(len(text) + verifier._ENTRY for text in texts[:3])
    monkeypatch.setattr(verifier, "MOST_BYTES", room + 10)
    for text in (*texts[:3], texts[0], texts[3]):
        several.claims(text, NOW)
    assert counted.asked == 4
    assert "believed=3" in repr(several)
    several.claims(texts[0], NOW)
    assert counted.asked == 4
    several.claims(texts[1], NOW)
    assert counted.asked == 5


def test_forged_tokens_are_remembered_only_so_many(forged: Callable[[int], bytes]) -> None:
    verifier = a_verifier()
    each_second = int(MOST_IN_VAIN / ALGORITHMS["ES256"])
    for number in range(REMEMBERED_FORGED + 10):
        verifier.claims(forged(number), NOW + number // each_second)
    assert f"forged={REMEMBERED_FORGED}" in repr(verifier)


def test_nothing_of_a_token_is_shown() -> None:
    verifier = a_verifier()
    verifier.claims(token(), NOW)
    assert "citizen" not in repr(verifier)
    assert not any("citizen" in why or "login" in why for why in Why)
