"""What is due under a reference, and what each of the two who take money says."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from facade.demo.payments import asked, at_cashier, at_provider, due, key, reference

NUMBERS = st.integers(0, 9_999_999)


@given(NUMBERS)
def test_both_take_what_is_due_and_their_receipts_tell_them_apart(number: int):
    owed = reference(number)
    cashier, provider = at_cashier(owed), at_provider(owed)
    assert (cashier.reference, cashier.pence) == (provider.reference, provider.pence) == (owed, due(owed))
    assert cashier.receipt.startswith("R")
    assert provider.receipt.startswith("pay_")


@given(NUMBERS, NUMBERS)
def test_a_key_belongs_to_one_payment(number: int, other: int):
    assert (key(reference(number)) == key(reference(other))) is (number == other)


def test_a_citizen_says_more_than_a_stranger_needs():
    owed = reference(7)
    assert json.loads(asked(owed)).keys() > {"reference", "pence"}
    assert json.loads(asked(owed))["pence"] == due(owed)
