"""A SOAP Fault: the codes by which an operator may map it, whatever status it came with.

The codes are names alone, without prefix: of the elements in its detail, of its subcodes from the innermost out, of its
code; and of a code with points in it (SOAP 1.1 section 4.4.1: `Client.TitleNotFound`) the last part too. Its words are
the silo's, and shown to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.soap.wsdl import Version
from facade.port import Faults, SiloError, SiloSaysNo

MAX_CODES: Final = 20
"""Codes of one fault that are looked at; it has two or three."""

UNMAPPED: Final = 502
"""The caller's status for a fault that the operator's `faults` does not name: nobody said that it is the caller's."""


def is_fault(element: Any, version: Version) -> bool:
    return element is not None and bool(element.tag == f"{{{version.namespace}}}Fault")


def silo_error(operation: str, fault: Any, version: Version, faults: Faults) -> SiloError:
    """The port's error for a fault."""
    for code, _ in zip(_codes(fault, version), range(MAX_CODES), strict=False):
        status = faults.status(code)
        if status is not None:
            return SiloSaysNo(status, f"{operation}: the silo says no ({code})")
    return SiloSaysNo(UNMAPPED, f"{operation}: the silo answers with a fault that faults does not name")


def _codes(fault: Any, version: Version) -> Iterator[str]:
    namespace = f"{{{version.namespace}}}" if version is Version.SOAP_1_2 else ""
    detail = fault.find(f"{namespace}Detail" if namespace else "detail")
    for each in () if detail is None else detail.iterchildren("*"):
        yield each.tag.rpartition("}")[2]
    code = fault.find(f"{namespace}Code/{namespace}Value" if namespace else "faultcode")
    subcodes = fault.iter(f"{namespace}Subcode") if namespace else ()
    written = [each.findtext(f"{namespace}Value") for each in subcodes]
    for text in (*reversed(written), None if code is None else code.text):
        name = (text or "").strip().rpartition(":")[2]
        if name:
            yield name
        if "." in name:
            yield name.rpartition(".")[2]
