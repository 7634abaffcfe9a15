from __future__ import annotations

import pytest

from facade.ending.commonality import MOST, Answered, commonality, normal

ANSWERED = [
    Answered("registry", "get-title", ("number", "HomeAddress")),
    Answered("vehicles", "inquire", ("registration", "home_addresses")),
    Answered("vehicles", "owner", ("home-address",)),
    Answered("benefits", "claim", ("HOME-ADDRESS", "number")),
    Answered("cases", "get-case", ()),
]
SILOS = ["benefits", "cases", "portal", "registry", "vehicles"]


def test_the_same_field_under_several_names_is_one():
    found = commonality(SILOS, ANSWERED)
    first, second = found.fields
    assert first.sentence == "home_address is held by 3 silos"
    assert first.silos == ("benefits", "registry", "vehicles")
    assert first.operations == ("benefits.claim", "registry.get-title", "vehicles.inquire", "vehicles.owner")
    assert first.names == ("HOME-ADDRESS", "HomeAddress", "home-address", "home_addresses")
    assert (second.field, second.silos) == ("number", ("benefits", "registry"))


def test_a_field_of_one_silo_alone_is_not_common_however_many_operations_have_it():
    assert commonality(["a"], [Answered("a", "x", ("name",)), Answered("a", "y", ("name",))]).fields == ()


def test_silos_of_which_no_field_is_known_are_named():
    assert commonality(SILOS, ANSWERED).unread == ("cases", "portal")


def test_what_is_told_is_bounded():
    fields = tuple(f"field_{number}_x" for number in range(MOST + 5))
    found = commonality(["a", "b"], [Answered("a", "x", fields), Answered("b", "y", fields)])
    assert (len(found.fields), found.more) == (MOST, 5)


@pytest.mark.parametrize(
    ("name", "told"),
    [("Address", "address"), ("addresses", "address"), ("status", "status"), ("basis", "basis"), ("Charges", "charge")],
)
def test_singular_and_plural_are_one(name: str, told: str):
    assert normal(name) == told
