"""Characters of a page as browsers read them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.screen.decoding import LOST, codec_of, decode

EURO = b"caf\xe9 \x80"


@pytest.mark.parametrize(
    ("body", "told", "forced", "text", "codec"),
    [
        (EURO, "ISO-8859-1", None, "café €", "cp1252"),
        (EURO, None, "iso8859-15", "café \x80", "iso8859-15"),
        (EURO, None, None, "café €", "cp1252"),
        ("café".encode(), None, None, "café", "utf-8"),
        (codecs.BOM_UTF8 + "café".encode(), "iso-8859-1", None, "café", "utf-8"),
        (b"<meta charset='koi8-r'>\xc1", None, None, "\u0430", "koi8-r"),
        (
            b"<META http-equiv=Content-Type content='text/html; charset=windows-1251'>\xe0",
            "nonsense",
            None,
            "\u0430",
            "cp1251",
        ),
        (b"<!-- <meta charset=koi8-r> -->\xe9", None, None, "é", "cp1252"),
        (b" " * 1024 + b"<meta charset=koi8-r>\xe9", None, None, "é", "cp1252"),
        (b"\xff\xfe", "utf-8", None, LOST * 2, "utf-8"),
    ],
)
def test_a_page_is_read_by_the_operators_word_its_mark_its_header_its_own_word_or_a_guess(
    body: bytes, told: str | None, forced: str | None, text: str, codec: str
) -> None:
    found, used = decode(body, told, forced)
    assert (found.endswith(text), used) == (True, codec)


@pytest.mark.parametrize("label", ["utf-7", "idna", "rot13", "base64", "", "latin-99"])
def test_what_no_page_has_is_no_encoding(label: str) -> None:
    with pytest.raises(ValueError, match="write one such as utf-8"):
        codec_of(label)
    assert decode(b"x", label, None) == ("x", "utf-8")


@given(st.binary(max_size=200), st.one_of(st.none(), st.sampled_from(["iso-8859-1", "utf-8", "big5", "x"])))
def test_every_page_is_read(body: bytes, told: str | None) -> None:
    text, codec = decode(body, told, None)
    assert isinstance(text, str)
    assert codecs.lookup(codec)
