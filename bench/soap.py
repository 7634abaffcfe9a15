"""What a SOAP call costs without its network: this adapter beside zeep's bare envelope and parse, in one process.

Usage: `python -m bench.soap`; half a minute of one core. The page is `bench/soap.md`. Both are given the same WSDL and
the same reply. zeep's side ends with its own objects in hand; ours with the platform's JSON, after checks of arguments
and message that zeep does not make.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, Final

from lxml import etree
from zeep.settings import Settings

from adapters.soap.service import Service, services
from adapters.soap.settings import SoapOperation
from bench.figures import Figure, batch, options, publish, ratios, spread, turns
from facade.config.beside import Asked, Beside
from facade.testing import make_call

LIMIT: Final = 1.3
"""Ours by zeep's, at most."""

CALLS: Final = 300

NAMESPACE: Final = "urn:titles"
WSDL: Final = f"""\
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:t="{NAMESPACE}" targetNamespace="{NAMESPACE}" xmlns:x="http://www.w3.org/2001/XMLSchema">
  <types><x:schema targetNamespace="{NAMESPACE}" elementFormDefault="qualified">
    <x:element name="Get"><x:complexType><x:sequence>
      <x:element name="Number" type="x:string"/><x:element name="On" type="x:date" minOccurs="0"/>
    </x:sequence></x:complexType></x:element>
    <x:element name="Title"><x:complexType><x:sequence>
      <x:element name="Number" type="x:string"/><x:element name="Tenure" type="x:string"/>
      <x:element name="Price" type="x:decimal"/><x:element name="Registered" type="x:date"/>
      <x:element name="Leased" type="x:boolean"/>
      <x:element name="Charge" minOccurs="0" maxOccurs="unbounded"><x:complexType><x:sequence>
        <x:element name="Id" type="x:int"/><x:element name="Lender" type="x:string"/>
      </x:sequence></x:complexType></x:element>
    </x:sequence></x:complexType></x:element>
  </x:schema></types>
  <message name="In"><part name="p" element="t:Get"/></message>
  <message name="Out"><part name="p" element="t:Title"/></message>
  <portType name="P"><operation name="Get"><input message="t:In"/><output message="t:Out"/></operation></portType>
  <binding name="B" type="t:P">
    <s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Get"><s:operation soapAction="get"/>
      <input><s:body use="literal"/></input><output><s:body use="literal"/></output></operation>
  </binding>
  <service name="S"><port name="P" binding="t:B"><s:address location="http://titles.invalid/"/></port></service>
</definitions>
"""
OPERATION: Final = {
    "call": "Get",
    "arguments": {"Number": "{path.number}", "On": "{query.on:date=}"},
    "answer": {
        "number": "number",
        "tenure": "tenure",
        "price": "price",
        "charges": "charge[].{id: id, lender: lender}",
    },
}
CALL: Final = make_call("get", path={"number": "DN100001"})


def reply(charges: int, lender: str = "Fenland Bank") -> bytes:
    every = "".join(f"<Charge><Id>{number}</Id><Lender>{lender}</Lender></Charge>" for number in range(charges))
    fields = "<Number>DN100001</Number><Tenure>freehold</Tenure><Price>1250000.10</Price>"
    more = "<Registered>2020-02-29</Registered><Leased>false</Leased>"
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<Title xmlns="{NAMESPACE}">{fields}{more}{every}</Title></s:Body></s:Envelope>'
    ).encode()


def understood(operation: dict[str, Any]) -> Service:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "titles.wsdl")
        path.write_text(WSDL)
        files = Asked(".", Beside(Path(folder)))
        found = dict(services(files, path.name, None, {"get": SoapOperation.model_validate(operation)}))["get"]
    assert isinstance(found, Service), found
    return found


def zeeps(service: Service, message: bytes) -> Callable[[], object]:
    """zeep's own envelope, serialised, and its own parse; its client is what `process_reply` asks of one."""
    operation = service.exchange.zeep
    client = SimpleNamespace(settings=Settings(), wsse=None, plugins=[])
    response = SimpleNamespace(status_code=200, content=message, headers={"Content-Type": "text/xml"}, encoding="utf-8")

    def call() -> object:
        etree.tostring(operation.create(Number="DN100001").content, encoding="UTF-8", xml_declaration=True)
        return operation.binding.process_reply(client, operation, response)

    return call


def ours(service: Service, message: bytes) -> Callable[[], object]:
    def call() -> object:
        service.request.fill(CALL)
        return service.answer(CALL, message, "utf-8", 200)

    return call


def compared(charges: int, rounds: int) -> Iterator[Figure]:
    service, message = understood(OPERATION), reply(charges)
    calls = max(CALLS * 5 // (charges + 5), 5)
    taken = turns({"ours": batch(ours(service, message), calls), "zeep": batch(zeeps(service, message), calls)}, rounds)
    ratio = ratios(taken["ours"], taken["zeep"])
    title = f"a title with {charges} charges, {len(message):,} bytes"
    yield Figure(f"{title}: here, us", spread(taken["ours"]))
    yield Figure("the same by zeep, us", spread(taken["zeep"]))
    yield Figure("ours by zeep's", spread(ratio, 2), f"at most {LIMIT}", median(ratio) <= LIMIT)


def parts(charges: int, rounds: int) -> Iterator[Figure]:
    """Where our own time goes."""
    service, message = understood(OPERATION), reply(charges)
    fields = service.fields(CALL, message, "utf-8", 200)
    works: dict[str, Callable[[], object]] = {
        "fill the envelope": lambda: service.request.fill(CALL),
        "read the reply": lambda: service.fields(CALL, message, "utf-8", 200),
        "answer and JSON": lambda: service.operation.finish(CALL, fields),
    }
    taken = turns({name: batch(work, CALLS) for name, work in works.items()}, rounds)
    yield from (Figure(f"of ours with {charges}: {name}, us", spread(taken[name])) for name in works)


def main(arguments: Sequence[str]) -> int:
    asked = options("soap", __doc__, "soap.md", arguments)
    figures = [each for charges in (0, 3, 50) for each in compared(charges, asked.rounds)]
    figures += parts(3, asked.rounds)
    notes = (
        f"{asked.rounds} rounds of {CALLS} calls and fewer, in turns; CPU time: median, least, most",
        "Ours includes the answer as JSON, and checks that zeep does not make",
    )
    return publish(asked, "soap", "What a SOAP call costs without its network", notes, figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
