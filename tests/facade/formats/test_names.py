"""A silo's names become fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats import FormatError, field_names, snake_case

NAMES = {
    "VEH-REG": "veh_reg",
    "TitleNo": "title_no",
    "titleNo": "title_no",
    "HTTPCode": "http_code",
    "OWNER-NAME-2": "owner_name_2",
    "line2Text": "line2_text",
    "already_there": "already_there",
    "_id": "_id",
    "amount due": "amount_due",
    "soap:Body": "soap_body",
    "--X--": "x",
}


@pytest.mark.parametrize(("name", "field"), NAMES.items())
def test_a_name_becomes_snake_case(name: str, field: str) -> None:
    assert snake_case(name) == field


@given(st.text(st.characters(codec="ascii")))
def test_a_field_stays_as_it_is(name: str) -> None:
    assert snake_case(snake_case(name)) == snake_case(name)


def test_two_names_of_one_field_are_told_apart_from_none() -> None:
    assert field_names(["VEH-REG", "Owner"]) == {"VEH-REG": "veh_reg", "Owner": "owner"}
    with pytest.raises(FormatError, match="VEH-REG and VehReg, which both become veh_reg"):
        field_names(["VEH-REG", "VehReg"])
    with pytest.raises(FormatError, match="has --, which becomes no field"):
        field_names(["--"])
