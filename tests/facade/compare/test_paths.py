"""How a field is named without naming a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.compare import paths


@pytest.mark.parametrize(
    "name", ["a", "lender", "VEH-REG", "titleNo", "address_line_2", "@id", "$ref", "größe", "_links"]
)
def test_a_schemas_name_is_shown(name: str) -> None:
    assert paths.looks_like_a_field(name)


@pytest.mark.parametrize(
    "name",
    ["", "AB12CDE", "2024-01-01", "4857773456", "a@b.example", "Mary Smith", "x" * 41, "a.b", "a[]", "line\n", "-a"],
)
def test_a_key_is_not(name: str) -> None:
    assert not paths.looks_like_a_field(name)


@given(st.lists(st.text(), max_size=30))
def test_a_path_never_grows_beyond_its_bound_and_stays_where_it_ended(names: list[str]) -> None:
    path = paths.ROOT
    for name in names:
        path = paths.element(paths.child(path, name, shown=paths.looks_like_a_field(name)))
        assert len(path) <= paths.LONGEST_PATH + len("...")
    if path.endswith("..."):
        assert paths.element(path) == path


@pytest.mark.parametrize(
    "path", ["a", "a.b", "charges[].lender", "a[][].b", "[]", "[].a", "{key}.a", ":status", ":body", "header:x_etag"]
)
def test_a_rule_may_name_this(path: str) -> None:
    assert paths.is_path(path)


@pytest.mark.parametrize("path", ["", ".a", "a.", "a..b", "a[0]", "a[]b", "header:", ":other", "a b", "x" * 201])
def test_a_rule_may_not_name_this(path: str) -> None:
    assert not paths.is_path(path)


def test_the_names_in_a_rule_are_known() -> None:
    assert paths.names_of("[].charges[].lender") == ["charges", "lender"]
