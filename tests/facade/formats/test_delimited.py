"""Delimited rows: nothing in a value can make another, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats import FormatError
from facade.formats.delimited import MAX_ROWS, decode_delimited, encode_delimited

VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@given(rows=st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}), max_size=5), delimiter=st.sampled_from(",;|\t"))
def test_what_is_written_is_read_again(rows: list[dict[str, str]], delimiter: str) -> None:
    assert decode_delimited(encode_delimited(rows, ["a", "b"], delimiter), delimiter=delimiter) == rows
    bare = encode_delimited(rows, ["a", "b"], delimiter, named=False)
    assert decode_delimited(bare, ["a", "b"], delimiter) == rows


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert decode_delimited(b"\xef\xbb\xbfa,b\n1,2\n\n") == [{"a": "1", "b": "2"}]
    assert decode_delimited(b"") == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"a,b\n1\n", "has 1 values and not 2 in row 1"),
        (b"a,b\n1,2,3\n", "has 3 values and not 2 in row 1"),
        (b'a,b\n"1"2,3\n', "a quote out of place"),
        (b'a,b\n"1,3\n', "a quote out of place"),
        (b"a,a\n1,2\n", "two columns one name"),
        (b"a\n\xff\n", "is no utf-8 at byte 2"),
        (b"a\n\0\n", "holds a NUL"),
        (b"a\n" * (MAX_ROWS + 2), "more than 100000 rows"),
        (b"a" * 9_000_000, "larger than"),
        (b"a\n" + b"x" * 200_000, "endless length"),
    ],
    ids=lambda each: str(each)[:12],
)
def test_what_could_be_read_two_ways_or_never_ends_is_refused(document: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        decode_delimited(document)


@pytest.mark.parametrize(
    ("row", "words"),
    [({"a": "1"}, "just these columns"), ({"a": "\0", "b": ""}, "NUL"), ({"a": "\u20ac", "b": ""}, "latin")],
)
def test_a_row_that_cannot_be_written_is_refused(row: dict[str, str], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        encode_delimited([row], ["a", "b"], encoding="latin-1")
