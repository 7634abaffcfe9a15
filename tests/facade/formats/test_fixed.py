"""Records of fixed columns: exactly as long as they must be, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats import FormatError
from facade.formats.fixed import Column, decode_fixed, encode_fixed

COLUMNS = [Column("code", 4), Column("amount", 6, "0", right=True), Column("name", 5)]
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126))


@given(
    code=WORDS.filter(lambda w: len(w) <= 4), amount=st.integers(1, 999999), name=WORDS.filter(lambda w: len(w) <= 5)
)
def test_what_is_written_is_read_again(code: str, amount: int, name: str) -> None:
    values = {"code": code, "amount": str(amount), "name": name}
    record = encode_fixed(values, COLUMNS)
    assert len(record) == 15
    assert decode_fixed(record, COLUMNS) == values


def test_what_is_absent_is_fill() -> None:
    assert encode_fixed({"amount": "7"}, COLUMNS) == b"    000007     "


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "ABCDE"}, "a value in code of more than 4 bytes"),
        ({"code": "\u00e9"}, "that ascii has not"),
        ({"name": "a\nb"}, "that ends a record"),
        ({"name": "a\0"}, "that ends a record"),
        ({"name": "a "}, "would be taken for fill"),
        ({"amount": "007"}, "would be taken for fill"),
        ({"other": "a"}, "no column other"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_never_cut(values: dict[str, str], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        encode_fixed(values, COLUMNS)


def test_a_character_of_two_bytes_takes_two_columns() -> None:
    with pytest.raises(FormatError, match="more than 4 bytes"):
        encode_fixed({"code": "\u00e9\u00e9\u00e9"}, COLUMNS, "utf-8")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (b"AB  000042JONES ", "is 16 bytes long and not 15"),
        (b"AB", "is 2 bytes long and not 15"),
        (b"A\xffB 000042JONES", "bytes in code that are no ascii"),
        (b"AB  000042JO\nES", "a character in name"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(record: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        decode_fixed(record, COLUMNS)
