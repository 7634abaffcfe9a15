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
from facade.port import Adapter, AdapterKind, Answer, Call, Files, Finding, Services, parameter_mistakes

THREAD_BYTES: Final = 8 * 1024
"""A larger reply is read in a thread: this much takes two milliseconds, and the event loop is held for at most five."""


class SoapAdapter(Adapter):
    """An open service, and its operations as the WSDL has them."""

    def __init__(self, carrier: Carrier, found: Mapping[str, Service]) -> None:
        self._carrier = carrier
        self._services = found

    def __repr__(self) -> str:
        return f"<SoapAdapter operations={sorted(self._services)}>"

    async def call(self, call: Call) -> Answer:
        """Send one message. A write that was not answered may or may not have been done."""
        service = self._services[call.operation]
        message = service.request.fill(call)
        reply = await self._carrier.send(call.operation, service.exchange, message, call.deadline)
        if len(reply.body) <= THREAD_BYTES:
            return service.answer(call, reply.body, reply.charset, reply.status)
        return await asyncio.to_thread(service.answer, call, reply.body, reply.charset, reply.status, large=True)

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
        self, settings: SoapSettings, operations: Mapping[str, SoapOperation], folder: Path, files: Files
    ) -> tuple[Finding, ...]:
        """What is wrong between the operations and the WSDL, and with the WSDL itself."""
        return tuple(_findings(settings, operations, files))

    async def open(
        self, settings: SoapSettings, operations: Mapping[str, SoapOperation], services: Services
    ) -> SoapAdapter:
        """Understand the WSDL, in a thread."""
        found = await asyncio.to_thread(_understood, settings, operations, services.files)
        return SoapAdapter(Carrier(settings.endpoint.get_secret_value(), settings.connections, services.clock), found)


def _understood(settings: SoapSettings, operations: Mapping[str, SoapOperation], files: Files) -> dict[str, Service]:
    every = services(files, settings.wsdl, settings.port, operations)
    return {name: each for name, each in every if isinstance(each, Service)}


def _findings(settings: SoapSettings, operations: Mapping[str, SoapOperation], files: Files) -> Iterator[Finding]:
    try:
        every = dict(services(files, settings.wsdl, settings.port, operations))
    except WsdlError as error:
        yield Finding("settings.wsdl", str(error))
        return
    for name, found in every.items():
        for key, words in [] if isinstance(found, Service) else found:
            yield Finding(f"operations.{name}.{key}", words)
