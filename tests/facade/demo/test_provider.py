"""The payment provider: a key, one payment a key, and what the shipped description of it sends."""

from __future__ import annotations

import json

import pytest
import yaml

from adapters.rest.answer import Received, read_answer
from adapters.rest.request import make_request
from adapters.rest.settings import RestOperation
from facade.demo import folder, provider
from facade.demo.books import TOLD, Books
from facade.demo.payments import asked, at_provider, due, key, reference
from facade.demo.provider import KEY, KEY_NAME, PATH, Provider
from facade.demo.records import encode
from facade.testing import make_call

FILE = folder.shipped() / "externals" / "card-payments.yaml"
BEARER = f"Bearer {KEY}"
OWED, OTHER = reference(7), reference(8)


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def opened(books: Books) -> Provider:
    return Provider(books)


def payment(owed: str, amount: object = 1250, **more: object) -> bytes:
    return json.dumps({"reference": owed, "amount": amount, **more}).encode()


def test_a_payment_by_the_shipped_description_is_the_platforms_answer(books: Books, opened: Provider):
    external = yaml.safe_load(FILE.read_text())
    assert external["settings"]["auth"]["bearer"] == f"${{env:{KEY_NAME}}}"
    operation = RestOperation.model_validate(external["operations"]["take-payment"])
    headers = {"Idempotency-Key": key(OWED)}
    call = make_call("take-payment", method="POST", headers=headers, body=json.loads(asked(OWED)))
    request = make_request(operation, call)
    assert (request.method, request.target, request.query) == ("POST", PATH, ())
    status, document = opened.answer(BEARER, request.headers["Idempotency-Key"], request.body)
    received = Received(status, "application/json", "utf-8", json.dumps(document).encode())
    answer = operation.finish(call, read_answer("take-payment", operation, received))
    assert (answer.status, json.loads(answer.body)) == (201, json.loads(encode(at_provider(OWED))))
    assert (list(books.provider.entries), books.told) == ([(OWED, due(OWED))], TOLD)


@pytest.mark.parametrize("authorization", ["", KEY, "Bearer ", "Bearer other", f"Bearer {KEY} ", "Bearer Zoë"])
def test_without_the_key_nothing_is_taken(books: Books, opened: Provider, authorization: str):
    assert opened.answer(authorization, "k", payment(OWED))[0] == 401
    assert (books.provider.taken, books.told) == (0, set())


def test_the_same_key_and_payment_is_the_payment_of_before(books: Books, opened: Provider):
    first = opened.answer(BEARER, "k", payment(OWED))
    assert first == opened.answer(BEARER, "k", payment(OWED))
    assert first[0] == 201
    assert (books.provider.taken, books.repeated) == (1, 1)


@pytest.mark.parametrize("other", [payment(OWED, 1251), payment(OTHER)])
def test_the_same_key_with_another_payment_is_refused(books: Books, opened: Provider, other: bytes):
    opened.answer(BEARER, "k", payment(OWED))
    assert opened.answer(BEARER, "k", other)[0] == 422
    assert (list(books.provider.entries), books.repeated) == ([(OWED, 1250)], 0)


def test_another_key_is_another_payment(books: Books, opened: Provider):
    opened.answer(BEARER, "k", payment(OWED))
    opened.answer(BEARER, "l", payment(OWED))
    assert (books.provider.taken, books.repeated) == (2, 0)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"\xff", b"{}", payment("x", 0), payment("x", 1.5), payment("x", "1"), payment("x", True)],
)
def test_what_is_no_payment_is_refused_and_its_key_stays_free(books: Books, opened: Provider, body: bytes):
    assert opened.answer(BEARER, "k", body)[0] == 400
    assert opened.answer(BEARER, "k", payment(OWED))[0] == 201
    assert books.provider.taken == 1


def test_a_payment_without_a_key_of_its_own_is_refused(books: Books, opened: Provider):
    assert opened.answer(BEARER, "", payment(OWED))[0] == 400
    assert books.provider.taken == 0


def test_what_it_was_told_is_remembered_by_name_and_bounded(books: Books, opened: Provider):
    opened.answer(BEARER, "k", payment(OWED, nino="QQ123456C"))
    assert books.told == {*TOLD, "nino"}
    opened.answer(BEARER, "l", payment(OTHER, **{f"name {number}": number for number in range(1000)}))
    assert len(books.told) == 50


def test_the_oldest_keys_are_forgotten(monkeypatch: pytest.MonkeyPatch, books: Books, opened: Provider):
    monkeypatch.setattr(provider, "KEPT", 3)
    for number in range(5):
        opened.answer(BEARER, f"k{number}", payment(reference(number)))
    opened.answer(BEARER, "k4", payment(reference(4)))
    opened.answer(BEARER, "k0", payment(reference(0)))
    assert (books.provider.taken, books.repeated) == (6, 1)
