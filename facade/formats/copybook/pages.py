"""Code pages: what each byte of a record is as a text, as a digit and as a signed digit. Compiled once a page.

A page is an operator's to name, for no record says its own: byte 0x5B is a pound in cp285 and a dollar in cp037. Pages
of one byte a character are taken, EBCDIC and those that begin as ASCII does. Those that Python lacks come from the
package `ebcdic`. Control characters are no text: a NUL, a new line or EBCDIC's NEL (0x15) would end a record for some
reader, so neither goes in nor comes out (`GAP` stands in their place).
"""

from __future__ import annotations

import codecs
import functools
import importlib
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

GAP: Final = "\0"
"""Stands in a decoded text for a byte that is no text in this page."""

_NO_DIGIT: Final = "?"
_UNDEFINED: Final = "\ufffe"
"""What codecs.charmap_build takes for a byte without a character."""

_BYTES: Final = 256
_PROBE: Final = "A0 é£€ßя日あ"
"""Characters of one byte in some page or none, of two in pages that are not taken."""

_EBCDIC_PLUS: Final = (0xC0, 0xF0, 0xA0, 0xE0)
_EBCDIC_MINUS: Final = (0xD0, 0xB0)
"""Zones of a signed digit (z/Architecture Principles of Operation, decimal instructions); the first is written."""

_ASCII_PLUS: Final = b"0123456789", b"{ABCDEFGHI"
_ASCII_MINUS: Final = b"pqrstuvwxy", b"}JKLMNOPQR"
"""Signed digits of GnuCOBOL's and Micro Focus's own, which are written, and of EBCDIC records turned into ASCII."""


class PageError(ValueError):
    """A code page that cannot be used, as `what; mend`."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Page:
    """One code page. `texts` and `digits` have a character for each byte, `signed` a sign and a digit or nothing.

    `encoding` is codecs.charmap_build's. `plus`, `minus` and `unsigned` are the bytes of the ten digits as written.
    """

    name: str
    is_ebcdic: bool
    texts: str
    encoding: Any
    digits: str
    signed: tuple[str, ...]
    space: bytes
    plus: bytes
    minus: bytes
    unsigned: bytes

    def __repr__(self) -> str:
        return f"<Page {self.name}>"

    def encode(self, text: str) -> bytes:
        """Raise ValueError for a character that the page has not, or that is a control."""
        if GAP in text:
            raise ValueError("NUL")
        return codecs.charmap_encode(text, "strict", self.encoding)[0]


@functools.cache
def page_of(name: str) -> Page:
    """The page of this name; raise PageError.

    >>> page_of("cp1146").encode("£1").hex()
    '5bf1'
    """
    codec = _codec(name)
    texts = "".join(_character(codec, byte) for byte in range(_BYTES))
    zero = texts.find("0")
    if zero == -1 or texts[zero : zero + 10] != "0123456789" or texts[zero] != codec.decode(bytes([zero]))[0]:
        raise PageError(f"{name} has no digits where a record has them; write a page such as cp1146 or ascii")
    is_ebcdic = zero == 0xF0
    plus, minus = _zones(is_ebcdic=is_ebcdic)
    digits = "".join(chr(0x30 + byte - zero) if 0 <= byte - zero <= 9 else _NO_DIGIT for byte in range(_BYTES))
    return Page(
        name=name,
        is_ebcdic=is_ebcdic,
        texts=texts.replace(_UNDEFINED, GAP),
        encoding=codecs.charmap_build(GAP + texts[1:]),  # its fast form wants NUL first; `encode` refuses it
        digits=digits,
        signed=_signed(plus, minus),
        space=codec.encode(" ")[0],
        plus=plus[0],
        minus=minus[0],
        unsigned=bytes(range(zero, zero + 10)),
    )


def _codec(name: str) -> codecs.CodecInfo:
    try:
        codec = _found(name)
        _PROBE.encode(name, "ignore")  # which takes encodings of text alone, and not rot13
        widths = [len(codec.encode(character, "ignore")[0]) for character in _PROBE]
    except (LookupError, TypeError, ValueError):
        raise PageError(f"{name} is no code page; write one such as cp037, cp285, cp1146 or ascii") from None
    if max(widths) > 1 or min(widths[:3]) == 0:
        raise PageError(f"{name} is not of one byte a character; write a page such as cp1146 or ascii")
    return codec


def _found(name: str) -> codecs.CodecInfo:
    try:
        return codecs.lookup(name)
    except LookupError:
        try:
            importlib.import_module("ebcdic")  # registers its pages
        except ModuleNotFoundError:
            raise PageError(f"{name} needs the package ebcdic; install strangler-facade[mainframe]") from None
        return codecs.lookup(name)


def _character(codec: codecs.CodecInfo, byte: int) -> str:
    try:
        text = codec.decode(bytes([byte]))[0]
    except UnicodeDecodeError:
        return _UNDEFINED
    return _UNDEFINED if len(text) != 1 or unicodedata.category(text) in {"Cc", "Cs", "Co", "Cn"} else text


def _zones(*, is_ebcdic: bool) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    if not is_ebcdic:
        return _ASCII_PLUS, _ASCII_MINUS
    plus, minus = (tuple(bytes(range(zone, zone + 10)) for zone in zones) for zones in (_EBCDIC_PLUS, _EBCDIC_MINUS))
    return plus, minus


def _signed(plus: tuple[bytes, ...], minus: tuple[bytes, ...]) -> tuple[str, ...]:
    signed = [""] * _BYTES
    for sign, rows in (("+", plus), ("-", minus)):
        for row in rows:
            for digit, byte in enumerate(row):
                signed[byte] = f"{sign}{digit}"
    return tuple(signed)
