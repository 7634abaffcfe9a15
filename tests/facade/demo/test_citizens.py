import dataclasses
import random

import pytest

from facade.demo.citizens import Citizen, Errand, Reply, fault, main_errand, other_errand, payment, populate, side_of
from facade.demo.records import encode, title
from facade.routing.stage import Side

CITIZEN = Citizen(
    session="5e55",
    title="DN100001",
    licence="L10001",
    claim="C1",
    application="PA10003",
    vehicle="DV10000",
    permit="P10000",
)


def right(errand: Errand, signature: str | None = "legacy") -> Reply:
    body = b"" if errand.record is None else encode(errand.record)
    return Reply(errand.status, body, signature, errand.location)


def test_a_thousand_citizens_have_a_thousand_sessions():
    assert len({citizen.session for citizen in populate(1000, random.Random(1))}) == 1000


def test_the_same_chance_makes_the_same_citizens():
    assert populate(10, random.Random(7)) == populate(10, random.Random(7))
    assert populate(10, random.Random(7)) != populate(10, random.Random(8))


@pytest.mark.parametrize("turn", range(14))
def test_every_errand_knows_its_right_answer(turn: int):
    for errand in (main_errand(CITIZEN), other_errand(CITIZEN, turn)):
        assert fault(errand, right(errand)) is None


def test_all_other_errands_come_in_rotation():
    errands = [other_errand(CITIZEN, turn) for turn in range(8)]
    assert {errand.route for errand in errands} == {
        "licences.read",
        "claims.read",
        "claims.write",
        "applications.read",
        "vehicles.read",
        "payments.take",
        "permits.read",
        "titles.search-1998",
    }


def test_two_new_claims_never_share_a_reference():
    assert other_errand(CITIZEN, 2).record != other_errand(CITIZEN, 10).record


def test_two_payments_never_share_a_reference_or_a_key():
    first, second = payment(5), payment(12)
    assert first.record != second.record
    assert first.idempotency_key != second.idempotency_key


def test_a_payment_is_right_with_the_receipt_of_either_and_the_receipt_says_whose_it_is():
    errand = payment(5)
    by_cashier, by_provider = (Reply(201, encode(record)) for record in (errand.record, errand.elsewhere))
    assert (fault(errand, by_cashier), fault(errand, by_provider)) == (None, None)
    assert (side_of(errand, by_cashier), side_of(errand, by_provider)) == (Side.LEGACY, Side.PLATFORM)


def test_a_receipt_for_another_payment_is_a_fault():
    for record in (payment(12).record, payment(12).elsewhere):
        assert fault(payment(5), Reply(201, encode(record))) == "somebody else's record"


def test_a_payment_tells_no_session_to_anybody():
    errand = payment(5)
    assert CITIZEN.session.encode() not in errand.body + errand.idempotency_key.encode()


def test_somebody_elses_title_is_a_fault_and_the_fault_names_neither():
    errand = main_errand(CITIZEN)
    why = fault(errand, dataclasses.replace(right(errand), body=encode(title("DN100002"))))
    assert why == "somebody else's record"


@pytest.mark.parametrize(
    "change",
    [{"status": 502}, {"body": b""}, {"body": b"{"}, {"body": b"null"}, {"signature": "proxy"}, {"location": "/"}],
)
def test_an_answer_that_is_off_in_any_way_is_a_fault(change: dict[str, object]):
    errand = main_errand(CITIZEN)
    assert fault(errand, dataclasses.replace(right(errand), **change)) is not None


def test_a_redirect_to_another_place_is_a_fault():
    errand = other_errand(CITIZEN, 6)
    assert fault(errand, dataclasses.replace(right(errand), location="/elsewhere")) is not None


def test_an_amount_is_text_and_every_digit_counts():
    errand = dataclasses.replace(other_errand(CITIZEN, 1))
    body = encode(errand.record)
    amount = body.split(b'"amount":')[1].rstrip(b"}")
    assert fault(errand, dataclasses.replace(right(errand), body=body)) is None
    for other in (amount.strip(b'"'), amount[:-1] + b'0"'):
        assert fault(errand, dataclasses.replace(right(errand), body=body.replace(amount, other))) is not None


@pytest.mark.parametrize(
    ("turn", "signature", "side"),
    [
        (0, "legacy", Side.LEGACY),
        (0, "platform", Side.PLATFORM),
        (1, None, Side.LEGACY),
        (1, "platform", Side.PLATFORM),
        (3, None, Side.LEGACY),
        (4, None, Side.LEGACY),
        (4, "platform", Side.PLATFORM),
        (5, None, Side.LEGACY),
        (6, None, Side.LEGACY),
        (7, None, Side.OWN),
    ],
)
def test_the_answer_itself_says_who_gave_it_and_a_register_cannot_sign(turn: int, signature: str | None, side: Side):
    errand = other_errand(CITIZEN, turn)
    assert side_of(errand, right(errand, signature)) is side
