"""Dates as the ledger tells them."""

from __future__ import annotations

import datetime

import pytest

from facade.control.ending.dated import dates_of, written
from facade.ending.refusing import SwitchOff

BST = datetime.timezone(datetime.timedelta(hours=1))
OFF = datetime.datetime(2027, 4, 1, tzinfo=BST)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime.datetime(2027, 3, 31, tzinfo=BST), "2027-03-31"),
        (datetime.datetime(2027, 3, 31, 17, tzinfo=BST), "2027-03-31 17:00+01:00"),
    ],
)
def test_a_moment_is_told_as_it_is_written(moment: datetime.datetime, text: str):
    assert written(moment) == text


def test_silos_routes_and_brownouts_have_a_text_each_if_there_is_something_to_tell(files):
    plain = dates_of(files.configuration(), {}, stopped=False)
    assert plain == {}
    files.change(
        "routes/property.yaml",
        "    successor: /find",
        "    successor: /find\n    sunset: 2027-03-31\n"
        "    brownouts: [{from: 2027-01-12 10:00, to: 2027-01-12 10:30, share: 5%, why: near}]",
    )
    silo = SwitchOff("portal", datetime.date(2027, 3, 31), OFF, refuses=True, is_past=False, confirmed_by="Ada")
    assert dates_of(files.configuration(), {"portal": silo}, stopped=False) == {
        "silo portal": "switch_off 2027-03-31, refuse, confirmed by Ada",
        "dates old.search": "sunset 2027-03-31, brown-out 2027-01-12 10:00+00:00 to 2027-01-12 10:30+00:00 5%",
        "all brown-outs": "as planned",
    }
    assert dates_of(files.configuration(), {}, stopped=True)["all brown-outs"] == "stopped"
