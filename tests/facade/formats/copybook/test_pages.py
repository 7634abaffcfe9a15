"""Code pages: those of one byte a character, by name; no control character is text."""

from __future__ import annotations

import pytest

from facade.formats.copybook.pages import PageError, page_of


@pytest.mark.parametrize(
    ("name", "pound", "dollar"),
    [
        ("cp037", 0xB1, 0x5B),
        ("cp285", 0x5B, 0x4A),
        ("cp1146", 0x5B, 0x4A),
        ("cp500", 0xB1, 0x5B),
        ("latin-1", 0xA3, 0x24),
    ],
)
def test_a_pound_and_a_dollar_are_where_the_page_has_them(name: str, pound: int, dollar: int) -> None:
    page = page_of(name)
    assert page.encode("£$") == bytes([pound, dollar])
    assert (page.texts[pound], page.texts[dollar]) == ("£", "$")


def test_the_euro_is_in_the_page_that_has_it() -> None:
    assert page_of("cp1146").encode("€") == b"\x9f"
    with pytest.raises(ValueError):
        page_of("cp285").encode("€")


@pytest.mark.parametrize("name", ["cp037", "cp1146", "cp1047", "ascii"])
def test_controls_are_no_text(name: str) -> None:
    for control in "\0\t\n\r\x1a\x85\x7f":
        with pytest.raises(ValueError):
            page_of(name).encode(control)


@pytest.mark.parametrize("name", ["cp037", "cp285", "cp1146", "cp273", "cp1047", "cp500", "cp1140"])
def test_an_ebcdic_page_has_ebcdic_digits(name: str) -> None:
    page = page_of(name)
    assert page.is_ebcdic
    assert page.unsigned == bytes(range(0xF0, 0xFA))
    assert (page.signed[0xC5], page.signed[0xD5], page.signed[0xF5], page.signed[0x40]) == ("+5", "-5", "+5", "")


@pytest.mark.parametrize(
    "name", ["utf-8", "utf-16", "utf-7", "gbk", "cp932", "rot13", "base64", "nonsense", "", "idna"]
)
def test_what_is_no_page_of_one_byte_is_refused(name: str) -> None:
    with pytest.raises(PageError, match="; write "):
        page_of(name)
