"""Which characters a page is made of, and how its forms are sent. Pure.

As browsers do it (the Encoding standard of the WHATWG): a page that says ISO-8859-1 means windows-1252, a byte order
mark is believed before any word, and only encodings that pages really have are known. Python knows many more, of which
some are slow and some are no encodings at all.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_WINDOWS: Final = "cp1252"

_NAMES: Final = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8",
    _WINDOWS: "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 ascii us-ascii cp819 ibm819",
    "iso8859-2": "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2",
    "iso8859-3": "iso-8859-3 latin3",
    "iso8859-4": "iso-8859-4 latin4",
    "iso8859-5": "iso-8859-5 cyrillic",
    "iso8859-6": "iso-8859-6 arabic",
    "iso8859-7": "iso-8859-7 greek",
    "iso8859-8": "iso-8859-8 hebrew iso-8859-8-i",
    "cp1254": "windows-1254 cp1254 iso-8859-9 latin5 l5",
    "iso8859-10": "iso-8859-10 latin6",
    "iso8859-13": "iso-8859-13",
    "iso8859-14": "iso-8859-14",
    "iso8859-15": "iso-8859-15 iso_8859-15 latin9 l9",
    "iso8859-16": "iso-8859-16",
    "cp1250": "windows-1250 cp1250",
    "cp1251": "windows-1251 cp1251",
    "cp1253": "windows-1253 cp1253",
    "cp1255": "windows-1255 cp1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257 cp1257",
    "cp1258": "windows-1258 cp1258",
    "cp874": "windows-874 iso-8859-11 tis-620",
    "cp866": "ibm866 cp866 866",
    "koi8-r": "koi8-r koi8",
    "koi8-u": "koi8-u",
    "gb18030": "gb18030 gbk gb2312 x-gbk",
    "big5hkscs": "big5 big5-hkscs",
    "euc_jp": "euc-jp x-euc-jp",
    "cp932": "shift_jis shift-jis sjis windows-31j ms932",
    "cp949": "euc-kr ks_c_5601-1987 windows-949",
}
_CODECS: Final = {label: codec for codec, labels in _NAMES.items() for label in labels.split()}

_HEAD: Final = 1024
"""Bytes in which a page must say its encoding (HTML section 13.2.3.2)."""

_META: Final = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)

LOST: Final = "\ufffd"
"""Stands where bytes were no character."""


def codec_of(label: str) -> str:
    """Python's codec for a page's word; raise ValueError with `what; mend`.

    >>> codec_of("ISO-8859-1")
    'cp1252'
    """
    codec = _CODECS.get(label.strip().lower())
    if codec is None:
        raise ValueError("this is no encoding that pages have; write one such as utf-8, iso-8859-1 or windows-1252")
    return codec


def decode(body: bytes, told: str | None, forced: str | None) -> tuple[str, str]:
    """A page's text and the codec it was read with; `forced` by the operator, else its mark, else as `told` by its
    header field, else as it says itself, else UTF-8 if it is that. What is no character becomes `LOST`.
    """
    if forced is not None:
        codec = forced
    elif body.startswith(codecs.BOM_UTF8):
        codec = "utf-8"
    else:
        codec = _known(told) or _own(body) or _guessed(body)
    return body.removeprefix(codecs.BOM_UTF8 if codec == "utf-8" else b"").decode(codec, "replace"), codec


def _known(label: str | None) -> str | None:
    return None if label is None else _CODECS.get(label.strip().lower())


def _own(body: bytes) -> str | None:
    said = _META.search(_COMMENT.sub(b"", body[:_HEAD]))
    return None if said is None else _known(said[1].decode("ascii", "replace"))


def _guessed(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return _WINDOWS
    return "utf-8"
