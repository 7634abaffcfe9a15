"""A query is understood when the configuration is loaded."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sql.statement import Statement


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("select a from t where b = :b and c=:c_2", {"b", "c_2"}),
        ("select :b, :b", {"b"}),
        ("select ':b', \":b\", `:b`, [b]", set()),
        ("select 'it''s :b', \"a\"\":b\"", set()),
        ("select 1 -- :b\n, :c", {"c"}),
        ("select /* :b\n :c */ :d", {"d"}),
        ("select 1 /* :b", set()),
        ("select a::text, :b::int from t", {"b"}),
        ("select '-- no comment', :b", {"b"}),
        ("select 1e5, 0x1F, 1.5, x'ff', :b", {"b"}),
        ("select a from t;", set()),
        ("select a from t ; -- :b", set()),
        ("select \u00e9t\u00e9 from t where \u00fc=:b", {"b"}),
    ],
)
def test_its_parameters_are_found_outside_texts_names_and_comments(text: str, parameters: set[str]) -> None:
    assert Statement.parse(text).parameters == parameters


@pytest.mark.parametrize(
    ("text", "verb", "writes", "returns"),
    [
        ("select 1", "select", False, True),
        ("  -- first\nSELECT 1", "select", False, True),
        ("values (1)", "values", False, True),
        ("insert into t values (:a)", "insert", True, False),
        ("Insert Into t Values (:a) Returning a", "insert", True, True),
        ("replace into t values (1)", "replace", True, False),
        ("update t set a = 1 where b in (select returning from u)", "update", True, False),
        ("delete from t returning *", "delete", True, True),
        ("with x as (select 1) select * from x", "select", False, True),
        ("with x as (select 1) insert into t select * from x", "insert", True, False),
        ("with x as (delete_me) update t set a = (select 1) returning a", "update", True, True),
        (
            "with recursive n (x) as (select 1 union all select x from n) select replace(x, 1, 2) from n",
            "select",
            False,
            True,
        ),
        ("select 'returning', delete_me from t", "select", False, True),
    ],
)
def test_its_verb_says_whether_it_writes_and_whether_rows_come_out(
    text: str, verb: str, writes: bool, returns: bool
) -> None:
    statement = Statement.parse(text)
    assert (statement.verb, statement.writes, statement.returns) == (verb, writes, returns)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1; select 2", "an operation is one statement; make a second"),
        ("select 1;; ", "an operation is one statement"),
        ("delete from t where a = :a; drop table t --", "an operation is one statement"),
        ("select ?", r"\? is no named parameter; write :name"),
        ("select ?1", r"\?1 is no named parameter"),
        ("select @b", "@b is no named parameter"),
        ("select $b", r"\$b is no named parameter"),
        ("select :1", ":1 is no named parameter"),
        ("select 'open", "a quote is never closed; close the ' at character 8"),
        ('select "open', 'a quote is never closed; close the "'),
        ("", "this is no statement that an operation may run; write a select"),
        ("-- nothing", "this is no statement"),
        ("drop table t", "this is no statement"),
        ("attach 'x' as y", "this is no statement"),
        ("pragma query_only = off", "this is no statement"),
        ("begin", "this is no statement"),
        ("with x as (select 1)", "this is no statement"),
        ("explain select 1", "this is no statement"),
    ],
)
def test_what_is_not_one_statement_with_named_parameters_is_a_mistake(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Statement.parse(text)


@given(st.text(alphabet=":abc'\"`[]-/*;\n() ?@$1,", max_size=30))
def test_the_parameters_found_are_those_sqlite_finds(rest: str) -> None:
    try:
        statement = Statement.parse(f"select {rest}")
    except ValueError:
        return
    connection = sqlite3.connect(":memory:")
    message = ""
    try:
        connection.execute(statement.text, dict.fromkeys(statement.parameters))
    except sqlite3.Error as error:
        message = str(error)
    finally:
        connection.close()
    assert "did not supply" not in message
    assert "one statement" not in message


def test_a_statement_shows_none_of_its_text() -> None:
    assert repr(Statement.parse("select 'hunter2'")) == "<Statement select>"
