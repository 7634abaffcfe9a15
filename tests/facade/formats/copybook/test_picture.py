"""PICTURE: what a field's characters are, and what is refused."""

from __future__ import annotations

import pytest

from facade.formats.copybook.picture import read_picture


@pytest.mark.parametrize(
    ("text", "digits", "scale", "signed"),
    [
        ("9", 1, 0, False),
        ("S9(5)V99", 7, 2, True),
        ("9(3)V9(4)", 7, 4, False),
        ("V999", 3, 3, False),
        ("SV9", 1, 1, True),
        ("9(4)V", 4, 0, False),
        ("9(3)PP", 3, -2, False),
        ("S9PPPV", 1, -3, True),
        ("VPP9(3)", 3, 5, False),
        ("PP99", 2, 4, False),
        ("s9(3)v9", 4, 1, True),
        ("9(38)", 38, 0, False),
    ],
)
def test_a_number_has_digits_a_point_and_a_sign(text: str, digits: int, scale: int, signed: bool) -> None:
    picture = read_picture(text)
    assert (picture.is_number, picture.digits, picture.scale, picture.signed) == (True, digits, scale, signed)


@pytest.mark.parametrize(("text", "size"), [("X", 1), ("X(8)", 8), ("AAA", 3), ("XX99A(2)", 6), ("A(3)9(2)", 5)])
def test_a_text_has_a_size(text: str, size: int) -> None:
    picture = read_picture(text)
    assert (picture.is_number, picture.size) == (False, size)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ZZ9.99", "is edited for print; write PIC X"),
        ("$$,$$9", "is edited for print"),
        ("9(5)-", "is edited for print"),
        ("99/99/99", "is edited for print"),
        ("9(3)CR", "is edited for print"),
        ("XBX", "is edited for print"),
        ("N(4)", "two-byte characters"),
        ("G(4)", "two-byte characters"),
        ("9(39)", "1 to 38 times 9"),
        ("9V9V9", "one V"),
        ("9S9", "S first"),
        ("P9P", "P only at one end"),
        ("9PV9", "P only at one end"),
        ("S", "1 to 38 times 9"),
        ("V", "1 to 38 times 9"),
        ("9(0)", "at least one"),
        ("X(", "cannot be read"),
        ("X)3(", "cannot be read"),
        ("X(1048577)", "more than 1048576 characters"),
        ("", "has no characters"),
    ],
)
def test_what_is_no_picture_of_a_record_is_refused_with_what_to_do(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="; ") as refused:
        read_picture(text)
    assert words in str(refused.value)
