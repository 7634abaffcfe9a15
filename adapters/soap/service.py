"""A silo's operations understood: from what an operator wrote and the WSDL, everything that a call needs but a network.

The same is done when a configuration is checked, where what is wrong is told, and when the silo is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.soap.arguments import build_request
from adapters.soap.documents import read_documents
from adapters.soap.envelope import open_envelope
from adapters.soap.faults import is_fault, silo_error
from adapters.soap.reply import Readers
from adapters.soap.request import Request
from adapters.soap.settings import SoapOperation
from adapters.soap.texts import Read, Unreadable
from adapters.soap.wrong import WsdlError
from adapters.soap.wsdl import Exchange, Interface, understand
from facade.port import Answer, Call, Files, SiloNonsense


@dataclass(frozen=True, slots=True)
class Service:
    """One operation of a silo, ready to be called. `tags` are what its answer's element may be called."""

    operation: SoapOperation
    exchange: Exchange
    request: Request = field(repr=False)
    tags: frozenset[str]
    read: Read | None = field(repr=False)

    def answer(self, call: Call, body: bytes, charset: str | None, status: int, *, large: bool = False) -> Answer:
        """What a reply means. Pure, and takes its time with a large one; raises a SiloError."""
        try:
            return self.operation.finish(call, self.fields(call, body, charset, status), large=large)
        except (Unreadable, WsdlError) as unreadable:  # a type that only an answer names is compiled when one does
            raise SiloNonsense(f"{call.operation}: no usable answer: {unreadable}") from None

    def fields(self, call: Call, body: bytes, charset: str | None, status: int) -> Mapping[str, Any]:
        """The silo's fields in a reply; raises Unreadable, and the SiloError that a fault is."""
        if not body and self.read is None and 200 <= status <= 299:
            return {}
        element = open_envelope(body, charset, self.exchange.version)
        if is_fault(element, self.exchange.version):
            raise silo_error(call.operation, element, self.exchange.version, self.operation.faults)
        if not 200 <= status <= 299:
            raise Unreadable(f"status {status}, and no Fault")
        if element is None or self.read is None:
            if element is None and self.read is None:
                return {}
            raise Unreadable("its Body has not what the WSDL says")
        if element.tag not in self.tags:
            raise Unreadable("its Body has another element than the WSDL says")
        fields = self.read(element)
        return fields if isinstance(fields, Mapping) else {"value": fields}


def services(
    files: Files, wsdl: str, port: str | None, operations: Mapping[str, SoapOperation]
) -> Iterator[tuple[str, Service | list[tuple[str, str]]]]:
    """By operation its service, or all that is wrong with it. Blocks, and takes long; raises WsdlError."""
    interface = understand(read_documents(files, wsdl))
    for name, operation in operations.items():
        yield name, _service(interface, port, operation)


def _service(interface: Interface, port: str | None, operation: SoapOperation) -> Service | list[tuple[str, str]]:
    try:
        exchange = interface.exchange(operation.call, port)
        tags, read = _answering(exchange, interface.readers)
    except WsdlError as error:
        return [("call", str(error))]
    request, mistakes = build_request(exchange, interface, operation.arguments)
    return mistakes if request is None else Service(operation, exchange, request, tags, read)


def _answering(exchange: Exchange, readers: Readers) -> tuple[frozenset[str], Read | None]:
    """The element that answers, by its possible names, and its reader; none for an operation without an answer."""
    output = exchange.zeep.output
    if output is None or output.body is None:
        return frozenset(), None
    element = output.body
    if output._is_body_wrapped:  # noqa: SLF001 - zeep has no other name for it
        raise WsdlError(
            f"{exchange.name} answers with several elements in one Body; ask for an interface of WS-I's kind"
        )
    tag = element.qname.text
    if exchange.style != "rpc":
        return frozenset({tag}), readers.of(element.type)
    namespace = element.qname.namespace  # WS-I Basic Profile 1.1, R2729; zeep names the element by the message
    named = f"{{{namespace}}}{exchange.name}Response" if namespace else f"{exchange.name}Response"
    return frozenset({tag, named}), readers.of_rpc(element.type, namespace)
