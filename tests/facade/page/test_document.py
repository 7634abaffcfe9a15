"""The frame of every page, and the one way a value becomes markup."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from facade.page.document import STYLE, escape, opening


@given(st.text())
def test_an_escaped_value_holds_no_markup_and_no_invisible_character(value: str) -> None:
    shown = escape(value)
    assert not set(shown) & set("<>\"'\x00\x1b\x7f\x85\u202e\u2066\u200f")
    assert re.sub(r"&(amp|lt|gt|quot|#x27);", "", shown).count("&") == 0


def test_a_value_that_turns_the_reading_direction_is_seen_as_such() -> None:
    assert escape("a\u202eb\x1bc") == "a\ufffdb\ufffdc"


def test_a_title_is_escaped() -> None:
    assert "<title>&lt;b&gt;</title>" in opening("<b>")


def test_the_style_sheet_asks_for_nothing_from_elsewhere() -> None:
    style = STYLE.decode()
    assert "@import" not in style
    assert "url(" not in style
    assert "prefers-color-scheme: dark" in style
