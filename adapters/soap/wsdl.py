"""An interface as its WSDL has it: operations by name, each with what it asks, what it answers and how it travels.

Understanding a WSDL takes a tenth of a second and more, so one of the same bytes is understood once in a process. What
is found is never changed again, and is read by any thread.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zeep.exceptions import Error as ZeepError
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap12Binding, SoapBinding

from adapters.soap import encoding
from adapters.soap.documents import Documents, name_of
from adapters.soap.facets import Restriction, restrictions
from adapters.soap.reply import Readers
from adapters.soap.wrong import WsdlError

_KEPT: Final = 64
"""Understood interfaces that are kept: more than a sidecar has SOAP silos."""

_SETTINGS: Final = Settings(forbid_dtd=True, forbid_entities=True, force_https=False)


class Version(enum.Enum):
    """Of SOAP: its envelope's namespace and the media type of its messages."""

    SOAP_1_1 = ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml")
    SOAP_1_2 = ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml")

    @property
    def namespace(self) -> str:
        return self.value[0]

    @property
    def media_type(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One operation of one port. `style` is rpc or document; `zeep` its own operation, with `input` and `output`."""

    name: str
    version: Version
    style: str
    action: str
    zeep: Any = field(repr=False)


class Interface:
    """An understood WSDL."""

    def __init__(self, document: Any, known: Mapping[str, Restriction]) -> None:
        self._document = document
        self.restrictions = known
        self.readers = Readers(self._global_type, self._global_element)

    def exchange(self, name: str, port: str | None) -> Exchange:
        """The operation of this name; raises WsdlError where there is none or where several services have one."""
        ports = dict(self._ports())
        if port is not None and port not in ports:
            raise WsdlError(f"the WSDL has no SOAP port {port!r}; settings.port may be {_listed(ports)}")
        searched = {port: ports[port]} if port is not None else ports
        having = {each: binding for each, binding in searched.items() if name in binding.all()}
        if not having:
            known = {operation for binding in searched.values() for operation in binding.all()}
            raise WsdlError(f"the WSDL has no operation {name!r}; write {_listed(known)}")
        if len({str(binding.port_name) for binding in having.values()}) > 1:
            what = f"the WSDL has an operation {name!r} in several port types"
            raise WsdlError(f"{what}; say which by settings.port: {_listed(having)}")
        binding = next(iter(having.values()))
        operation = binding.get(name)
        version = Version.SOAP_1_2 if isinstance(binding, Soap12Binding) else Version.SOAP_1_1
        return Exchange(name, version, operation.style, operation.soapaction or "", operation)

    def _ports(self) -> Iterator[tuple[str, Any]]:
        for service in self._document.services.values():
            for name, port in service.ports.items():
                if isinstance(port.binding, SoapBinding):
                    yield name, port.binding

    def _global_type(self, name: str) -> Any:
        try:
            return self._document.types.get_type(name, fail_silently=True)
        except (ZeepError, ValueError):  # a name that a silo made up need not even be a name
            return None

    def _global_element(self, tag: str) -> Any:
        try:
            return self._document.types.get_element(tag)
        except (ZeepError, ValueError):
            return None


@functools.lru_cache(maxsize=_KEPT)
def understand(documents: Documents) -> Interface:
    """Understand a WSDL. Takes long; raises WsdlError."""
    try:
        transport: Any = _LocalTransport(documents)
        document = Document(documents.root, transport, settings=_SETTINGS)
    except Exception as error:  # whatever zeep meets in a schema that is none, it says as anything from KeyError up
        raise WsdlError(f"{_place(documents, error)}: {_reason(error)}; ask for another copy") from error
    return Interface(document, restrictions(documents.schemas()))


class _LocalTransport:
    """zeep's way to its documents: those that were read, one that we give, and no others."""

    def __init__(self, documents: Documents) -> None:
        self._texts = {encoding.NAMESPACE: encoding.SCHEMA, **dict(documents.texts)}

    def load(self, location: str) -> bytes:
        try:
            return self._texts[location]
        except KeyError:
            raise WsdlError(f"it needs {name_of(location)}, and no import names a file for that") from None


def _place(documents: Documents, error: Exception) -> str:
    name = name_of(documents.root)
    line = getattr(error, "sourceline", None)
    return name if line is None else f"{name}:{line}"


def _reason(error: Exception) -> str:
    words = " ".join(str(getattr(error, "message", None) or error).split())
    return f"this WSDL cannot be understood ({words or type(error).__name__})".replace(";", ",")


def _listed(names: Any) -> str:
    shown = sorted(names)
    return ", ".join(shown[:10]) + (" …" if len(shown) > 10 else "") if shown else "nothing: it has no SOAP binding"
