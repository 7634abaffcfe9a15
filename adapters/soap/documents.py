"""A WSDL and all that it imports, read from local files and never from a network.

Every document is held to the same law as a silo's answer (no document type, bounded), and so are their number and
their imports' addresses. A place in a message is the file as the silo's folder sees it, and the import's own line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from lxml import etree

from adapters.soap.facets import XSD
from adapters.soap.wrong import WsdlError
from facade.formats import FormatError
from facade.formats.xml import plain_xml
from facade.port import Files, Unreadable

WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""Of one document: the largest published interfaces of governments have about four."""

MAX_DOCUMENTS: Final = 300
"""Of one interface: a schema a message, and then some."""

_ABOVE: Final = "/:above-the-silos-own:/"
_SILO: Final = f"file://{_ABOVE}a/b/c/d/"
"""The address that stands for the folder of the silo's file, so that imports are resolved as addresses are (RFC 3986
section 5.2), by us as by zeep. It is deep, so that an import may climb out of it.
"""

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
    """An interface's documents, each by the address that stands for its file, the WSDL itself first. Equal where their
    names and bytes are.
    """

    texts: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def root(self) -> str:
        return self.texts[0][0]

    def schemas(self) -> Iterator[Any]:
        """Every schema in them, parsed."""
        for _, text in self.texts:
            yield from etree.fromstring(text, _parser()).iter(f"{XSD}schema")


def read_documents(files: Files, wsdl: str) -> Documents:
    """Read the WSDL of this name and what it imports. Blocks; raises WsdlError."""
    root = urljoin(_SILO, quote(wsdl))
    found: dict[str, bytes] = {}
    waiting = [(root, wsdl)]
    while waiting:
        location, place = waiting.pop(0)
        if location in found:
            continue
        if len(found) == MAX_DOCUMENTS:
            raise WsdlError(f"{place}: imports more than {MAX_DOCUMENTS} documents; import fewer")
        found[location] = _read(files, location, place)
        waiting += _imports(location, found[location])
    return Documents(tuple(found.items()))


def name_of(location: str) -> str:
    """The file that an address stands for, as a path from the silo's folder."""
    path = unquote(urlsplit(location).path)
    return posixpath.relpath(path, urlsplit(_SILO).path) if path.startswith(_ABOVE) else path


def _read(files: Files, location: str, place: str) -> bytes:
    name = name_of(location)
    try:
        document = files.read(name, MAX_DOCUMENT_BYTES)
    except Unreadable as unreadable:
        raise WsdlError(f"{place}: {name} {unreadable.what}; {unreadable.mend}") from None
    try:
        return plain_xml(document, limit=MAX_DOCUMENT_BYTES)
    except FormatError as error:
        raise WsdlError(f"{place}: {name} {error}; ask for another copy") from None


def _imports(location: str, text: bytes) -> Iterator[tuple[str, str]]:
    """(address, place of the import) of each."""
    name = name_of(location)
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
            yield urljoin(location, address), place


def _shown(address: str) -> str:
    """An address without what may be a secret in it."""
    return re.sub(r"//[^/@]*@", "//", address.partition("?")[0])[:200]


def _parser() -> Any:
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
