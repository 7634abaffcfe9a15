"""Whole records: groups, tables, readings, names of values, and what becomes of values that are not given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats.copybook import ChoiceError, CopybookError, FieldError, Record, read_copybook


def record(text: str, redefines: dict[str, dict[str, tuple[str, ...]]] | None = None, page: str = "ascii") -> Record:
    return Record(read_copybook("rec.cpy", text), page, None, redefines or {})


TABLES = """
01 R.
   05 N PIC 9.
   05 OWNER OCCURS 1 TO 3 DEPENDING ON N.
      10 NAME PIC X(3).
      10 SHARE PIC 9 OCCURS 2.
   05 AFTER PIC X(2).
"""
READINGS = """
01 R.
   05 KIND PIC X.
      88 IS-FIRM VALUE 'F' 'G'.
   05 PERSON.
      10 BORN PIC 9(4).
   05 FIRM REDEFINES PERSON.
      10 STAFF PIC 9(2).
      10 SITE PIC X OCCURS 2.
   05 PARTS REDEFINES PERSON PIC XX.
   05 AFTER PIC 9.
"""


def test_groups_are_not_seen_and_fillers_are_not_read() -> None:
    codec = record("01 R.\n 05 G.\n  10 A PIC X.\n  10 FILLER PIC X(2) VALUE 'zz'.\n 05 FILLER.\n  10 B PIC 9.")
    assert codec.encode({"a": "x", "b": 1}) == b"xzz1"
    assert codec.decode(b"x??7") == {"a": "x", "b": 7}


def test_what_is_not_given_has_its_value_or_spaces_or_zero() -> None:
    text = """01 R. 05 A PIC X(3). 05 B PIC S9(3). 05 C PIC X(2) VALUE 'ok'. 05 D PIC 9(2) VALUE 7.
    05 E PIC X(2) VALUE LOW-VALUES. 05 F PIC X(3) VALUE ALL 'ab'. 05 G PIC X(2) VALUE X'4142'. 05 H PIC X VALUE QUOTE.
    05 I PIC S9V9 COMP-3 VALUE -1.5. 05 J PIC 9(2) VALUE ZEROS. 05 K PIC X VALUE HIGH-VALUES."""
    raw = b'   000ok07\0\0abaAB"' + bytes.fromhex("015d") + b"00\xff"
    assert record(text).encode({}) == record(text).encode({"a": None}) == raw


def test_a_value_clause_that_does_not_fit_is_the_copybooks_mistake() -> None:
    with pytest.raises(
        CopybookError, match=r"rec\.cpy:2: A: its VALUE is too long: it has room for 1 characters; write"
    ):
        record("01 R.\n 05 A PIC X VALUE 'xy'.")


def test_fields_of_one_name_say_their_group_as_cobol_does() -> None:
    codec = record("01 R.\n 05 BUYER.\n  10 NAME PIC X.\n 05 SELLER.\n  10 NAME PIC X.\n 05 OTHER PIC X.")
    assert codec.decode(b"abc") == {"name_of_buyer": "a", "name_of_seller": "b", "other": "c"}
    assert codec.fields["name_of_buyer"] == "NAME OF BUYER"


def test_two_fields_that_nothing_tells_apart_are_a_mistake() -> None:
    with pytest.raises(
        CopybookError, match=r"rec\.cpy:3: A OF R is there already, as a_of_r; give it a name of its own"
    ):
        record("01 R.\n 05 A PIC X.\n 05 A PIC X.")


def test_rows_are_as_many_as_their_field_says_and_what_follows_moves() -> None:
    rows = [{"name": "x", "share": [1, 2]}, {"name": "", "share": [0, 0]}]
    codec = record(TABLES)
    assert codec.encode({"owner": rows, "after": "!"}) == b"2x  12   00! "
    assert codec.decode(b"2x  12   00! ") == {"n": 2, "owner": rows, "after": "!"}
    assert (codec.least, codec.most) == (8, 18)


def test_the_whole_area_of_a_record_whose_rows_vary_is_read_too() -> None:
    assert record(TABLES).decode(b"1x  12!!".ljust(18)) == {
        "n": 1,
        "owner": [{"name": "x", "share": [1, 2]}],
        "after": "!!",
    }


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"4" + b"x  12" * 3 + b"!!", "N must be 1 to 3, the rows of OWNER"),
        (b"0" + b"x  12" + b"!!", "N must be 1 to 3"),
        (b"3" + b"x  12" * 2 + b"!!", "OWNER is cut short"),
        (b"2" + b"x  12" * 2 + b"!", "AFTER is cut short"),
        (b"1" + b"x  12" + b"!!?", "R has 9 bytes, where its own fields say 8"),
        (b"1", "R has 1 bytes, where its copybook has 8 to 18"),
        (b"1" * 19, "R has 19 bytes"),
        (b"2x  12x  1?!!", "SHARE (2, 2) holds what is no number"),
    ],
)
def test_a_record_whose_bytes_are_not_all_accounted_for_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(FieldError) as wrong:
        record(TABLES).decode(raw)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"owner": [{}] * 4}, "N must be 1 to 3"),
        ({"owner": []}, "N must be 1 to 3"),
        ({"n": 2, "owner": [{}]}, "OWNER must have 2 rows"),
        ({"owner": "x"}, "OWNER must be a list"),
        ({"owner": ["x"]}, "OWNER must be a list of objects"),
        ({"owner": [{}, {"nme": "x"}]}, "nme (2) is no field of this record"),
        ({"owner": [{}, {"name": "long"}]}, "NAME (2) is too long"),
        ({"owner": [{"share": [1, 2, 3]}]}, "SHARE (1) must have 2 rows"),
        ({"owner": [{"share": [1, "x"]}]}, "SHARE (1, 2) must be a number"),
        ({"no_such": 1}, "no_such is no field of this record"),
    ],
)
def test_rows_that_do_not_fit_are_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(FieldError) as wrong:
        record(TABLES).encode(values)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("01 R.\n 05 T PIC X OCCURS 1 TO 2 DEPENDING ON N.\n 05 N PIC 9.", "N is no field before it"),
        ("01 R.\n 05 N PIC X.\n 05 T PIC X OCCURS 1 TO 2 DEPENDING ON N.", "N is no whole number"),
        ("01 R.\n 05 N PIC 9V9.\n 05 T PIC X OCCURS 1 TO 2 DEPENDING ON N.", "N is no whole number"),
        ("01 R.\n 05 N COMP-1.\n 05 T PIC X OCCURS 1 TO 2 DEPENDING ON N.", "N is no whole number"),
        ("01 R.\n 05 N PIC 9.\n    88 NEVER VALUE 9 THRU 1.", "88 NEVER: its VALUE ends before it begins"),
        ("01 R.\n 05 N PIC X.\n    88 NEVER VALUE 'B' THRU 'A'.", "88 NEVER: its VALUE ends before it begins"),
        ("01 R.\n 05 N PIC 9 OCCURS 2.\n 05 T PIC X OCCURS 1 TO 2 DEPENDING ON N.", "N repeats or is not always there"),
        (
            "01 R.\n 05 A.\n  10 N PIC 9.\n 05 B.\n  10 N PIC 9.\n 05 T PIC X OCCURS 1 TO 2 DEPENDING ON N.",
            "N may be any of 2 fields; write N OF its group",
        ),
        ("01 R.\n 05 OCCURS 2.\n  10 A PIC X.", "this table has no name"),
        ("01 R PIC 9.\n 88 A VALUE 'x'.", "88 A: its VALUE must be a number"),
    ],
)
def test_what_cannot_be_compiled_is_the_copybooks_mistake(text: str, said: str) -> None:
    with pytest.raises(CopybookError) as wrong:
        record(text)
    assert said in str(wrong.value)


SHARED = "01 R.\n 05 A.\n  10 N PIC 9.\n 05 B REDEFINES A.\n  10 M PIC 9.\n 05 T PIC X OCCURS 0 TO 2 DEPENDING ON {}."


def test_a_counter_in_a_redefinition_is_not_always_there() -> None:
    with pytest.raises(CopybookError, match="M repeats or is not always there"):
        record(SHARED.format("M"))
    assert record(SHARED.format("N")).decode(b"2xy") == {"n": 2, "t": ["x", "y"]}
    with pytest.raises(
        CopybookError, match="T is said by N, which another reading may replace; choose by another field"
    ):
        record(SHARED.format("N"), {"B": {}})


def test_a_qualified_counter_is_found() -> None:
    text = "01 R.\n 05 A.\n  10 N PIC 9.\n 05 B.\n  10 N PIC 9.\n 05 T PIC X OCCURS 0 TO 2 DEPENDING ON N OF B."
    assert record(text).decode(b"92xy") == {"n_of_a": 9, "n_of_b": 2, "t": ["x", "y"]}


def test_of_several_readings_a_fields_value_chooses() -> None:
    codec = record(READINGS, {"FIRM": {"KIND": ("F",)}})
    assert codec.decode(b"F12ab5") == {"kind": "F", "is_firm": True, "staff": 12, "site": ["a", "b"], "after": 5}
    assert codec.decode(b"P19805") == {"kind": "P", "is_firm": False, "born": 1980, "site": [], "after": 5}
    assert codec.encode({"kind": "F", "staff": 12, "site": ["a"], "after": 5}) == b"F12a 5"
    assert codec.encode({"kind": "P", "born": 1980}) == b"P19800"


def test_a_reading_may_be_chosen_by_the_name_of_values_always_or_never() -> None:
    named = record(READINGS, {"FIRM": {"KIND": ("IS-FIRM",)}})
    assert named.decode(b"G12ab5")["staff"] == 12
    always = record(READINGS, {"PARTS": {}})
    assert always.decode(b"P19805")["parts"] == "19"
    assert always.encode({"parts": "xy"}) == b" xy000"
    neither = record(READINGS, {"FIRM": {"KIND": ("F",)}, "PERSON": {"KIND": ("P",)}})
    assert neither.decode(b"Zabcd5") == {"kind": "Z", "is_firm": False, "site": [], "after": 5}
    assert neither.encode({"kind": "Z"}) == b"Z00000"


def test_a_redefinition_that_nobody_chose_is_never_read() -> None:
    assert record(READINGS).decode(b"F12345") == {"kind": "F", "is_firm": True, "born": 1234, "after": 5}


def test_values_of_a_reading_that_does_not_hold_are_refused() -> None:
    with pytest.raises(FieldError, match="FIRM is given, and the record's other fields choose another reading"):
        record(READINGS, {"FIRM": {"KIND": ("F",)}}).encode({"kind": "P", "staff": 1})


@pytest.mark.parametrize(
    ("redefines", "keys", "said"),
    [
        ({"AFTER": {"KIND": ("F",)}}, ("AFTER",), "AFTER neither redefines anything nor is redefined"),
        ({"FIRM": {"KINDS": ("F",)}}, ("FIRM", "KINDS"), "KINDS is no field before it"),
        ({"FIRM": {"AFTER": ("1",)}}, ("FIRM", "AFTER"), "AFTER is no field before it"),
        ({"FIRM": {"KIND": ("FF",)}}, ("FIRM", "KIND"), "KIND is too long"),
    ],
)
def test_a_choice_that_does_not_fit_the_copybook_says_where(
    redefines: dict[str, dict[str, tuple[str, ...]]], keys: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ChoiceError) as wrong:
        record(READINGS, redefines)
    assert wrong.value.keys == keys
    assert said in wrong.value.problem


NAMED = """01 R.
 05 S PIC X(2).
    88 OPEN-ONE VALUE 'O' WHEN SET TO FALSE 'C'.
    88 CODED VALUE 'A1' THRU 'A5'.
 05 N PIC S9(3).
    88 SMALL VALUES ARE -5 THRU 5, 100.
    88 NONE-OF-IT VALUE ZERO.
"""


def test_the_names_of_values_are_truths() -> None:
    read = record(NAMED).decode(b"A310p")
    assert read == {"s": "A3", "n": -100, "open_one": False, "coded": True, "small": False, "none_of_it": False}


def test_a_value_may_be_given_by_its_name() -> None:
    codec = record(NAMED)
    assert codec.encode({"open_one": True, "small": True}) == b"O 00u"
    assert codec.encode({"open_one": False, "n": 100, "small": True}) == b"C 100"
    assert codec.encode({"coded": False}) == b"  000"


@pytest.mark.parametrize("values", [{"s": "O", "open_one": False}, {"n": 6, "small": True}, {"small": False}])
def test_a_name_that_contradicts_its_field_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FieldError, match="true or false"):
        record(NAMED).encode(values)


def test_a_field_is_looked_at_in_a_record_that_is_not_whole() -> None:
    codec = record("01 R.\n 05 A PIC X(2).\n 05 CODE PIC 99.\n 05 B PIC 9(3).\n 05 T PIC 9 OCCURS 2.")
    look = codec.look("code")
    assert look is not None
    assert look(b"xx08???") == 8
    assert look(b"xx0") is None
    assert codec.look("t") is None
    assert codec.look("gone") is None
    assert record(TABLES).look("after") is None


def test_neither_copybook_nor_record_shows_a_value() -> None:
    codec = record("01 R PIC X(3) VALUE 'abc'.")
    assert repr(codec) == "<Record R of 3 to 3 bytes in ascii>"


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.text("abc XYZ", max_size=3).map(str.rstrip),
                "share": st.lists(st.integers(0, 9), min_size=2, max_size=2),
            }
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["ascii", "cp1146"]),
)
def test_any_rows_come_back_as_themselves(rows: list[dict[str, Any]], page: str) -> None:
    codec = record(TABLES, page=page)
    raw = codec.encode({"owner": rows, "after": "ab"})
    assert codec.decode(raw) == {"n": len(rows), "owner": rows, "after": "ab"}


@given(st.binary(max_size=20))
def test_any_bytes_are_a_record_or_refused(raw: bytes) -> None:
    for codec in (record(TABLES), record(READINGS, {"FIRM": {"KIND": ("F",)}})):
        try:
            values = codec.decode(raw)
        except FieldError:
            continue
        assert codec.decode(codec.encode(values)) == values


def test_money_is_exact() -> None:
    codec = record("01 R PIC S9(15)V99 COMP-3.", page="cp037")
    value = Decimal("123456789012345.67")
    assert codec.decode(codec.encode({"r": value})) == {"r": value}
