"""Who a client is by its certificate, as those behind the facade are told, in fields that nobody outside can forge.

`Client-Cert` holds the certificate itself (RFC 9440 section 2.2). Beside it, for programs that read no X.509, stand
`X-Client-Cert-Subject`, its subject as RFC 4514 writes one, and `X-Client-Cert-San`, its alternative names as
`DNS:a.example, URI:spiffe://b/c`, where whatever could be taken for a separator is percent-encoded.

The law of this file: what a client itself sends under these names, or under `Client-Cert-Chain`, in any spelling, goes
no further (RFC 9440 section 4). Only a trusted peer's stand, and only where its connection showed no certificate.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from facade.wire.message import RequestHead

LONGEST: Final = 8 * 1024
"""Bytes of one such field: what common servers read in one line. A longer one is left out, because a shortened name
would be somebody else's."""

MARK: Final = b"client"
"""Stands in each of these names: a head without it, in lower case, has nothing to drop."""

_NAMES: Final = rb"(?:client[-_]cert(?:[-_]chain)?|x[-_]client[-_]cert[-_](?:subject|san)):[^\r]*"
_EVERY: Final = re.compile(rb"\r\n" + _NAMES, re.IGNORECASE)
_TWINS: Final = re.compile(rb"\r\n(?=[^:\r]*_)" + _NAMES, re.IGNORECASE)
"""Only the spellings with `_`, which many servers read as `-`."""

_ATTRIBUTES: Final = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
    "streetAddress": "STREET",
    "userId": "UID",
}
"""The short names of RFC 4514 section 3, by OpenSSL's long ones. Others stand as OpenSSL has them."""

_KINDS: Final = {"DNS": "DNS", "IP Address": "IP", "Registered ID": "RID", "URI": "URI", "email": "email"}
"""Kinds of alternative names, by OpenSSL's words. Those of other kinds stand in `Client-Cert` alone."""

_UNMISTAKABLE: Final = "!$&'()*+./:;=?@[]~#"
"""What stands in a URI, an address or a name and separates nothing here: neither comma, space, quote nor `%`."""

_SPECIAL: Final = frozenset('"+,;<>\\')
"""RFC 4514 section 2.4."""

RelativeName = Sequence[tuple[str, str]]
"""One level of a distinguished name: attributes and their values, nearly always one of them."""


def shown(transport: asyncio.BaseTransport) -> bytes:
    """The field lines for the certificate that the client showed in its handshake, each with a CRLF before it.

    Empty where it showed none. To be asked once a connection: it never changes, because there is no renegotiation.
    """
    fields = transport.get_extra_info("peercert")
    if not fields:
        return b""
    certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return lines(certificate, fields.get("subject", ()), fields.get("subjectAltName", ()))


def lines(certificate: bytes, subject: Sequence[RelativeName], alternatives: Sequence[tuple[str, str]]) -> bytes:
    """The field lines for a certificate in DER, with its names as `ssl.SSLSocket.getpeercert` gives them."""
    fields = (
        ("Client-Cert", f":{base64.b64encode(certificate).decode('ascii')}:"),  # RFC 8941 section 3.3.5
        ("X-Client-Cert-Subject", distinguished(subject)),
        ("X-Client-Cert-San", alternative(alternatives)),
    )
    told = [f"\r\n{name}: {value}" for name, value in fields if 0 < len(value) <= LONGEST]
    return "".join(told).encode("ascii")


def vouch(head: RequestHead, certificate: bytes, *, trusted: bool) -> None:
    """Drop what the client itself said of a certificate, and add the lines `certificate` of the one that it showed."""
    dropped = _TWINS if trusted and not certificate else _EVERY
    head.block = dropped.sub(b"", head.block) + certificate
    head.lowered = head.block.lower()


def distinguished(name: Sequence[RelativeName]) -> str:
    r"""A distinguished name as RFC 4514 section 2 writes it, the most special part first, in visible ASCII.

    >>> distinguished([[("organizationName", "Land, Sea")], [("commonName", "Zoë")]])
    'CN=Zo\\C3\\AB,O=Land\\, Sea'
    """
    return ",".join("+".join(_attribute(*pair) for pair in level) for level in reversed(name))


def alternative(names: Sequence[tuple[str, str]]) -> str:
    """Alternative names in one line, in their order.

    >>> alternative([("DNS", "a.example"), ("DNS", "b, DNS:c")])
    'DNS:a.example, DNS:b%2C%20DNS:c'
    """
    known = [(_KINDS[kind], value) for kind, value in names if kind in _KINDS]
    return ", ".join(f"{kind}:{quote(value, safe=_UNMISTAKABLE)}" for kind, value in known)


def _attribute(kind: str, value: str) -> str:
    return f"{_ATTRIBUTES.get(kind, kind.replace(' ', ''))}={_escaped(value)}"


def _escaped(value: str) -> str:
    escaped = "".join(map(_character, value))
    if escaped.startswith(("#", " ")):
        escaped = f"\\{escaped}"
    return f"{escaped[:-1]}\\ " if escaped.endswith(" ") and escaped != "\\ " else escaped


def _character(character: str) -> str:
    if character in _SPECIAL:
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    return "".join(f"\\{byte:02X}" for byte in character.encode())
