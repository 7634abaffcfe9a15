"""The records of the registers that speak another protocol, as the platform's callers see them."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.demo.planning import APPLICATIONS
from facade.demo.records import encode
from facade.demo.translated import application, permit, vehicle
from facade.demo.vehicles import VEHICLES


def test_an_application_is_told_with_the_registers_own_state_and_every_penny() -> None:
    granted, pending = application("PA10003"), application("PA10002")
    assert granted is not None
    assert pending is not None
    said = json.loads(encode(granted), parse_float=Decimal)
    assert list(said) == ["reference", "state", "fee", "decided", "conditions"]
    assert (said["state"], said["fee"], said["decided"]) == ("G", Decimal("292.70"), "2026-04-18")
    assert json.loads(encode(pending))["state"] == "P"
    assert (pending.decided, pending.conditions) == (None, ())


def test_a_vehicle_is_told_with_its_keepers() -> None:
    known = vehicle("DV10000")
    assert known is not None
    said = json.loads(encode(known), parse_float=Decimal)
    assert list(said) == ["registration", "make", "tax_due", "seats", "load_tonnes", "keepers"]
    assert (said["tax_due"], said["load_tonnes"]) == (Decimal("134.62"), None)
    assert said["keepers"][0] == {"name": "Fenwick & Sons", "since": 20210520}


@given(st.sampled_from(APPLICATIONS), st.sampled_from(VEHICLES))
def test_every_number_that_exists_has_its_record(of_application: int, of_vehicle: int) -> None:
    found = application(f"PA{of_application}")
    assert found is not None
    assert found.reference == f"PA{of_application}"
    other = vehicle(f"DV{of_vehicle}")
    assert other is not None
    assert other.registration == f"DV{of_vehicle}"


@pytest.mark.parametrize("number", ["", "PA", "PA1", "DV1", "PA99999", "DV99999"])
def test_a_number_that_was_never_given_has_no_record(number: str) -> None:
    assert application(number) is None
    assert vehicle(number) is None
    assert permit(number) is None


def test_a_permit_is_told_as_its_page_shows_it() -> None:
    known, for_life = permit("P10000"), permit("P10003")
    assert known is not None
    assert for_life is not None
    said = json.loads(encode(known))
    assert list(said) == ["number", "holder", "zone", "expires", "vehicles"]
    assert (said["holder"], said["zone"], said["expires"]) == ("Siân Price", 2, "2026-12-01")
    assert said["vehicles"] == ["PK10000"]
    assert for_life.expires is None
