"""SOAP for tests: the interfaces of two silos, their operations ready to be called, messages as silos write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.soap.service import Service, services
from adapters.soap.settings import SoapOperation
from adapters.soap.wsdl import Version
from facade.testing import fake_files, make_call

INTERFACES = Path(__file__).parent.parent / "adapters" / "soap" / "interfaces"
LAND = INTERFACES / "land-registry.wsdl"
COURTS = INTERFACES / "courts.wsdl"
ODD = INTERFACES / "odd.wsdl"

GET = {
    "call": "GetTitleRegister",
    "arguments": {"TitleNumber": "{path.number}", "Caller": "{query.caller=}", "AsOf": "{query.on:date=}"},
    "faults": {"TitleNotFound": 404, "Locked": 409, "Busy": 503},
}


def made(written: dict[str, Any], wsdl: Path = LAND, port: str | None = None) -> Service | list[tuple[str, str]]:
    """An operation as written, understood; or what is wrong with it."""
    operation = SoapOperation.model_validate(written)
    return dict(services(fake_files(wsdl.parent), wsdl.name, port, {"it": operation}))["it"]


def service(written: dict[str, Any], wsdl: Path = LAND, port: str | None = None) -> Service:
    found = made(written, wsdl, port)
    assert isinstance(found, Service), found
    return found


def mistakes(written: dict[str, Any], wsdl: Path = LAND, port: str | None = None) -> list[tuple[str, str]]:
    found = made(written, wsdl, port)
    assert isinstance(found, list)
    return found


def envelope(content: str, version: Version = Version.SOAP_1_1, before: str = "") -> bytes:
    return (
        f'{before}<s:Envelope xmlns:s="{version.namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns:t="urn:land-registry:types"><s:Body>{content}</s:Body></s:Envelope>'
    ).encode()


def title(inside: str = "", attributes: str = "", number: str = "AB1") -> str:
    """A title register as the silo writes it, with some elements more."""
    return (
        f'<GetTitleRegisterResponse xmlns="urn:land-registry:types" {attributes}><TitleNo>{number}</TitleNo>'
        f"<Tenure>Freehold</Tenure>{inside}</GetTitleRegisterResponse>"
    )


def answered(message: bytes, asked: Service | None = None, status: int = 200, charset: str | None = None) -> Any:
    """What an operation makes of a message, its JSON read with every number as its text."""
    answer = (asked or service(GET)).answer(make_call("get", path={"number": "AB1"}), message, charset, status)
    return json.loads(answer.body, parse_float=str)
