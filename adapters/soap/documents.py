"""A WSDL and all that it imports, read from local files and never from a network.

Every document is held to the same law as a silo's answer (no document type, bounded), and so are their number and
their imports' addresses. A place in a message is the file as the WSDL's folder sees it, and the import's own line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from adapters.soap.facets import XSD
from adapters.soap.wrong import WsdlError
from facade.formats import FormatError
from facade.formats.xml import plain_xml

WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""Of one document: the largest published interfaces of governments have about four."""

MAX_DOCUMENTS: Final = 300
"""Of one interface: a schema a message, and then some."""

_WSDL_2: Final = "{http://www.w3.org/ns/wsdl}description"
_SCHEME: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:|//)")
_ADDRESSES: Final = {
    f"{WSDL}import": "location",
    f"{XSD}import": "schemaLocation",
    f"{XSD}include": "schemaLocation",
    f"{XSD}redefine": "schemaLocation",
}


@dataclass(frozen=True, slots=True)
class Documents:
    """An interface's documents by their absolute paths, the WSDL itself first. Equal where their bytes are."""

    texts: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def root(self) -> str:
        return self.texts[0][0]

    def schemas(self) -> Iterator[Any]:
        """Every schema in them, parsed."""
        for _, text in self.texts:
            yield from etree.fromstring(text, _parser()).iter(f"{XSD}schema")


def read_documents(path: Path) -> Documents:
    """Read the WSDL at `path` and what it imports. Blocks; raises WsdlError."""
    root = os.path.realpath(path)
    folder = Path(root).parent
    found: dict[str, bytes] = {}
    waiting = [(root, path.name)]
    while waiting:
        location, place = waiting.pop(0)
        if location in found:
            continue
        if len(found) == MAX_DOCUMENTS:
            raise WsdlError(f"{place}: imports more than {MAX_DOCUMENTS} documents; import fewer")
        found[location] = _read(location, place)
        name = os.path.relpath(location, folder)
        waiting += _imports(location, name, found[location])
    return Documents(tuple(found.items()))


def _read(location: str, place: str) -> bytes:
    try:
        with Path(location).open("rb") as file:
            document = file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise WsdlError(f"{place}: {Path(location).name} cannot be read ({reason}); put it there") from None
    try:
        return plain_xml(document, limit=MAX_DOCUMENT_BYTES)
    except FormatError as error:
        raise WsdlError(f"{place}: {Path(location).name} {error}; ask for another copy") from None


def _imports(location: str, name: str, text: bytes) -> Iterator[tuple[str, str]]:
    """(path, place of the import) of each."""
    try:
        root = etree.fromstring(text, _parser())
    except etree.XMLSyntaxError as error:
        raise WsdlError(f"{name}:{error.lineno}: this is not well-formed XML; ask for another copy") from None
    if root.tag == _WSDL_2:
        raise WsdlError(f"{name}:{root.sourceline}: this is WSDL 2.0; ask for the interface as WSDL 1.1")
    for node in root.iter(*_ADDRESSES):
        address = (node.get(_ADDRESSES[node.tag]) or "").strip()
        place = f"{name}:{node.sourceline}"
        if _SCHEME.match(address):
            what = f"this imports from {_shown(address)}, and a WSDL is read from files alone"
            raise WsdlError(f"{place}: {what}; put a copy beside it and name that")
        if address:
            yield os.path.realpath(Path(location).parent / address), place


def _shown(address: str) -> str:
    """An address without what may be a secret in it."""
    return re.sub(r"//[^/@]*@", "//", address.partition("?")[0])[:200]


def _parser() -> Any:
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
