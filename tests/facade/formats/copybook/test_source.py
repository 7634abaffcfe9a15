"""Lines of a copybook, in both layouts, and its words."""

from __future__ import annotations

import pytest

from facade.formats.copybook.mistakes import CopybookError, Place
from facade.formats.copybook.source import Line, read_lines
from facade.formats.copybook.tokens import tokens_of


def texts(text: str) -> list[tuple[int, str]]:
    return [(line.place.line, line.text.strip()) for line in read_lines("a.cpy", text)]


def words(text: str) -> list[str]:
    return [token.text for token in tokens_of([Line(Place("a.cpy", 1), text)])]


def test_of_a_fixed_line_only_columns_8_to_72_are_code() -> None:
    line = "CR1234 01  REC PIC X(3).".ljust(72) + "00010000"
    assert texts(line) == [(1, "01  REC PIC X(3).")]


def test_comments_blank_lines_and_listing_statements_are_no_code() -> None:
    lines = ["000100* 05 OLD PIC X.", "      / page", "      D    05 DEBUG PIC X.", "", "       EJECT", "       SKIP2."]
    assert texts("\n".join([*lines, "       01 REC PIC X."])) == [(7, "01 REC PIC X.")]


def test_an_entry_before_column_8_makes_the_copybook_free() -> None:
    assert texts("01 REC.\n   05 A PIC X.\n" + " " * 70 + "*> far") == [
        (1, "01 REC."),
        (2, "05 A PIC X."),
        (3, "*> far"),
    ]


def test_a_directive_says_the_layout() -> None:
    assert texts("       >>SOURCE FORMAT IS FREE\n       01 REC PIC X.".ljust(90)) == [(2, "01 REC PIC X.")]
    assert texts('      $SET SOURCEFORMAT"FREE"\n01 REC PIC X.') == [(2, "01 REC PIC X.")]


def test_a_continued_literal_is_filled_to_column_72() -> None:
    first = "       01 REC PIC X(60) VALUE 'AB"
    (line,) = read_lines("a.cpy", f"{first}\n      -    'CD'.")
    assert words(line.text)[-2] == "AB" + " " * (72 - len(first)) + "CD"


def test_a_continued_word_goes_on_with_its_next_letter() -> None:
    assert texts("       01 LONG-NA\n      -    ME PIC X.") == [(1, "01 LONG-NAME PIC X.")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("      X01 REC.", "a.cpy:1: column 7 holds 'X'"),
        ("       01 REC.\n" + "       05 A PIC X.".ljust(81) + "Z", "a.cpy:2: text goes on after column 80"),
        ("       01 R VALUE 'A\n      -   B'.", "a.cpy:2: a continued literal goes on with its quote; write '"),
        ("\n" * 20_001, "at most 20000 lines"),
    ],
)
def test_a_line_that_can_be_read_two_ways_is_refused(text: str, said: str) -> None:
    with pytest.raises(CopybookError) as refused:
        read_lines("a.cpy", text)
    assert said in str(refused.value)


def test_words_are_cut_at_blanks_commas_periods_and_quotes() -> None:
    assert words("05 a-b, PIC S9(3)V99; VALUE'x.y' x'0F' \"it\"\"s\".") == [
        *("05", "A-B", "PIC", "S9(3)V99", "VALUE", "x.y", "0F", 'it"s', "."),
    ]


def test_a_comment_ends_a_line() -> None:
    assert words("05 A PIC X. *> the first 'letter") == ["05", "A", "PIC", "X", "."]


@pytest.mark.parametrize(
    ("text", "said"),
    [("05 A VALUE 'x.", "an open quote cannot be read; close the quote"), ("COPY A == B.", "close the pseudo-text")],
)
def test_what_is_never_closed_is_told(text: str, said: str) -> None:
    with pytest.raises(CopybookError, match=r"a\.cpy:1: ") as refused:
        words(text)
    assert said in str(refused.value)
