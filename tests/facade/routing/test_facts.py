"""What a canary's rules may read of a request."""

from __future__ import annotations

import pytest
from calls import STRANGER, request_of
from tokens import AUDIENCE, ISSUER, NOW, key_set, token

from facade.callers.callers import Callers
from facade.callers.register import Caller, Identity, IdentityKind, Issuer, Register
from facade.callers.signature import read_keys
from facade.callers.verifier import Why
from facade.routing.facts import RequestFacts
from facade.routing.route import Key, KeyKind
from facade.wire.headers import Sender
from facade.wire.message import Field

TRUSTED = Sender("10.0.0.1", secure=False, host=b"a", trusted=True)


def fact(kind: KeyKind, name: str, *fields: Field, sender: Sender = STRANGER, **parameters: str) -> bytes | None:
    return RequestFacts(request_of(b"GET", b"/", *fields, sender=sender, parameters=parameters)).key(Key(kind, name))


@pytest.mark.parametrize(
    ("cookies", "found"),
    [
        ([b"session=abc"], b"abc"),
        ([b"a=b; session=abc; c=d"], b"abc"),
        ([b"a=b;session=abc;c=d"], b"abc"),
        ([b" session=abc "], b"abc"),
        ([b"session=a b "], b"a b"),
        ([b"session=first; session=second"], b"first"),
        ([b"a=b", b"session=abc"], b"abc"),
        ([b"session=first", b"session=second"], b"first"),
        ([b"session="], b""),
        ([b'session="a=b"'], b'"a=b"'),
        ([b"session=a=b"], b"a=b"),
        ([b"session=\xe9"], b"\xe9"),
        ([b"xsession=abc"], None),
        ([b"session-x=abc"], None),
        ([b"Session=abc"], None),
        ([b"a=session=abc"], None),
        ([b"session"], None),
        ([b"a=b;  x session=abc"], None),
        ([b""], None),
        ([], None),
    ],
)
def test_a_cookie_is_found_by_its_exact_name_and_the_first_of_that_name_counts(
    cookies: list[bytes], found: bytes | None
) -> None:
    assert fact(KeyKind.COOKIE, "session", *((b"Cookie", each) for each in cookies)) == found


def test_a_cookies_name_is_no_pattern() -> None:
    assert fact(KeyKind.COOKIE, "a.b", (b"Cookie", b"axb=1; a.b=2")) == b"2"


def test_a_field_is_found_in_any_case_and_the_first_counts() -> None:
    fields = [(b"X-Cohort-Two", b"no"), (b"X-COHORT", b"\xe9 staff"), (b"x-cohort", b"other")]
    assert fact(KeyKind.HEADER, "X-Cohort", *fields) == b"\xe9 staff"
    assert fact(KeyKind.HEADER, "X-Other", *fields) is None


def test_a_path_parameter_is_found_as_it_was_sent() -> None:
    assert fact(KeyKind.PATH, "number", number="a%2Db") == b"a%2Db"
    assert fact(KeyKind.PATH, "other", number="7") is None


@pytest.mark.parametrize(
    ("sender", "forwarded", "found"),
    [
        (STRANGER, [], b"192.0.2.1"),
        (STRANGER, [b"203.0.113.9"], b"192.0.2.1"),
        (TRUSTED, [], b"10.0.0.1"),
        (TRUSTED, [b"203.0.113.1, 203.0.113.9"], b"203.0.113.9"),
        (TRUSTED, [b"203.0.113.1", b"203.0.113.9"], b"203.0.113.9"),
        (TRUSTED, [b"203.0.113.9:4711"], b"203.0.113.9"),
        (TRUSTED, [b"::ffff:203.0.113.9"], b"203.0.113.9"),
        (TRUSTED, [b"[2001:DB8::0009]:4711"], b"2001:db8::9"),
        (TRUSTED, [b"unknown"], b"unknown"),
        (Sender("", secure=False, host=b"a", trusted=False), [], None),
    ],
)
def test_an_address_is_the_sockets_or_what_a_trusted_peer_says(
    sender: Sender, forwarded: list[bytes], found: bytes | None
) -> None:
    assert fact(KeyKind.ADDRESS, "", *((b"X-Forwarded-For", each) for each in forwarded), sender=sender) == found


REGISTER = Register(
    (
        Caller("courts", (Identity(IdentityKind.CLAIM, b"courts", "azp"),)),
        Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),)),
    ),
    (Issuer(ISSUER, (AUDIENCE,), read_keys(key_set())),),
)


def a_caller(*fields: Field, sender: Sender = STRANGER) -> RequestFacts:
    return RequestFacts(
        request_of(b"GET", b"/", *fields, sender=sender), Callers(REGISTER, ("sub", "roles"), lambda: NOW)
    )


def bearer(**claims: object) -> Field:
    return b"Authorization", b"Bearer " + token(**claims)


def test_a_claim_of_a_token_that_is_believed_is_a_key_where_it_has_one_value() -> None:
    facts = a_caller(bearer(roles=["a", "b"]))
    assert facts.key(Key(KeyKind.CLAIM, "sub")) == b"citizen-7"
    assert facts.values(Key(KeyKind.CLAIM, "sub")) == (b"citizen-7",)
    assert facts.key(Key(KeyKind.CLAIM, "roles")) is None
    assert facts.values(Key(KeyKind.CLAIM, "roles")) == (b"a", b"b")
    assert facts.key(Key(KeyKind.CLAIM, "email")) is None
    assert facts.disbelief() is None


def test_a_token_that_is_not_believed_has_no_claims_and_no_caller() -> None:
    facts = a_caller(bearer(azp="courts", exp=1))
    assert facts.key(Key(KeyKind.CLAIM, "sub")) is None
    assert facts.values(Key(KeyKind.CLAIM, "sub")) == ()
    assert facts.key(Key(KeyKind.CALLER)) is None
    assert facts.disbelief() is Why.EXPIRED


def test_a_caller_goes_by_its_configured_name() -> None:
    assert a_caller(bearer(azp="courts")).key(Key(KeyKind.CALLER)) == b"courts"
    assert a_caller(bearer(azp="courts")).values(Key(KeyKind.CALLER)) == (b"courts",)
    assert a_caller((b"X-Caller", b"intake"), sender=TRUSTED).key(Key(KeyKind.CALLER)) == b"intake"
    assert a_caller((b"X-Caller", b"intake")).key(Key(KeyKind.CALLER)) is None


def test_without_callers_nobody_has_a_name() -> None:
    assert fact(KeyKind.CALLER, "", bearer(azp="courts")) is None
    assert fact(KeyKind.CLAIM, "sub", bearer()) is None


def test_a_token_is_read_once_and_only_when_it_is_asked_for() -> None:
    asked = []
    callers = Callers(REGISTER, ("sub",), lambda: asked.append(1) or NOW)
    facts = RequestFacts(request_of(b"GET", b"/", bearer(), (b"Cookie", b"session=a")), callers)
    assert facts.key(Key(KeyKind.COOKIE, "session")) == b"a"
    assert not asked
    for _ in range(3):
        assert facts.key(Key(KeyKind.CLAIM, "sub")) == b"citizen-7"
        assert facts.key(Key(KeyKind.CALLER)) is None
    assert asked == [1]


def test_a_route_may_ask_for_a_field_in_any_bytes() -> None:
    facts = RequestFacts(request_of(b"GET", b"/", (b"X-Kind", b"\xe9"), (b"X-KIND", b"b")))
    assert list(facts.header("x-kind")) == ["\u00e9", "b"]
    assert list(facts.header("x-other")) == []


def test_a_name_with_a_low_line_is_that_of_every_twin() -> None:
    fields = ((b"X_My-Kind", b"a "), (b"x-my-kind", b"b"), (b"X-My_Kind", b"\xe9"), (b"x_my_kinds", b"c"))
    facts = RequestFacts(request_of(b"GET", b"/", *fields))
    assert list(facts.header("x_my_kind")) == ["a", "\u00e9"]
    assert list(facts.header("x-my-kind")) == ["b"]


def test_a_caller_is_named_once_and_everybody_else_alike() -> None:
    register = Register((Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),)),))
    callers = Callers(register, (), lambda: NOW)

    def caller(*fields: Field, sender: Sender = TRUSTED) -> str:
        return RequestFacts(request_of(b"GET", b"/", *fields, sender=sender), callers).caller()

    assert caller((b"X-Caller", b"intake")) == "intake"
    assert {caller(), caller((b"X-Caller", b"other")), caller((b"X-Caller", b"intake"), sender=STRANGER)} == {"unknown"}
    assert RequestFacts(request_of(b"GET", b"/", (b"X-Caller", b"intake"), sender=TRUSTED)).caller() == "unknown"


def test_a_call_looks_for_its_caller_once() -> None:
    asked = []

    class Asked(Callers):
        def name(self, head, claims, *, trusted):
            asked.append(head)

    register = Register((Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),)),))
    facts = RequestFacts(request_of(b"GET", b"/", sender=TRUSTED), Asked(register, (), lambda: NOW))
    assert (facts.caller(), facts.key(Key(KeyKind.CALLER)), facts.caller()) == ("unknown", None, "unknown")
    assert len(asked) == 1
