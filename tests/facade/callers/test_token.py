"""A token taken apart, whatever it is made of."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokens import AUDIENCE, ISSUER, NOW, claims, token, unsigned

from facade.callers.token import LATEST, LONGEST, parse
from facade.callers.token import claims as read

HEADER = b'{"alg":"ES256","kid":"one"}'
PAYLOAD = json.dumps(claims()).encode()


def test_a_token_says_who_made_it_for_whom_and_until_when() -> None:
    whole = token(nbf=NOW - 5)
    said = parse(whole)
    assert said is not None
    assert (said.algorithm, said.kid, said.issuer, said.audience) == ("ES256", "one", ISSUER, (AUDIENCE,))
    assert (said.begins, said.expires) == (NOW - 5, NOW + 300)
    assert whole.startswith(said.signed + b".")
    assert len(said.signature) == 64


def test_an_audience_may_be_several() -> None:
    said = parse(unsigned(HEADER, json.dumps(claims(aud=["a", "b"])).encode()))
    assert said is not None
    assert said.audience == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a.b",
        b"..",
        token() + b".x",
        token() + b" ",
        token() + b"\n",
        token().replace(b".", b"=.", 1),
        b"A" + token(),
        unsigned(b"\xff", PAYLOAD),
        unsigned(b"[]", PAYLOAD),
        unsigned(b"{}", PAYLOAD),
        unsigned(b'{"alg":7}', PAYLOAD),
        unsigned(b'{"alg":"ES256","kid":7}', PAYLOAD),
        unsigned(b'{"alg":"ES256","crit":["b64"],"b64":false}', PAYLOAD),
        unsigned(HEADER, b"no"),
        unsigned(HEADER, json.dumps(claims(exp=None)).encode()),
        unsigned(HEADER, json.dumps(claims(exp="never")).encode()),
        unsigned(HEADER, json.dumps(claims(iss=None)).encode()),
        unsigned(HEADER, json.dumps(claims(aud=None)).encode()),
        unsigned(HEADER, json.dumps(claims(aud={"a": 1})).encode()),
        unsigned(b"[" * 4_000, PAYLOAD),
        unsigned(b'{"x":' + b"[" * 4_000, PAYLOAD),
        unsigned(HEADER, b'{"x":' + b"[" * 4_000),
        b".".join(token().split(b".")[:2]) + b".A",
    ],
)
def test_what_is_not_exactly_one_token_is_none(text: bytes) -> None:
    assert parse(text) is None


def with_times(times: bytes) -> bytes:
    return unsigned(HEADER, b'{"iss":"%b","aud":"%b",%b}' % (ISSUER.encode(), AUDIENCE.encode(), times))


@pytest.mark.parametrize("time", [b"1" + b"0" * 400, b"1e400", b"1e308", b"9007199254740993", b"-1", b"-1e-9", b"NaN"])
def test_a_time_that_cannot_be_reckoned_with_is_none(time: bytes) -> None:
    assert parse(with_times(b'"exp":' + time)) is None
    assert parse(with_times(b'"exp":1800000300,"nbf":' + time)) is None


def test_a_time_may_be_any_that_a_float_holds_exactly() -> None:
    said = parse(with_times(b'"exp":%d,"nbf":0' % LATEST))
    assert said is not None
    assert (said.begins, said.expires) == (0, LATEST)


def test_a_token_that_is_too_long_is_none() -> None:
    filled = {"f": "x" * (LONGEST * 3 // 4 - len(json.dumps(claims())) - 200)}
    assert parse(token(**filled)) is not None
    assert parse(token(f=filled["f"] + "x" * 400)) is None


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=80))
def test_whatever_is_sent_is_a_token_or_none(header: bytes, payload: bytes, signature: bytes) -> None:
    said = parse(unsigned(header, payload, signature))
    assert said is None or said.issuer is not None


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        ("staff", (b"staff",)),
        ("M\u00fcnchen", "M\u00fcnchen".encode()),
        ("", (b"",)),
        (7, (b"7",)),
        (-7, (b"-7",)),
        (True, (b"true",)),
        (False, (b"false",)),
        (["a", 7, "b"], (b"a", b"7", b"b")),
        ([], ()),
        (None, ()),
        (1.5, ()),
        ({"a": "b"}, ()),
        ([["a"], {"b": 1}, "c"], (b"c",)),
    ],
)
def test_a_claim_has_the_values_that_a_rule_can_be_written_for(
    claim: object, values: tuple[bytes, ...] | bytes
) -> None:
    said = read(json.dumps({"asked": claim, "other": "x"}).encode(), frozenset({"asked", "absent"}))
    assert said.get("asked", ()) == (values if isinstance(values, tuple) else (values,))
    assert said.keys() <= {"asked"}


def test_a_number_of_thousands_of_digits_and_half_a_character_break_nothing() -> None:
    asked = frozenset({"n", "t"})
    assert read(b'{"n":' + b"9" * 5_000 + b',"t":"x"}', asked)["t"] == (b"x",)
    assert read(b'{"t":"\\ud800"}', asked) == {}
    assert read(b'{"n":7,"t":' + b"[" * 3_000 + b"]" * 3_000 + b"}", asked).get("t", ()) == ()


@given(st.binary(max_size=100), st.text(max_size=5))
def test_whatever_an_issuer_signed_has_claims_or_none(payload: bytes, name: str) -> None:
    for text in (payload, b'{"sub":' + payload + b"}", json.dumps({name: payload.decode("latin-1")}).encode()):
        assert read(text, frozenset({"sub", name})).keys() <= {"sub", name}
