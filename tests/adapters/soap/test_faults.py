"""A Fault is an error whatever its status, and the operator says by its code which."""

from __future__ import annotations

import pytest
from soap_messages import COURTS, GET, answered, envelope, service

from adapters.soap.wsdl import Version
from facade.port import SiloSaysNo

FIND = {"call": "FindFines", "arguments": {"person": "x", "limit": "1"}, "faults": GET["faults"]}


def fault_11(code="s:Server", detail=""):
    return envelope(f"<s:Fault><faultcode>{code}</faultcode><faultstring>secret words</faultstring>{detail}</s:Fault>")


def fault_12(code="s:Receiver", subcode="", detail=""):
    content = f"<s:Code><s:Value>{code}</s:Value>{subcode}</s:Code><s:Reason><s:Text>secret words</s:Text></s:Reason>"
    return envelope(f"<s:Fault>{content}{detail}</s:Fault>", Version.SOAP_1_2)


def said(message, status=500, asked=None):
    with pytest.raises(SiloSaysNo) as no:
        answered(message, asked, status)
    assert "secret" not in str(no.value)
    return no.value.status


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    "message",
    [
        fault_11(detail="<detail><t:TitleNotFound><t:number>secret</t:number></t:TitleNotFound></detail>"),
        fault_11(detail="<detail><Other/><TitleNotFound/></detail>"),
        fault_11("t:TitleNotFound"),
        fault_11(" TitleNotFound "),
        fault_11("s:Client.TitleNotFound"),
    ],
)
def test_a_fault_is_mapped_by_its_detail_or_its_code(message, status):
    assert said(message, status) == 404


@pytest.mark.parametrize(
    "message",
    [
        fault_12("t:TitleNotFound"),
        fault_12(subcode="<s:Subcode><s:Value>t:TitleNotFound</s:Value></s:Subcode>"),
        fault_12(
            subcode="<s:Subcode><s:Value>t:Busy</s:Value><s:Subcode><s:Value>t:TitleNotFound</s:Value></s:Subcode></s:Subcode>"
        ),
        fault_12(detail="<s:Detail><t:TitleNotFound/></s:Detail>"),
    ],
)
def test_a_fault_of_the_newer_version_is_mapped_by_subcodes_too(message):
    assert said(message, 500, service(FIND, COURTS, "Modern")) == 404


def test_the_detail_is_asked_before_the_code():
    assert said(fault_11("s:Locked", "<detail><TitleNotFound/></detail>")) == 404


def test_a_fault_that_nobody_mapped_is_the_silos():
    assert said(fault_11("s:Client", "<detail><Secret-secret/></detail>")) == 502


def test_a_fault_without_a_code_is_a_fault():
    assert said(envelope("<s:Fault/>")) == 502


def test_a_code_beyond_the_first_twenty_is_not_looked_for():
    detail = "".join(f"<x{number}/>" for number in range(20))
    assert said(fault_11(detail=f"<detail>{detail}<TitleNotFound/></detail>")) == 502
