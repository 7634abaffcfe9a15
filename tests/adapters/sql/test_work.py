"""Rows become JSON as they come."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sql.statement import Statement
from adapters.sql.work import RowWriter, Work
from facade.port import AnsweredOperation, SiloNonsense

values = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"]))


def written(query: str, values: tuple[object, ...] = (), *, one: bool = False) -> bytes:
    writer = RowWriter("get", AnsweredOperation().document, one=one)
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        rows = connection.execute(query, values)
        for row in rows:
            writer.add([column[0] for column in rows.description], row)
    return writer.answer()


@given(st.lists(values, min_size=3, max_size=3))
def test_every_value_of_a_database_comes_out_as_it_is(row: list[object]) -> None:
    answer = written("select ? as a, ? as b, ? as c", tuple(row))
    assert json.loads(answer) == [dict(zip("abc", row, strict=True))]


def test_rows_are_a_list_in_their_order_and_columns_in_theirs() -> None:
    assert written("select 2 as b, 1 as a union all select 4, 3") == b'[{"b":2,"a":1},{"b":4,"a":3}]'
    assert written("select 1 as a where false") == b"[]"


def test_one_row_is_an_object_and_none_is_nothing() -> None:
    assert written("select 1 as a", one=True) == b'{"a":1}'
    assert written("select 1 as a where false", one=True) == b""


@pytest.mark.parametrize(
    ("query", "one", "words"),
    [
        ("select 1 as a union all select 2", True, "more than 1 row"),
        ("select 1 as a, 2 as a", False, "a row has two columns of one name"),
        ("select 1 as Title_No, 2 as TitleNo", False, "a row has Title_No and TitleNo, which both become title_no"),
        ("select x'00' as scan", False, "scan holds a value of type bytes that no answer can hold"),
        ("select 9e999 as a", False, "a holds a value of type float that no answer can hold"),
    ],
)
def test_what_cannot_be_told_is_nonsense(query: str, one: bool, words: str) -> None:
    with pytest.raises(SiloNonsense, match=f"^get: no usable answer: {words}"):
        written(query, one=one)


def test_each_try_starts_with_no_rows() -> None:
    work = Work("get", Statement.parse("select 1"), {}, writes=False, one=False, document=AnsweredOperation().document)
    first = work.row_writer()
    first.count = 1
    assert work.row_writer().count == 0
    assert work.written is not first
