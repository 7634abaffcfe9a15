"""The old till, and what the shipped description of it makes of its receipts."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
import yaml

from adapters.rest.answer import Received, read_answer
from adapters.rest.request import make_request
from adapters.rest.settings import RestOperation
from facade.demo import folder
from facade.demo.books import Book
from facade.demo.cashier import PATH, reply
from facade.demo.payments import asked, at_cashier, reference
from facade.demo.records import encode
from facade.formats.xml import decode_xml
from facade.port import SiloSaysNo
from facade.testing import make_call

FILE = folder.shipped() / "silos" / "cashier.yaml"
OWED = reference(7)


@pytest.fixture(scope="module")
def operation() -> RestOperation:
    return RestOperation.model_validate(yaml.safe_load(FILE.read_text())["operations"]["take-payment"])


def receipt(form: bytes, book: Book) -> dict[str, str]:
    fields = decode_xml(reply(form, book), "iso-8859-1", ())["till_receipt"]
    assert isinstance(fields, dict)
    return fields


def test_a_payment_by_the_shipped_description_is_the_platforms_answer(operation: RestOperation):
    book, call = Book(), make_call("take-payment", method="POST", body=json.loads(asked(OWED)))
    request = make_request(operation, call)
    assert (request.method, request.target) == ("POST", PATH)
    received = Received(200, "text/xml", "iso-8859-1", reply(request.body, book))
    answer = operation.finish(call, read_answer("take-payment", operation, received))
    assert (answer.status, json.loads(answer.body)) == (201, json.loads(encode(at_cashier(OWED))))
    assert list(book.entries) == [(OWED, at_cashier(OWED).pence)]


def test_who_asks_it_twice_pays_twice():
    book, form = Book(), urlencode({"REF": OWED, "AMOUNT": "1250"}).encode()
    assert receipt(form, book) == receipt(form, book)
    assert (book.taken, list(book.entries)) == (2, [(OWED, 1250)] * 2)


def test_its_thanks_have_a_pound_sign_of_its_own_time():
    said = reply(urlencode({"REF": OWED, "AMOUNT": "1205"}).encode(), Book())
    assert b" \xa312.05" in said


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"AMOUNT": "1250"}, "E01"),
        ({"REF": OWED}, "E02"),
        ({"REF": OWED, "AMOUNT": "0"}, "E02"),
        ({"REF": OWED, "AMOUNT": "-1"}, "E02"),
        ({"REF": OWED, "AMOUNT": "12.50"}, "E02"),
        ({"REF": OWED, "AMOUNT": "9" * 5000}, "E02"),
    ],
)
def test_what_it_cannot_take_is_an_error_in_a_receipt_and_in_no_book(
    operation: RestOperation, fields: dict[str, str], error: str
):
    book, form = Book(), urlencode(fields).encode()
    assert receipt(form, book) == {"error": error}
    with pytest.raises(SiloSaysNo) as no:
        read_answer("take-payment", operation, Received(200, "text/xml", "iso-8859-1", reply(form, book)))
    assert (no.value.status, book.taken) == (422, 0)


@pytest.mark.parametrize(("reference", "said"), [("<&>", "<&>"), ("Zoë £", "Zoë £"), ("日本", "??")])
def test_a_receipt_is_xml_whatever_is_paid_for(reference: str, said: str):
    form = urlencode({"REF": reference, "AMOUNT": "1"}).encode()
    assert receipt(form, Book())["ref_no"] == said
