"""What an operator wrote of callers shows nobody what they show."""

from __future__ import annotations

from facade.callers.register import Caller, Identity, IdentityKind, Register

COURTS = Caller(
    "courts",
    (Identity(IdentityKind.API_KEY, b"\x01" * 32), Identity(IdentityKind.CLAIM, b"secret", "azp")),
)


def test_a_value_is_in_no_repr() -> None:
    text = repr(Register((COURTS,)))
    assert "secret" not in text
    assert "\\x01" not in text
    assert "<Identity api_key>" in text
    assert "<Identity claim azp>" in text


def test_every_identity_comes_with_its_callers_name() -> None:
    assert list(Register((COURTS,)).identities()) == [("courts", each) for each in COURTS.identities]


def test_what_is_harder_to_forge_is_looked_for_first() -> None:
    assert list(IdentityKind) == ["certificate", "san", "api_key", "claim", "header"]
