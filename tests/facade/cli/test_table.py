from __future__ import annotations

from facade.cli.table import table


def test_columns_are_as_wide_as_they_need_to_be_and_numbers_stand_to_the_right():
    rows = [("titles.read", "7"), ("x", "1234")]
    assert table(("ROUTE", "N"), rows, frozenset({"N"})) == [
        "ROUTE           N",
        "titles.read     7",
        "x            1234",
    ]


def test_no_line_ends_in_spaces_and_no_row_is_only_the_header():
    assert table(("A", "B"), [("long name", "")]) == ["A          B", "long name"]
    assert table(("A", "B"), []) == ["A  B"]
