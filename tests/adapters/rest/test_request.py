"""A request holds what the operation names and nothing else, each value as a value."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rest.request import make_request, with_query
from adapters.rest.settings import RestOperation
from facade.formats.xml import decode_xml
from facade.port import BadArgument, Call
from facade.testing import make_call

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SEND = {"amount": "{body.pence:int}", "payer.name": "{body.name=}", "payer.kind": "person"}


def paying(**body: object) -> Call:
    return make_call("pay", method="POST", body=body, headers={"Idempotency-Key": "k-1", "Cookie": "session=s"})


def operation(**written: Any) -> RestOperation:
    return RestOperation.model_validate({"call": "POST /v1/payments", "writes": True, **written})


def test_nothing_leaves_but_what_send_names() -> None:
    request = make_request(
        operation(send=SEND, idempotency="{header.Idempotency-Key}"),
        paying(pence=1250, name="A", nino="QQ123456C", card="4111"),
    )
    assert json.loads(request.body) == {"amount": 1250, "payer": {"name": "A", "kind": "person"}}
    assert request.headers == {
        "Accept": "application/json, application/xml;q=0.9",
        "Idempotency-Key": "k-1",
        "Content-Type": "application/json",
    }
    assert (request.method, request.target, request.query) == ("POST", "/v1/payments", ())


def test_what_is_left_out_is_not_sent() -> None:
    assert json.loads(make_request(operation(send=SEND), paying(pence=1)).body) == {
        "amount": 1,
        "payer": {"kind": "person"},
    }
    asked = operation(call="GET /v1", writes=False, query={"a": "{query.a=}", "b": "{query.b=1}"})
    assert make_request(asked, make_call("get")).query == (("b", "1"),)


def test_numbers_keep_their_digits_in_every_format() -> None:
    call = make_call("pay", method="POST", body=b'{"amount": 12.50}')
    send = {"amount": "{body.amount:decimal}"}
    assert make_request(operation(send=send), call).body == b'{"amount":12.50}'
    assert make_request(operation(send=send, format="form"), call).body == b"amount=12.50"
    xml = make_request(operation(send=send, format="xml", root="pay"), call)
    assert xml.body == b"<pay><amount>12.50</amount></pay>"
    assert xml.headers["Content-Type"] == "application/xml; charset=utf-8"


@given(value=TEXTS)
def test_whatever_a_caller_sends_stays_a_value(value: str) -> None:
    hostile = f'&b=2#</x>"{value}'
    call = make_call("pay", method="POST", body={"a": hostile}, query={"a": hostile})
    form = make_request(operation(send={"a": "{body.a}"}, format="form"), call)
    assert parse_qsl(form.body.decode(), strict_parsing=True) == [("a", hostile)]
    asked = make_request(operation(query={"a": "{query.a}"}), call)
    target = with_query(asked.target, asked.query)
    assert parse_qsl(target.partition("?")[2], strict_parsing=True) == [("a", hostile)]
    assert "#" not in target


@given(value=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
def test_a_value_in_xml_opens_and_closes_nothing(value: str) -> None:
    call = make_call("pay", method="POST", body={"a": f"]]></a>{value}"})
    body = make_request(operation(send={"a": "{body.a}"}, format="xml", root="pay"), call).body
    assert decode_xml(body) == {"pay": {"a": f"]]></a>{value}"}}


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\x7f", "caf\u00e9"])
def test_a_header_field_is_one_line_of_ascii(value: str) -> None:
    with pytest.raises(BadArgument, match=r"^\{body.a\}: must be one line of ASCII text$"):
        make_request(operation(headers={"X-Case": "{body.a}"}), make_call("pay", body={"a": value}))


def test_a_key_that_is_wanted_and_missing_is_the_callers_mistake() -> None:
    with pytest.raises(BadArgument, match=r"^\{header.Idempotency-Key\}: is missing$"):
        make_request(operation(idempotency="{header.Idempotency-Key}"), make_call("pay", method="POST"))


@pytest.mark.parametrize("name", ["Accept", "accept"])
def test_what_an_operation_accepts_is_told_once(name: str) -> None:
    request = make_request(operation(headers={name: "text/xml"}), make_call("pay", method="POST"))
    assert request.headers == {name: "text/xml"}


def test_a_key_that_may_be_missing_is_not_sent_empty() -> None:
    request = make_request(operation(idempotency="{header.Idempotency-Key=}"), make_call("pay", method="POST"))
    assert "Idempotency-Key" not in request.headers


@pytest.mark.parametrize("written", ["{header.Idempotency-Key}", "{header.Idempotency-Key=}"])
def test_an_empty_key_would_be_everybodys_so_it_is_refused(written: str) -> None:
    call = make_call("pay", method="POST", headers={"Idempotency-Key": ""})
    with pytest.raises(BadArgument, match=r"^\{header.Idempotency-Key\}: must not be empty$"):
        make_request(operation(idempotency=written), call)


def test_a_request_shows_no_value() -> None:
    assert "1250" not in repr(make_request(operation(send=SEND), paying(pence=1250)))


def test_what_a_get_sends_is_its_query() -> None:
    asked = operation(call="GET /v1/find", writes=False, send={"ref.no": "{body.name}", "page": "{query.page:int=1}"})
    request = make_request(asked, paying(name="a&b"))
    assert (request.query, request.body) == ((("ref.no", "a&b"), ("page", "1")), None)
    assert "Content-Type" not in request.headers
