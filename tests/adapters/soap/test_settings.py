"""What an operator may write of a SOAP service."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from adapters.soap.settings import SoapOperation, SoapSettings

ENDPOINT = "https://user:pa55word@silo.example:8443/soap"


def test_the_endpoint_is_shown_nowhere():
    settings = SoapSettings(wsdl="x.wsdl", endpoint=ENDPOINT)
    assert "pa55word" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    "endpoint", ["", "silo.example/soap", "ftp://silo/x", "http://", "http://x:99999/", "file:///etc/x"]
)
def test_an_endpoint_is_an_http_address(endpoint):
    with pytest.raises(ValidationError, match="this is no address of a service; write http://HOST:PORT/PATH"):
        SoapSettings(wsdl="x.wsdl", endpoint=endpoint)


@pytest.mark.parametrize("wsdl", ["http://silo/x?wsdl", "file:///x.wsdl", ""])
def test_a_wsdl_is_a_file(wsdl):
    with pytest.raises(ValidationError):
        SoapSettings(wsdl=wsdl, endpoint=ENDPOINT)


@pytest.mark.parametrize("connections", [0, 257])
def test_connections_are_bounded(connections):
    with pytest.raises(ValidationError):
        SoapSettings(wsdl="x.wsdl", endpoint=ENDPOINT, connections=connections)


@pytest.mark.parametrize("status", [200, 399, 600])
def test_a_fault_is_mapped_to_a_status_that_says_no(status):
    with pytest.raises(ValidationError):
        SoapOperation.model_validate({"call": "X", "faults": {"Y": status}})
