"""The kind `soap`: a call's arguments fill an envelope, the reply's elements become the answer's JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from adapters.soap.carrier import Carrier
from adapters.soap.service import Service, services
from adapters.soap.settings import SoapOperation, SoapSettings
from adapters.soap.wrong import WsdlError
from facade.port import Adapter, AdapterKind, Answer, Call, Finding, Services, SiloUnreachable, parameter_mistakes

THREAD_BYTES: Final = 8 * 1024
"""A larger reply is read in a thread: this much takes two milliseconds, and the event loop is held for at most five."""


class SoapAdapter(Adapter):
    """An open service. `services` are its operations that the WSDL has; `wrong` says why there are none."""

    def __init__(self, carrier: Carrier, found: Mapping[str, Service], wrong: str) -> None:
        self._carrier = carrier
        self._services = found
        self._wrong = wrong

    def __repr__(self) -> str:
        return f"<SoapAdapter operations={sorted(self._services)}>"

    async def call(self, call: Call) -> Answer:
        """Send one message. A write that was not answered may or may not have been done."""
        service = self._services.get(call.operation)
        if service is None:
            raise SiloUnreachable(f"{call.operation}: {self._wrong}")
        message = service.request.fill(call)
        reply = await self._carrier.send(call.operation, service.exchange, message, call.deadline)
        if len(reply.body) <= THREAD_BYTES:
            return service.answer(call, reply.body, reply.charset, reply.status)
        return await asyncio.to_thread(service.answer, call, reply.body, reply.charset, reply.status)

    async def close(self) -> None:
        """End what runs and leave nothing open."""
        await self._carrier.close()


class SoapKind(AdapterKind[SoapSettings, SoapOperation]):
    """SOAP services with a WSDL 1.1."""

    name = "soap"
    settings = SoapSettings
    operation = SoapOperation

    def mistakes(self, operation: SoapOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong between the keys of an operation."""
        return parameter_mistakes(operation.arguments, parameters)

    def examine(
        self, settings: SoapSettings, operations: Mapping[str, SoapOperation], folder: Path
    ) -> tuple[Finding, ...]:
        """What is wrong between the operations and the WSDL, and with the WSDL itself."""
        return tuple(_findings(settings, operations, folder))

    async def open(
        self, settings: SoapSettings, operations: Mapping[str, SoapOperation], services: Services
    ) -> SoapAdapter:
        """Understand the WSDL, in a thread. One that is gone since it was checked is met by the calls."""
        found, wrong = await asyncio.to_thread(_understood, settings, operations, services.folder)
        carrier = Carrier(settings.endpoint.get_secret_value(), settings.connections, services.clock)
        return SoapAdapter(carrier, found, wrong)


def _understood(
    settings: SoapSettings, operations: Mapping[str, SoapOperation], folder: Path
) -> tuple[dict[str, Service], str]:
    try:
        every = dict(services(folder / settings.wsdl, settings.port, operations))
    except WsdlError:
        return {}, "the silo's WSDL cannot be read any more"
    return {name: each for name, each in every.items() if isinstance(each, Service)}, "the silo's WSDL has changed"


def _findings(settings: SoapSettings, operations: Mapping[str, SoapOperation], folder: Path) -> Iterator[Finding]:
    try:
        every = dict(services(folder / settings.wsdl, settings.port, operations))
    except WsdlError as error:
        yield Finding("settings.wsdl", str(error))
        return
    for name, found in every.items():
        for key, words in [] if isinstance(found, Service) else found:
            yield Finding(f"operations.{name}.{key}", words)
