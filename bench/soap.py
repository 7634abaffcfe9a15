"""What a SOAP call costs without its network: this adapter beside zeep's bare envelope and parse, in one process.

Usage: `python -m bench.soap`; half a minute of one core. Both are given the same WSDL and the same reply. zeep's side
ends with its own objects in hand; ours with the platform's JSON, after checks of arguments and message that zeep does
not make. Rounds alternate, CPU time is counted, and the median of the rounds' ratios is what counts.

The second figure is how long a large reply, read in a thread, holds the event loop: the longest gap between two ticks
of a coroutine that only sleeps, beside the same with nothing to do, which is what the machine itself does to it.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, Final

from lxml import etree
from zeep.settings import Settings

from adapters.soap.service import Service, services
from adapters.soap.settings import SoapOperation
from facade.testing import make_call

LIMIT: Final = 1.3
"""Ours by zeep's, at most."""

HOLD: Final = 5.0
"""Milliseconds for which nothing may hold the event loop."""

SWITCH: Final = 0.0005
"""Seconds until a thread that computes hands over, as `facade.app` sets it."""

ROUNDS: Final = 15
CALLS: Final = 300
TICK: Final = 0.0005
LARGE: Final = 16_000
"""Charges of a title: nearly a megabyte, and nearly as many tags as a reply may have."""

LONG: Final = 3_000_000
"""Bytes of a lender's name: a document, say, and nearly as long as a reply may be."""

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
        found = dict(services(path, None, {"get": SoapOperation.model_validate(operation)}))["get"]
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


def microseconds(call: Callable[[], object], calls: int) -> float:
    gc.collect()
    begun = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - begun) / calls * 1e6


def compared(charges: int) -> tuple[float, float, float]:
    """Microseconds a call of ours and of zeep's, and the median of the rounds' ratios."""
    service, message = understood(OPERATION), reply(charges)
    mine, bare = ours(service, message), zeeps(service, message)
    calls = max(CALLS * 5 // (charges + 5), 5)
    rounds = [(microseconds(mine, calls), microseconds(bare, calls)) for _ in range(ROUNDS)]
    return median(a for a, _ in rounds), median(b for _, b in rounds), median(a / b for a, b in rounds)


def parts(charges: int) -> dict[str, float]:
    """Where our own time goes, in microseconds; each part is measured alone."""
    service, raw, message = understood(OPERATION), understood({**OPERATION, "answer": {"n": "number"}}), reply(charges)
    fields = service.fields(CALL, message, "utf-8", 200)
    return {
        "fill the envelope": microseconds(lambda: service.request.fill(CALL), CALLS),
        "read the reply": microseconds(lambda: service.fields(CALL, message, "utf-8", 200), CALLS),
        "answer and JSON": microseconds(lambda: service.operation.finish(CALL, fields), CALLS),
        "of which without `charges`": microseconds(lambda: raw.operation.finish(CALL, fields), CALLS),
    }


async def held(work: Callable[[], object]) -> float:
    """The longest gap between two ticks while a thread does `work`, less the tick, in seconds."""
    longest, done = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest
        while not done.is_set():
            begun = time.perf_counter()
            await asyncio.sleep(TICK)
            longest = max(longest, time.perf_counter() - begun - TICK)

    ticking = asyncio.gather(tick())
    await asyncio.to_thread(work)
    done.set()
    await ticking
    return longest


def gap(work: Callable[[], object]) -> float:
    """The median of the longest gaps, in milliseconds."""
    return median(asyncio.run(held(work)) for _ in range(ROUNDS)) * 1e3


def main() -> None:
    worst = 0.0
    for charges in (0, 3, 50):
        mine, bare, ratio = compared(charges)
        worst = max(worst, ratio)
        print(f"{charges:3} charges: {mine:7.1f} us here, {bare:7.1f} us zeep bare, {ratio:.2f} of it")
    for name, cost in parts(3).items():
        print(f"     {name}: {cost:.1f} us")
    print(f"{worst:.2f} of zeep's at most, {LIMIT} allowed: {'kept' if worst <= LIMIT else 'MISSED'}")
    sys.setswitchinterval(SWITCH)
    gc.freeze()  # as `facade.app` does when it has started
    service = understood(OPERATION)
    print(f"the event loop is held {gap(lambda: time.sleep(0.3)):.1f} ms when idle, {HOLD} allowed")
    for message in (reply(LARGE), reply(1, "x" * LONG)):
        busy = gap(functools.partial(service.answer, CALL, message, "utf-8", 200))
        kept = "kept" if busy <= HOLD else "MISSED"
        print(f"and {busy:.1f} ms by a reply of {len(message):,} bytes with {message.count(b'<'):,} tags: {kept}")


if __name__ == "__main__":
    main()
