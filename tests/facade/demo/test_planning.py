"""The planning register answers as its WSDL says, whichever application is asked for."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.soap.service import Service, services
from adapters.soap.settings import SoapOperation
from facade.demo.planning import APPLICATIONS, find, reply
from facade.port import SiloSaysNo
from facade.testing import fake_files, make_call

WSDL = Path(__file__).resolve().parents[3] / "config/silos/planning-register.wsdl"
OPERATION = {
    "call": "GetApplication",
    "arguments": {"RefNo": "{path.reference}"},
    "faults": {"ApplicationNotFound": 404},
}


@pytest.fixture(scope="module")
def register() -> Service:
    files = fake_files(WSDL.parent)
    found = dict(services(files, WSDL.name, None, {"get": SoapOperation.model_validate(OPERATION)}))["get"]
    assert isinstance(found, Service), found
    return found


def asked(register, reference):
    call = make_call("get", path={"reference": reference})
    status, body = reply(register.request.fill(call))
    return json.loads(register.answer(call, body, "utf-8", status).body, parse_float=Decimal)


@pytest.mark.parametrize("number", [*APPLICATIONS[:13], APPLICATIONS[-1]])
def test_an_application_is_read_as_it_is(register, number):
    right = find(f"PA{number}")
    assert asked(register, f"PA{number}") == {
        "ref_no": right.reference,
        "proposal": right.proposal,
        "state_cd": "P" if right.decided is None else "G",
        "fee_paid": right.fee,
        "decided_on": None if right.decided is None else right.decided.isoformat(),
        "conditions": {"condition": list(right.conditions)},
    }


@pytest.mark.parametrize("reference", ["PA00001", "PA99999"])
def test_an_application_that_is_not_there_is_a_fault(register, reference):
    with pytest.raises(SiloSaysNo) as no:
        asked(register, reference)
    assert no.value.status == 404


@pytest.mark.parametrize(
    "message", [b"", b"<x/>", b"<Envelope><Body><GetApplication/></Body></Envelope>", b"<!DOCTYPE x><x/>"]
)
def test_what_is_no_message_is_a_fault(message):
    status, body = reply(message)
    assert status == 500
    assert b"<faultcode>soap:Client</faultcode>" in body
