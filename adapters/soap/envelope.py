"""A reply's envelope, opened: the one element in its body. What is no such envelope is Unreadable.

The parser follows nothing and expands nothing; before it, the text keeps the law of `facade.formats.xml`. There is one
Envelope of the version that was asked in, at most one Header before one Body, and at most one element in that: a
message that could be read in two ways is not read. Header blocks are passed over, as no signature is checked.
"""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from adapters.soap.texts import Unreadable
from adapters.soap.wsdl import Version
from facade.formats import FormatError
from facade.formats.xml import plain_xml

MAX_REPLY_BYTES: Final = 4 * 1024 * 1024
"""Of one reply: it is whole in memory, as text, as a tree and as fields, several at a time."""

MAX_REPLY_TAGS: Final = 100_000
"""Of one reply, opening and closing: with more, garbage collection and the writing of JSON hold everybody else's calls
up for longer than they may."""

_NAMES: Final = {
    version: tuple(f"{{{version.namespace}}}{name}" for name in ("Envelope", "Header", "Body")) for version in Version
}


def open_envelope(message: bytes, charset: str | None, version: Version) -> Any:
    """The element in the body, a Fault or not; None where the body is empty."""
    envelope, header, body = _NAMES[version]
    root = _parsed(message, charset)
    if root.tag != envelope:
        raise Unreadable("its root is no Envelope of the SOAP version that the WSDL names")
    parts = [each.tag for each in root]
    if parts not in ([body], [header, body]):
        raise Unreadable("its Envelope has not one Body, after one Header at most")
    content = list(root[-1])
    if len(content) > 1:
        raise Unreadable("its Body has more than one element")
    if not content:
        return None
    if not isinstance(content[0].tag, str):
        raise Unreadable("its Body has a processing instruction in it")
    return content[0]


def _parsed(message: bytes, charset: str | None) -> Any:
    try:
        return etree.fromstring(plain_xml(message, charset, MAX_REPLY_BYTES, MAX_REPLY_TAGS), _parser())
    except FormatError as error:
        raise Unreadable(f"it {error}") from None
    except etree.XMLSyntaxError:
        raise Unreadable("it is not well-formed XML, or is nested too deep") from None


def _parser() -> Any:
    """One a reply: replies are read in several threads, which would wait for each other at a shared one."""
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
