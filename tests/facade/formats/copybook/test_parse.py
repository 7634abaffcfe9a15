"""Copybooks as they are read, and every mistake in one, with its file and line."""

from __future__ import annotations

import pytest

from facade.formats.copybook import CopybookError, read_copybook


def refused(text: str, *names: str) -> str:
    with pytest.raises(CopybookError) as error:
        read_copybook("rec.cpy", text)
    return str(error.value)


def size(text: str) -> int:
    return read_copybook("rec.cpy", text).root.size


@pytest.mark.parametrize(
    ("clauses", "width"),
    [
        ("PIC X(8)", 8),
        ("PICTURE IS 9(3)V99", 5),
        ("PIC S9(3)", 3),
        ("PIC S9(3) SIGN IS LEADING SEPARATE CHARACTER", 4),
        ("PIC S9(4) COMP", 2),
        ("PIC S9(5) USAGE IS BINARY", 4),
        ("PIC 9(10) COMP-4", 8),
        ("COMP-5 PIC 9(9)", 4),
        ("PIC S9(7)V99 COMP-3", 5),
        ("PIC S9(6) PACKED-DECIMAL", 4),
        ("COMP-1", 4),
        ("USAGE COMPUTATIONAL-2", 8),
        ("PIC X(2) OCCURS 3 TIMES", 6),
        ("PIC X OCCURS 1 TO 9 TIMES DEPENDING ON N INDEXED BY I J", 9),
        ("OCCURS 2 ASCENDING KEY IS F PIC X", 2),
        ("PIC X(3) VALUE IS 'abc' JUST RIGHT", 3),
        ("PIC 9(3) BLANK WHEN ZERO", 3),
        ("PIC X SYNC", 1),
    ],
)
def test_every_clause_has_its_bytes(clauses: str, width: int) -> None:
    assert size(f"01 R.\n 05 N PIC 9.\n 05 F {clauses}.") == 1 + width


def test_a_usage_and_a_sign_are_inherited_from_their_groups() -> None:
    text = "01 R COMP-3.\n 05 A PIC 9(4).\n 05 G SIGN LEADING SEPARATE DISPLAY.\n  10 B PIC S9.\n  10 C PIC 9."
    assert size(text) == 3 + 2 + 1


def test_a_redefinition_takes_no_bytes_of_its_own() -> None:
    assert size("01 R.\n 05 A PIC X(4).\n 05 B REDEFINES A.\n  10 C PIC 9(2).\n 05 D REDEFINES A PIC X OCCURS 4.") == 4


def test_a_copybook_may_begin_below_its_record_and_be_one_field() -> None:
    assert size("05 A PIC X.\n05 B.\n  10 C PIC X(2).") == 3
    assert size("77 A PIC X(5).") == 5


def test_another_copybook_comes_in_with_its_words_changed() -> None:
    parts = {"PART": ("part.cpy", "05 :P:-A PIC X(:N:).\n05 OLD-NAME PIC X.\n05 PRE-Z PIC X.")}
    text = """01 R.
       COPY PART OF LIB SUPPRESS REPLACING ==:P:== BY ==IN== ==:N:== BY ==7== OLD-NAME BY NEW-NAME
           LEADING ==PRE== BY ==POST==."""
    book = read_copybook("rec.cpy", text, parts.get)
    assert [spot.item.name for spot in book.spots] == ["R", "IN-A", "NEW-NAME", "POST-Z"]
    assert book.root.size == 9


def test_the_lines_of_what_is_copied_are_told_as_its_own() -> None:
    with pytest.raises(CopybookError) as error:
        read_copybook("rec.cpy", "01 R.\n COPY PART.", {"PART": ("part.cpy", "05 A PIC X.\n05 B PIC Z9.")}.get)
    assert str(error.value).startswith("part.cpy:2: PIC Z9 is edited for print")


def test_a_copybook_that_copies_itself_ends() -> None:
    with pytest.raises(CopybookError, match="more than 16 deep; take out"):
        read_copybook("rec.cpy", "COPY SELF.", {"SELF": ("self.cpy", "COPY SELF.")}.get)


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    text = "01 R.\n 05 A PIC Z9.\n 05 B PIC X OCCURS 0.\n 66 C RENAMES A.\n 05 D PIC X REDEFINES."
    assert [line.split(" ")[0] for line in refused(text).splitlines()] == [f"rec.cpy:{n}:" for n in (2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "rec.cpy:1: there is no entry here"),
        ("01 R.\n 05 A PIC X", "rec.cpy:2: this entry is never ended; put a period"),
        ("01 R.\n 05 A.", "A: it has neither a PICTURE nor fields of its own"),
        ("01 R PIC X.\n 05 A PIC X.", "R: a field with a PICTURE has no fields of its own"),
        ("01 R PIC X.\n01 S PIC X.", "rec.cpy:2: 01 S begins a second record"),
        ("01 R.\n 10 A PIC X.\n 05 B PIC X.", "05 B stands beside 10 A; give fields of one group one level"),
        ("50 R PIC X.", "there is no level 50"),
        ("       R PIC X.", "the level is 'R'"),
        ("01 R OCCURS 2 PIC X.", "a record does not repeat"),
        ("01 R REDEFINES S PIC X.", "it redefines nothing"),
        ("01 R.\n 66 A RENAMES B.", "level 66 (RENAMES) is not read"),
        ("01 R.\n 05 A PIC 9 USAGE POINTER.", "USAGE POINTER is not read"),
        ("01 R.\n 05 A PIC X COMP-3.", "COMP-3 is for numbers"),
        ("01 R.\n 05 A PIC 9(19) COMP.", "COMP holds at most 18 digits; write COMP-3"),
        ("01 R.\n 05 A COMP-1 PIC 9.", "COMP-1 has no PICTURE"),
        ("01 R.\n 05 A PIC 9(4) COMP SYNC.", "SYNCHRONIZED puts bytes before it that nobody sees"),
        ("01 R.\n 05 A PIC 9 SIGN LEADING.", "SIGN is for a DISPLAY number with S"),
        ("01 R.\n 05 A PIC X BLANK WHEN ZERO.", "BLANK WHEN ZERO is for a DISPLAY number"),
        ("01 R.\n 05 A PIC 9 JUST.", "JUSTIFIED is for a text"),
        ("01 R.\n 05 A PIC X PIC X.", "A says picture twice"),
        ("01 R.\n 05 A PIC X NONSENSE.", "'NONSENSE' begins no clause that is read"),
        ("01 R.\n 05 A PIC X OCCURS 1 TO 3.", "OCCURS cannot be read"),
        ("01 R.\n 05 A PIC X OCCURS 3 TO 1 DEPENDING ON N.", "OCCURS cannot be read"),
        ("01 R.\n 05 A PIC X OCCURS 99999999.", "OCCURS is '99999999'; write a whole number of at most 1048576"),
        ("01 R.\n 05 A PIC X.\n 05 B PIC X.\n 05 C REDEFINES A PIC X.", "A does not stand right before it"),
        ("01 R.\n 05 A PIC X.\n 05 B REDEFINES A PIC XX.", "it is longer than A, 2 bytes and 1"),
        ("01 R.\n 05 A PIC X OCCURS 2.\n 05 B REDEFINES A PIC XX.", "A repeats, so nothing can redefine it"),
        ("01 R.\n 05 A PIC X OCCURS 1000000.\n 05 B PIC X(99999).", "the record has 1099999 bytes"),
        ("01 R.\n 05 A OCCURS 1000.\n  10 B PIC X OCCURS 101.", "the record has 101000 values"),
        ("88 A VALUE 'x'.", "88 names values of no field"),
        ("01 R PIC X.\n 88 A.", "88 A has no VALUE"),
        ("01 R PIC X.\n 88 A VALUE.", "88 A cannot be read"),
        ("COPY GONE.", "COPY GONE: there is no such copybook"),
        ("COPY A REPLACING ==X==.", "REPLACING wants pairs"),
        ("01 R.\n 05 A PIC X VALUE NOTHING.", "VALUE is 'NOTHING'"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_to_do(text: str, said: str) -> None:
    told = refused(text)
    assert said in told
    assert all(line.startswith("rec.cpy:") and "; " in line for line in told.splitlines())


def test_tables_may_be_inside_one_another_seven_times_and_no_more() -> None:
    def nested(depth: int) -> str:
        levels = [f"{'  ' * each} {each + 2:02} T{each} OCCURS 1." for each in range(depth)]
        return "\n".join(["01 R.", *levels, f" {depth + 2:02} A PIC X."])

    assert size(nested(7)) == 1
    assert "more than 7 tables" in refused(nested(8))
